"""Running set-up's programs: one line when a step is done, all of its output when it failed."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path


class SetupError(Exception):
    """A step of the set-up failed: which one, in whose words, and what to do."""


def say(sentence: str) -> None:
    """One line to the person; stdout is left to the command."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say that ``name`` is done, and how long it took."""
    begun = time.monotonic()
    yield
    say(f"  {name:<44} {time.monotonic() - begun:5.1f} s")


def run(
    what: str,
    *command: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a program to its end; raises ``SetupError`` with its output when ``what`` fails."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if finished.returncode != 0:
        raise SetupError(f"{what} failed:\n{finished.stdout.strip()}")


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One set-up of a checkout at a time; the second waits, and then finds everything done."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this checkout.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
