"""Objects on their way into the store, beside the reading and converting of what comes next.

Threads create objects and do nothing else; what it means that one is there, or is not, is decided
on the task's own thread (``partition_files.py``). Stores wait most of the time and hold no lock of
Python's meanwhile, so that a thread costs the task next to nothing.

Objects of a partition come to be in their order, though several go up at a time: one that waits for
another is all there but for a last step, which its store takes when it is its turn.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event
from typing import BinaryIO, Final, Protocol

from connect.connectors.objects.spool import OpenFile
from connect.spi.errors import ConnectError
from connect.spi.records import TopicPartition

AT_ONCE: Final = 3
"""Uploads that a store has: enough that one is sent while it is busy with another. More would take
its bandwidth from each other. The rest wait for a thread, and not for the task, which may itself
wait for records."""

Turn = Callable[[], None]
"""Waits until an object may come to be. Raises ``OutOfTurn`` where it must not."""


class OutOfTurn(ConnectError):
    """The object before it is not there, or is another than it was to be."""


class Objects(Protocol):
    """The part of ``ObjectStore`` that is needed here. Called from several threads."""

    def create(self, path: str, file: BinaryIO, size: int, last_offset: int, turn: Turn) -> bool:
        """Nobody sees anything of the object before ``turn`` has been called and has returned; the
        later that is, the more is done while others are waited for. What it raises is raised."""
        ...

    def last_offset(self, path: str) -> int | None: ...

    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Upload:
    """An object that is to be made of a closed file, after that of ``after`` is there. ``held`` and
    ``error`` are told when it has ended."""

    place: TopicPartition
    directory: str
    path: str
    file: OpenFile
    after: "Upload | None" = None
    held: int | None = None
    """The last offset of the object that was there instead, where that says it."""
    error: ConnectError | None = None
    is_withdrawn: bool = False
    """Set by the task: nobody wants it any more. It ends out of turn if it has not begun."""
    has_ended: Event = field(default_factory=Event)

    @property
    def is_there(self) -> bool:
        """Once it has ended: whether there is an object of all its records, and of no others."""
        return self.error is None and self.held in (None, self.file.last_offset)

    def run(self, store: Objects) -> None:
        """On any thread; the file is nobody else's meanwhile. It ends after the one before it,
        whatever becomes of it."""
        try:
            self._check_whether_to_begin()
            self._create(store)
            self._await_turn()
        except OutOfTurn as error:
            self.error = error
        self.after = None  # Which has one before it as well.

    def _check_whether_to_begin(self) -> None:
        if self.is_withdrawn:
            raise OutOfTurn(f"{self.path!r} is not wanted any more")
        if self.after is not None and self.after.has_ended.is_set():
            self._await_turn()

    def _create(self, store: Objects) -> None:
        try:
            file = self.file.finish()
            size, last_offset = self.file.size_bytes, self.file.last_offset
            if not store.create(self.path, file, size, last_offset, self._await_turn):
                self.held = store.last_offset(self.path)
        except ConnectError as error:
            self.error = error
        except BaseException as error:
            # No record's fault: as anything else it would have the task look for a bad one. A panic
            # of Rust's code is no ``Exception``, and must not pass for an object that is there.
            self.error = ConnectError(f"{self.path!r} could not be written: {error}")
            self.error.__cause__ = error

    def _await_turn(self) -> None:
        if self.after is not None:
            self.after.has_ended.wait()
            if not self.after.is_there:
                raise OutOfTurn(f"{self.path!r} would have followed {self.after.path!r}")


class Uploads:
    """Those of one task. All but ``run`` of an upload is on the task's thread."""

    def __init__(self, store: Objects) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(AT_ONCE, "upload")
        self._ended: SimpleQueue[Upload] = SimpleQueue()

    def begin(self, upload: Upload) -> None:
        """Each after the one that it waits for, so that this has a thread before it."""
        self._submit(upload)

    def ended(self) -> list[Upload]:
        """Those that have ended and were not told of before; never waits."""
        found = []
        try:
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            return found

    def next_ended(self) -> list[Upload]:
        """As ``ended``, and waits until there is one. One must be under way."""
        self._ended.put(self._ended.get())
        return self.ended()

    def stop(self) -> None:
        """No more; what is under way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _submit(self, upload: Upload) -> None:
        self._threads.submit(self._run, upload)

    def _run(self, upload: Upload) -> None:
        upload.run(self._store)
        # In this order: what waits for it is told of after it.
        self._ended.put(upload)
        upload.has_ended.set()
