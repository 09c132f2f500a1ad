"""The stores of the test run: the same programs, roles and rights that ``up`` makes."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from signal import Signals
from urllib.parse import urlsplit

import psycopg

from streaming.cell import valkey
from streaming.cell.instance import Instance
from streaming.cell.postgres import OWNER, SERVICE, Postgres
from streaming.cell.program import Program
from streaming.cell.programs import store_programs

START_TIMEOUT_S = 60.0


@contextmanager
def running(instance: Instance) -> Iterator[Postgres]:
    """PostgreSQL and Valkey of ``instance``, with its roles, until the block is left."""
    database_port, redis_port = (
        urlsplit(url).port for url in (instance.database_url, instance.redis_url)
    )
    postgres = Postgres.find(instance.data_dir / "postgres", database_port)
    postgres.create(instance.secrets.database_superuser_password)
    config = instance.data_dir / "valkey" / "valkey.conf"
    valkey.write_config(config, redis_port, instance.secrets.redis_password)
    with ExitStack() as cleanup:
        for program in store_programs(postgres, config):
            cleanup.enter_context(_started(program))
        _wait(lambda: postgres.ready(instance.secrets.database_superuser_password))
        _wait(lambda: valkey.ready(instance.redis_url))
        postgres.ensure_roles(instance.secrets)
        yield postgres


def allow_truncate(postgres: Postgres, instance: Instance) -> None:
    """Let the service role empty tables: what Django does after a test that committed."""
    url = postgres.url(OWNER, instance.secrets.database_owner_password)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {SERVICE}")


@contextmanager
def _started(program: Program) -> Iterator[None]:
    # Its words are worth something only when it does not start, and then it says them on stderr.
    process = subprocess.Popen(program.wrapped(), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(Signals[f"SIG{program.stop_signal}"])
        process.wait(timeout=20)


def _wait(ready) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready():
        assert time.monotonic() < deadline, "a store of the test run did not start"
        time.sleep(0.02)
