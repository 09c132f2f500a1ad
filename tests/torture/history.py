"""What one client did and saw, one fixed-size event after the other, in a file of its own.

Written with one unbuffered call per event, the invocation before the record is sent, so the file of
a client that was killed says all that had happened. Times are CLOCK_MONOTONIC, which all processes
of a machine share.

``python -m tests.torture.history FILE`` prints one for people.
"""

import os
import sys
import time
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple

from tests.torture.layout import Place, told


class Kind(IntEnum):
    """``INFO`` is not failure: what timed out may or may not have been written."""

    INVOKE = 1
    OK = 2
    FAIL = 3
    """Refused: certainly not written."""
    INFO = 4
    POLL = 5
    ASSIGN = 6
    """A reader begins at ``offset``; at the end where that is -1, and once more when it has been
    told where that is."""
    RESET = 7
    """A reader was told that its offset is out of range, or that the log had been cut."""
    GARBLED = 8
    """A reader got bytes that nobody sent."""
    COMMIT = 9
    """A group's commit of ``offset`` was acknowledged."""
    FOUND = 10
    """A member asked what its group has committed, at ``value`` microseconds, and got ``offset``,
    which is 0 where nothing is."""
    LATE = 11
    """An EndTxn of the transaction before came late, and was answered ``code``: it was
    obeyed when that is 0."""


class Event(NamedTuple):
    """``code`` is the client's error code, 0 for none; ``offset`` is -1 where there is none."""

    kind: int
    topic: int
    partition: int
    code: int
    value: int
    offset: int
    time: float

    @property
    def place(self) -> Place:
        return Place(self.topic, self.partition)


_EVENT: Final = Struct("<BBHiqqd")
EVENT_BYTES: Final = _EVENT.size
_READ_BYTES: Final = EVENT_BYTES * 32_768


class Recorder:
    """Appends to one client's file."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(
        self, kind: Kind, place: Place, *, value: int = 0, offset: int = -1, code: int = 0
    ) -> None:
        event = _EVENT.pack(kind, *place, code, value, offset, time.monotonic())
        os.write(self._handle, event)


def events(path: Path, start: int = 0) -> Iterator[Event]:
    """The events from byte ``start`` on; half an event at the end is left out."""
    with path.open("rb") as file:
        file.seek(start)
        rest = b""
        while block := file.read(_READ_BYTES):
            block = rest + block
            whole = len(block) - len(block) % EVENT_BYTES
            yield from map(Event._make, _EVENT.iter_unpack(memoryview(block)[:whole]))
            rest = block[whole:]


def _print(path: Path) -> None:
    for event in events(path):
        code = f" error {event.code}" if event.code else ""
        value = f" {told(event.value)}" if event.value else ""
        kind = Kind(event.kind).name.lower()
        print(f"{event.time:.6f} {kind:7} {event.place} at {event.offset}{value}{code}")


if __name__ == "__main__":
    _print(Path(sys.argv[1]))
