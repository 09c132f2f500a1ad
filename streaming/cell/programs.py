"""The programs that make up a deployment on one machine: each one's command line."""

from pathlib import Path

from streaming.cell import valkey
from streaming.cell.instance import Instance
from streaming.cell.postgres import Postgres
from streaming.cell.program import PYTHON, Group, Program

CONNECT_PREFIX = "connect-"
"""Of the names of the programs that run connectors' tasks, and of their workers' names."""


def store_programs(postgres: Postgres | None, valkey_config: Path | None) -> list[Program]:
    """The embedded stores; none of those that the environment provides."""
    programs = []
    if postgres is not None:
        account = postgres.account
        programs.append(
            Program(
                name="postgres",
                group=Group.STORES,
                command=tuple(postgres.command()),
                # SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written.
                stop_signal="INT",
                die_with="SIGINT",
                user=None if account is None else f"{account.uid}:{account.gid}",
                folder=postgres.folder,
            )
        )
    if valkey_config is not None:
        programs.append(
            Program(
                name="valkey",
                group=Group.STORES,
                command=(str(valkey.program()), str(valkey_config)),
                folder=valkey_config.parent,
            )
        )
    return programs


def service_programs(instance: Instance) -> list[Program]:
    """What records need to be produced and consumed, in the order in which a start is quickest."""
    brokers = [_broker(number) for number in range(1, instance.brokers + 1)]
    return [*brokers, *([_feed()] if instance.demo else []), _web(instance)]


def upkeep_programs(instance: Instance) -> list[Program]:
    """What nobody waits for: started when the rest serves, so as not to compete with it."""
    connect = [_connect(number) for number in range(1, instance.connect_workers + 1)]
    return [_storage(), *connect, _beat(instance)]


def broker_command(number: int) -> tuple[str, ...]:
    """A Celery worker that is broker ``number``; it takes tasks from its own queue only."""
    return _worker(f"broker-{number}", f"broker.{number}", "--broker-id", str(number))


def storage_command() -> tuple[str, ...]:
    """The Celery worker for upkeep of segments: work that would hold up a broker."""
    return _worker("storage", "storage")


def connect_command(number: int) -> tuple[str, ...]:
    """The Celery worker ``number`` of those that run connectors' tasks, each in its own process."""
    return _worker(f"{CONNECT_PREFIX}{number}", "connect", "--connect-worker", str(number))


def beat_command(schedule: Path) -> tuple[str, ...]:
    """Celery beat, its state in the file ``schedule``."""
    return (*_celery("beat"), "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO")


def web_command(instance: Instance) -> tuple[str, ...]:
    """uvicorn serving ``streaming.asgi``, as ``streaming.web`` configures it."""
    tls = instance.tls_files
    certificate: tuple[str, ...] = ()
    if tls is not None:
        certificate = ("--certificate", str(tls.certificate), "--key", str(tls.key))
    return (
        *(PYTHON, "-m", "streaming.web"),
        *("--host", instance.bind_host, "--port", str(instance.http_port)),
        *certificate,
    )


def _worker(name: str, queue: str, *options: str) -> tuple[str, ...]:
    """A Celery worker that does one task at a time, and does not talk to others of its kind."""
    return (
        *_celery("worker"),
        *("--hostname", f"{name}@%h", "--queues", queue, *options),
        *("--pool", "threads", "--concurrency", "1"),
        *("--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO"),
    )


def _celery(command: str) -> tuple[str, ...]:
    return (PYTHON, "-m", "celery", "--app", "streaming", command)


def _broker(number: int) -> Program:
    return Program(f"broker-{number}", Group.BROKERS, broker_command(number))


def _web(instance: Instance) -> Program:
    return Program("web", Group.EDGE, web_command(instance))


def _storage() -> Program:
    return Program("storage", Group.EDGE, storage_command())


def _beat(instance: Instance) -> Program:
    return Program("beat", Group.EDGE, beat_command(instance.data_dir / "run" / "beat-schedule"))


def _connect(number: int) -> Program:
    return Program(f"{CONNECT_PREFIX}{number}", Group.EDGE, connect_command(number))


def _feed() -> Program:
    return Program("demo-feed", Group.EDGE, (PYTHON, "manage.py", "demo_feed"))
