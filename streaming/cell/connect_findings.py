"""What ``doctor`` finds of Connect: its workers, its tasks, its folder of files.

Read by SQL over one connection of the service role, for ``doctor`` does without Django.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from streaming.cell.finding import Finding

FILES = "HEADWATER_CONNECT_FILES"
LEASE_S = 5.0
"""As ``connect.worker.liveness`` has it; by then the others have taken its tasks."""
TO_START_S = 30
"""A worker younger than this may not have given its first sign of life yet."""
LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class ConnectRows:
    """``silent_s`` has, for each worker that did not end in order, the seconds since its last sign
    of life, by PostgreSQL's clock. The counts are of all tenants."""

    silent_s: Mapping[str, float]
    failed_tasks: int
    failed_connectors: int

    def alive(self) -> list[str]:
        return sorted(name for name, silent in self.silent_s.items() if silent < LEASE_S)


def read_rows(url: str) -> ConnectRows | None:
    """None while the database does not answer or has no tables of Connect yet."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            connection.execute("SELECT set_config('headwater.scope', 'system', true)")
            workers = connection.execute(
                "SELECT name, extract(epoch FROM clock_timestamp() - beat_at)::float"
                " FROM connect_connectworker WHERE NOT stopped"
            ).fetchall()
            tasks = connection.execute(
                "SELECT count(*) FROM connect_connectortask WHERE state = 'FAILED' AND NOT retired"
            ).fetchone()
            connectors = connection.execute(
                "SELECT count(*) FROM connect_connector WHERE state = 'FAILED'"
            ).fetchone()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return None
    return ConnectRows(
        silent_s=dict(workers),
        failed_tasks=tasks[0] if tasks else 0,
        failed_connectors=connectors[0] if connectors else 0,
    )


def once_started(
    read: Callable[[], ConnectRows | None], expected: int, youngest_s: Callable[[], int | None]
) -> ConnectRows | None:
    """What ``read`` finds, waited for while fewer than ``expected`` workers are alive and the one
    that was started last, ``youngest_s()`` seconds ago, may still be starting."""
    while (rows := read()) is not None and len(rows.alive()) < expected:
        age = youngest_s()
        if age is None or age >= TO_START_S:
            break
        time.sleep(LOOK_AGAIN_S)
    return rows


def workers_and_tasks(rows: ConnectRows, expected: int) -> Iterator[Finding]:
    """``expected`` is how many workers this machine is to run; others may run elsewhere."""
    alive = rows.alive()
    gone = sorted(set(rows.silent_s) - set(alive))
    if alive or expected:
        found = f"{', '.join(alive) or 'none'} alive"
        if gone:
            found += f"; no sign of life from {', '.join(gone)}"
        mend = "See logs/connect-*.log in the data folder; `up` starts again what has ended."
        # One that is gone for good stays in the table; enough live ones make up for it.
        good = bool(alive) and len(alive) >= expected
        yield Finding("connect workers", good, found, mend)
    else:
        yield Finding("connect workers", True, "none wanted (--connect-workers 0)")
    failed = rows.failed_tasks + rows.failed_connectors
    found = f"{rows.failed_connectors} connectors and {rows.failed_tasks} tasks failed"
    # Not for the operator to mend: a tenant's database may be away, or its settings wrong.
    where = "; `./headwater connectors` and the console tell why, and when each is tried again"
    yield Finding("connectors", True, found + where if failed else "none failed")


def files_folder(environment: Mapping[str, str]) -> Finding:
    """The folder of connectors for files, as this shell's environment names it."""
    name = environment.get(FILES, "")
    if not name:
        return Finding("connect files", True, f"off; {FILES} is not set in this shell")
    if not Path(name).is_dir():
        mend = f"Make the folder, or take {FILES} out of the environment of `up`."
        return Finding("connect files", False, f"{name} is no folder", mend)
    if not os.access(name, os.R_OK | os.W_OK | os.X_OK):
        mend = f"Give the account that runs the service the folder: {name}"
        return Finding("connect files", False, f"{name} cannot be written to", mend)
    return Finding("connect files", True, name)
