"""What ``doctor`` finds of Connect: its workers, its tasks, its folder of files."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from streaming.cell.connect_rows import ConnectRows
from streaming.cell.failure import Failure
from streaming.cell.finding import Finding
from streaming.cell.task_account import SETTING, task_account

FAILED = "FAILED"
FILES = "HEADWATER_CONNECT_FILES"
TO_START_S = 30
"""A worker younger than this may not have given its first sign of life yet."""
LOOK_AGAIN_S = 0.2


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
    connectors, tasks = rows.connectors.get(FAILED, 0), rows.tasks.get(FAILED, 0)
    found = f"{connectors} connectors and {tasks} tasks failed"
    # Not for the operator to mend: a tenant's database may be away, or its settings wrong.
    where = "; `./headwater connectors` and the console tell why, and when each is tried again"
    yield Finding("connectors", True, found + where if connectors or tasks else "none failed")


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


def tasks_account(environment: Mapping[str, str]) -> Finding:
    """Whom tasks run as, as this shell's environment and account have it."""
    try:
        account = task_account(environment)
    except Failure as failure:
        return Finding("connect tasks", False, "cannot run", str(failure))
    if account is None:
        return Finding("connect tasks", True, f"run as the service does; {SETTING} is not set")
    return Finding("connect tasks", True, f"run as {account.name}")
