"""``doctor``: what this machine has to offer, and what to mend.

Works before anything is installed: what it can examine only afterwards is left out until then.
"""

import os
import resource
import shutil
import stat
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from streaming.cell import folder
from streaming.cell.failure import Failure
from streaming.cell.finding import Finding
from streaming.cell.plan import Options, resolve
from streaming.cell.ports import taken
from streaming.cell.setup import console

if TYPE_CHECKING:
    from streaming.cell.instance import Instance

OPEN_FILES = 4096
# The year this release was made in; a clock before it breaks every certificate and time retention.
NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)


def examine(data_dir: Path) -> list[Finding]:
    """Every finding, good ones included."""
    running = _service_runs(data_dir)
    findings = [
        _python(),
        _venv(),
        _disk(data_dir),
        _permissions(data_dir),
        _open_files(),
        _clock(),
        _node(),
    ]
    if not running:
        findings += _ports(data_dir)
    if _installed():
        findings += _stores(data_dir, running=running)
    return findings


def text(findings: list[Finding]) -> str:
    """One line each, and below the bad ones what to do."""
    lines = []
    for each in findings:
        lines.append(f"{'good' if each.good else 'MEND'}  {each.name:<24} {each.found}")
        if not each.good:
            lines.append(f"      {'':<24} {each.mend}")
    return "\n".join(lines)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 14)
    return Finding("Python", good, version, "Install Python 3.11 to 3.14.")


def _venv() -> Finding:
    good = find_spec("ensurepip") is not None or find_spec("pip") is not None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    mend = f"On Debian and Ubuntu: apt-get install python{version}-venv"
    return Finding("pip or ensurepip", good, "there" if good else "absent", mend)


def _disk(data_dir: Path) -> Finding:
    existing = next(each for each in (data_dir, *data_dir.parents) if each.exists())
    free = f"{shutil.disk_usage(existing).free // 2**20} MB free at {existing}"
    try:
        folder.check_room(data_dir)
    except Failure as failure:
        return Finding("disk", False, free, str(failure))
    return Finding("disk", True, free)


def _permissions(data_dir: Path) -> Finding:
    existing = next(each for each in (data_dir, *data_dir.parents) if each.exists())
    if not os.access(existing, os.R_OK | os.W_OK | os.X_OK):
        mend = f"Give this account the folder, or choose another with --data-dir: {existing}"
        return Finding("data folder", False, f"{existing} cannot be written to", mend)
    loose = [
        file
        for file in (data_dir / "secrets.json", data_dir / "demo.json", data_dir / "tls/ca.key")
        if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if loose:
        names = ", ".join(map(str, loose))
        return Finding("data folder", False, f"{names} can be read by others", f"chmod 600 {names}")
    return Finding("data folder", True, str(data_dir))


def _open_files() -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = hard == resource.RLIM_INFINITY or hard >= OPEN_FILES
    mend = f"Raise the hard limit (ulimit -Hn) to {OPEN_FILES} or more: partitions hold files open."
    return Finding("open files", good, f"at most {hard}", mend)


def _clock() -> Finding:
    now = datetime.now(UTC)
    before = time.monotonic(), time.time()
    time.sleep(0.05)
    drift = abs((time.monotonic() - before[0]) - (time.time() - before[1]))
    good = now >= NOT_BEFORE and drift < 0.5
    return Finding(
        "clock", good, f"{now:%Y-%m-%d %H:%M:%S} UTC", "Set the clock; run an NTP client."
    )


def _node() -> Finding:
    version = console.system_node_version()
    if console.new_enough(version):
        return Finding("Node.js", True, "new enough")
    return Finding("Node.js", True, "absent or too old; the console is built with a wheel's own")


def _ports(data_dir: Path) -> Iterator[Finding]:
    try:
        plan = resolve(Options(data_dir), folder.read_record(data_dir))
    except Failure as failure:
        yield Finding("ports", False, "not usable", str(failure))
        return
    busy = [(port, option) for host, port, option in plan.listeners() if taken(host, port)]
    if not busy:
        yield Finding("ports", True, "free")
    for port, option in busy:
        mend = f"Stop the program that has it, or start with another {option}."
        yield Finding("ports", False, f"{port} is taken", mend)


def _installed() -> bool:
    return all(find_spec(name) is not None for name in ("psycopg", "redis", "supervisor"))


def _service_runs(data_dir: Path) -> bool:
    if not _installed():
        return False
    from streaming.cell.supervision import Supervisor

    return bool(Supervisor(data_dir).processes())


def _stores(data_dir: Path, *, running: bool) -> Iterator[Finding]:
    """The programs that the stores come from and, in a service that runs, how they answer."""
    from streaming.cell.instance import Instance

    instance = Instance.load(data_dir)
    if instance.embedded_database:
        yield _program("PostgreSQL programs", _find_postgres)
    if instance.embedded_redis:
        yield _program("Valkey program", _find_valkey)
    if running or not instance.embedded_database:
        yield _service_role(instance.database_url)
    if running or not instance.embedded_redis:
        yield _redis(instance.redis_url)
    if running:
        yield _web(instance.http_url, instance.tls)
        yield from _connect(data_dir, instance.database_url, instance.connect_workers)
    yield _internal_listener(instance)
    yield from _sealing(instance, answers=running or not instance.embedded_database)


def _sealing(instance: "Instance", *, answers: bool) -> Iterator[Finding]:
    from streaming.cell import sealing_findings

    rows = sealing_findings.read_rows(instance.database_url) if answers else None
    yield from sealing_findings.keys_and_boxes(instance, rows)


def _internal_listener(instance: "Instance") -> Finding:
    from brokers.certificates.ring import issuing
    from streaming.cell.internal_authorities import AuthoritiesUnreadable

    name = "internal listener"
    try:
        ring = instance.authorities()
    except AuthoritiesUnreadable as error:
        file = instance.connector_keys_file
        return Finding(name, False, str(error), f"Put back {file} from a copy of it.")
    if not instance.internal_tls:
        return Finding(name, True, "on loopback: tokens alone; --internal-tls adds certificates")
    issues = issuing(ring, time.time()).name
    found = f"TLS 1.3, certificates on both sides; {issues} issues, {len(ring)} trusted"
    return Finding(name, True, found)


def _connect(data_dir: Path, url: str, expected: int) -> Iterator[Finding]:
    from streaming.cell import connect_findings, connect_rows
    from streaming.cell.programs import CONNECT_PREFIX
    from streaming.cell.supervision import Supervisor

    supervisor = Supervisor(data_dir)

    def youngest_s() -> int | None:
        ages = [
            each.started_s_ago
            for each in supervisor.processes()
            if each.name.startswith(CONNECT_PREFIX) and each.started_s_ago is not None
        ]
        return min(ages, default=None)

    rows = connect_findings.once_started(lambda: connect_rows.read_rows(url), expected, youngest_s)
    if rows is not None:
        yield from connect_findings.workers_and_tasks(rows, expected)
    yield connect_findings.files_folder(os.environ)
    yield connect_findings.tasks_account(os.environ)


def _find_postgres() -> str:
    from streaming.cell.postgres import Postgres

    found = Postgres.find(Path(), 0)
    account = f"as {found.account.name}" if found.account else "as this account"
    return f"{found.programs}, run {account}"


def _find_valkey() -> str:
    from streaming.cell import valkey

    return str(valkey.program())


def _program(name: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, find())
    except Failure as failure:
        return Finding(name, False, "not usable", str(failure))


def _service_role(url: str) -> Finding:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        reason = str(error).splitlines()[0]
        return Finding("database", False, reason, "Start PostgreSQL, or correct DATABASE_URL.")
    if row is None or row[1] or row[2]:
        name = "unknown" if row is None else row[0]
        mend = f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS: tenants are kept apart by row security."
        return Finding("database", False, f"role {name} passes row-level security", mend)
    return Finding("database", True, f"answers; role {row[0]} is bound by row-level security")


def _redis(url: str) -> Finding:
    from streaming.cell import valkey

    if valkey.ready(url):
        return Finding("Redis", True, "answers")
    return Finding("Redis", False, "does not answer", "Start it, or correct REDIS_URL.")


def _web(url: str, tls: bool) -> Finding:
    if tls:
        return Finding("web", True, f"{url} (certificate not examined)")
    try:
        with urllib.request.urlopen(f"{url}/login", timeout=3) as answer:
            return Finding("web", answer.status == 200, f"{url} answers {answer.status}")
    except (urllib.error.URLError, OSError) as error:
        return Finding("web", False, f"{url}: {error}", "See logs/web.log in the data folder.")
