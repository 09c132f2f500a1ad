"""The data folder: who may use it now, and what is written in it about the deployment."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streaming.cell.failure import Failure

# A new PostgreSQL cluster takes 40 MB and its write-ahead log up to a gigabyte; a record log that
# cannot grow by a segment is of no use.
FREE_FOR_A_NEW_FOLDER = 512 * 1024 * 1024
FREE_FOR_A_START = 64 * 1024 * 1024
# How long to wait for a service that is just being stopped.
RELEASE_TIMEOUT_S = 12.0
RECORD = "instance.json"


def check_room(folder: Path) -> None:
    """Raise ``Failure`` when the disk under ``folder`` is too full to start on. Writes nothing."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir():
        raise Failure(f"{existing} is not a folder. Choose another with --data-dir.")
    needed = FREE_FOR_A_START if (folder / RECORD).exists() else FREE_FOR_A_NEW_FOLDER
    available = shutil.disk_usage(existing).free
    if available < needed:
        raise Failure(
            f"The disk of {folder} is full: {available // 2**20} MB are free and "
            f"{needed // 2**20} MB are needed. Make room, or choose another folder with --data-dir."
        )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Make ``folder`` if need be and hold it; yields the descriptor of the lock.

    Raises ``Failure`` when it cannot be written to, or a service is using it. The kernel drops the
    lock with the last process that has the descriptor, however that ends.
    """
    run = folder / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        run.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Failure(
            f"{folder} cannot be written to: {error.strerror}. Choose another with --data-dir."
        ) from error
    try:
        _take(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + RELEASE_TIMEOUT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode().strip()
            if _alive(holder) or time.monotonic() > deadline:
                raise Failure(
                    f"{folder} is in use by a service that runs already (process {holder}). "
                    "Stop it, or choose another folder with --data-dir."
                ) from None
            time.sleep(0.05)  # its starter was killed; the supervisor is putting the rest away
        else:
            return


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_record(folder: Path) -> dict[str, Any]:
    """What ``up`` wrote about the deployment last; empty for a new folder."""
    try:
        record = json.loads((folder / RECORD).read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Failure(
            f"{folder / RECORD} cannot be read ({error}). Restore it from a copy, or choose "
            "another folder with --data-dir."
        ) from error
    if not isinstance(record, dict):
        raise Failure(f"{folder / RECORD} holds no JSON object. Choose another with --data-dir.")
    return record


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Replace ``instance.json`` whole."""
    write_private(folder / RECORD, record)


def write_private(file: Path, document: dict[str, Any]) -> None:
    """Write JSON whole or not at all, readable by its owner only."""
    partial = file.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(document, stream, indent=2)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
