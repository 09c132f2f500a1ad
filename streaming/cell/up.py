"""``up``: from a data folder to a service that answers, and back when asked to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import NoReturn

from streaming.cell import folder, ports, preparation, tls, valkey
from streaming.cell.failure import Failure
from streaming.cell.instance import Instance
from streaming.cell.plan import Options, resolve
from streaming.cell.postgres import Postgres
from streaming.cell.program import CHECKOUT, EXEC_CHILD
from streaming.cell.programs import service_programs, store_programs, upkeep_programs
from streaming.cell.progress import Progress
from streaming.cell.schema_key import schema_key
from streaming.cell.supervision import Supervised
from streaming.cell.task_account import task_account
from streaming.cell.welcome import say_how_to_reach, wait_for_first_record

STORES_TIMEOUT_S = 60.0
SERVICE_TIMEOUT_S = 180.0
POLL_S = 0.05
WATCH_S = 0.25
RENEWAL_S = 3600.0
"""Between two looks at the certificate that a deployment made for itself."""


class Stopped(BaseException):
    """Ctrl-C or SIGTERM: stop in order, from wherever we are. No error."""


_stop_asked = Event()
"""Set with the first ``Stopped``. Python drops an exception that a signal raises within a
finaliser, so whoever waits looks here too."""


def serve(options: Options, progress: Progress) -> int:
    """Run the service until it is told to stop; 0 after an orderly stop.

    Raises ``Failure`` with everything put away again when it cannot start or loses its supervisor.
    """
    data_dir = options.data_dir.resolve()
    with ExitStack() as cleanup:
        cleanup.enter_context(_stopped_by_signals())
        try:
            instance, supervised = _start(data_dir, options, progress, cleanup)
            if instance.demo:
                wait_for_first_record(instance, progress, supervised.watch)
            supervised.supervisor.start(each.name for each in upkeep_programs(instance))
            say_how_to_reach(instance, progress)
            _watch(instance, supervised, progress)
        except Stopped:
            progress.say("Stopping.")
    progress.say("Stopped.")
    return 0


def _start(
    data_dir: Path, options: Options, progress: Progress, cleanup: ExitStack
) -> tuple[Instance, Supervised]:
    folder.check_room(data_dir)
    task_account(os.environ)
    plan = resolve(options, folder.read_record(data_dir))
    lock = cleanup.enter_context(folder.locked(data_dir))
    preparation.check_ports(plan)
    environment = preparation.programs_environment(data_dir)
    instance = preparation.record(data_dir, plan, environment)
    with progress.step("stores prepared"):
        postgres = preparation.prepare_postgres(instance)
        valkey_config = preparation.prepare_valkey(instance)
    stores = store_programs(postgres, valkey_config)
    services = service_programs(instance)
    supervised = Supervised(data_dir)
    cleanup.callback(supervised.stop)
    supervised.launch(
        [*stores, *services, *upkeep_programs(instance)], environment, keep_open=[lock]
    )
    names = [program.name for program in services]
    with progress.step("stores started"):
        migrated = _is_migrated(instance)
        if migrated:
            # They take longer to load than the stores, and wait for what is not there yet.
            supervised.wait_for_supervisor()
            supervised.supervisor.start(names)
        _wait_for_stores(instance, postgres, supervised)
    if not migrated:
        with progress.step("database schema up to date"):
            _migrate(instance, postgres, environment)
        supervised.supervisor.start(names)
    with progress.step("brokers and web server started"):
        _wait_for_service(instance, supervised)
    return instance, supervised


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise ``Stopped``, once; more of them do not disturb the stop."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        _stop_asked.set()
        raise Stopped

    _stop_asked.clear()
    for each in asked:
        signal.signal(each, stop)
    yield


def _look_for_stop() -> None:
    if _stop_asked.is_set():
        raise Stopped


def _watch(instance: Instance, supervised: Supervised, progress: Progress) -> NoReturn:
    """Until a signal comes, say which programs ended and were started again, and keep the
    deployment's own certificate from expiring: whoever serves it takes up a new one by itself."""
    before = {each.name: each.pid for each in supervised.watch()}
    looked = time.monotonic()
    while True:
        _look_for_stop()
        time.sleep(WATCH_S)
        if instance.tls and time.monotonic() - looked > RENEWAL_S:
            looked = time.monotonic()
            tls.ensure(instance.data_dir / "tls", instance.advertised_host, datetime.now(UTC))
        for each in supervised.watch():
            if each.pid is not None and each.pid != before.get(each.name):
                if before.get(each.name) is not None:
                    progress.say(f"{each.name} ended and was started again.")
                before[each.name] = each.pid


def _wait_for_stores(instance: Instance, postgres: Postgres | None, supervised: Supervised) -> None:
    password = instance.secrets.database_superuser_password
    logs = instance.data_dir / "logs"
    if postgres is not None:
        _wait(
            lambda: postgres.ready(password),
            supervised,
            STORES_TIMEOUT_S,
            f"PostgreSQL did not start; {logs / 'postgres.log'} says why.",
        )
    _wait(
        lambda: valkey.ready(instance.redis_url),
        supervised,
        STORES_TIMEOUT_S if instance.embedded_redis else 5.0,
        f"Valkey did not start; {logs / 'valkey.log'} says why."
        if instance.embedded_redis
        else "The server that REDIS_URL names does not answer. Start it, or correct REDIS_URL.",
    )


def _is_migrated(instance: Instance) -> bool:
    """Whether the embedded database, which lives and dies with this folder, has this schema."""
    recorded = folder.read_record(instance.data_dir).get("schema")
    return instance.embedded_database and recorded == schema_key()


def _migrate(instance: Instance, postgres: Postgres | None, environment: Mapping[str, str]) -> None:
    if postgres is not None:
        postgres.ensure_roles(instance.secrets)
    wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGTERM", "--"]
    finished = subprocess.run(
        [*wrapper, sys.executable, "manage.py", "prepare_database"],
        cwd=CHECKOUT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        words = finished.stderr.strip() or finished.stdout.strip()
        raise Failure(f"The database's schema could not be brought up to date:\n{words}")
    record = folder.read_record(instance.data_dir)
    folder.write_record(instance.data_dir, record | {"schema": schema_key()})


def _wait_for_service(instance: Instance, supervised: Supervised) -> None:
    logs = instance.data_dir / "logs"
    addresses = [instance.broker(number) for number in range(1, instance.brokers + 1)]
    host = instance.bind_host if instance.bind_host not in {"0.0.0.0", "::"} else "127.0.0.1"
    for address in addresses:
        _wait(
            lambda port=address.port: ports.answers(host, port),  # type: ignore[misc]
            supervised,
            SERVICE_TIMEOUT_S,
            f"Broker {address.id} did not start; {logs / f'broker-{address.id}.log'} says why.",
        )
    _wait(
        lambda: ports.answers(host, instance.http_port),
        supervised,
        SERVICE_TIMEOUT_S,
        f"The web server did not start; {logs / 'web.log'} says why.",
    )


def _wait(
    ready: Callable[[], bool], supervised: Supervised, timeout_s: float, failure: str
) -> None:
    deadline = time.monotonic() + timeout_s
    while not ready():
        _look_for_stop()
        supervised.watch()
        if time.monotonic() > deadline:
            raise Failure(failure)
        time.sleep(POLL_S)
