"""The stores of the test run: the same programs, roles and rights that ``up`` makes.

But for what only a failure of power would show: PostgreSQL waits for no disk. A test that commits
empties every table after itself, and each of those is files to synchronize.
"""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from signal import Signals
from typing import Final
from urllib.parse import urlsplit

import psycopg

from streaming.cell import valkey
from streaming.cell.instance import Instance
from streaming.cell.postgres import OWNER, SERVICE, Postgres
from streaming.cell.program import Program
from streaming.cell.programs import store_programs
from tests.waiting import wait_until

START_TIMEOUT_S = 60.0
DURABILITY: Final = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes PostgreSQL wait for a disk, or write twice."""


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
        database, cache = store_programs(postgres, config)
        for program in (_without_waits(database), cache):
            cleanup.enter_context(started(program))
        password = instance.secrets.database_superuser_password
        wait_until(lambda: postgres.ready(password), "PostgreSQL's start", START_TIMEOUT_S)
        wait_until(lambda: valkey.ready(instance.redis_url), "Valkey's start", START_TIMEOUT_S)
        postgres.ensure_roles(instance.secrets)
        yield postgres


def allow_truncate(postgres: Postgres, instance: Instance) -> None:
    """Let the service role empty tables: what Django does after a test that committed."""
    url = postgres.url(OWNER, instance.secrets.database_owner_password)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {SERVICE}")


def _without_waits(database: Program) -> Program:
    options = [part for name in DURABILITY for part in ("-c", f"{name}=off")]
    return replace(database, command=(*database.command, *options))


@contextmanager
def started(program: Program) -> Iterator[None]:
    """Runs it until the block is left; it may take a moment until it answers."""
    # Its words are worth something only when it does not start, and then it says them on stderr.
    process = subprocess.Popen(program.wrapped(), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(Signals[f"SIG{program.stop_signal}"])
        process.wait(timeout=20)
