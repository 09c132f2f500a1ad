"""Group commit: what one flush covers, and what is durable once it has completed.

``begin`` and ``complete`` belong to the log's thread, ``FlushTicket.run`` to any other. A flush
covers what was written before it began and nothing after; its completion means nothing once the log
was truncated in between. An error is final: after a failed fdatasync the system may call lost pages
clean, so a second one would lie (fsync(2), "errors"). Only where a file could not be opened, or the
small one that is replaced whole found no room, nothing was lost, and the next flush covers it all.
"""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from brokers.log.checkpoints import put_file
from brokers.log.disk import PASSING_ERRORS, Disk
from brokers.log.segment import Segment

NOT_FLUSHED: Final = -1
NOT_OPENED: Final = frozenset({errno.EMFILE, errno.ENFILE})
"""A folder is opened to be synchronised; it is these that tell that it did not come so far."""


@dataclass(slots=True)
class FlushTicket:
    """One flush under way: bytes up to ``end_offset`` (exclusive) as of truncation
    ``generation``."""

    disk: Disk
    generation: int
    end_offset: int
    handles: tuple[int, ...]
    files: tuple[Path, ...]
    directories: tuple[Path, ...]
    epochs: tuple[Path, bytes] | None
    error: OSError | None = None
    may_be_repeated: bool = False
    """``error`` will pass, and what was written for this flush is still to be had."""

    def run(self) -> None:
        """Synchronise. Blocks; never raises, ``error`` says how it went."""
        try:
            for handle in self.handles:
                self.disk.synchronize(handle)
            for path in self.files:
                self._synchronize_file(path)
            if self.epochs is not None:
                self._replace_epochs(*self.epochs)
            for directory in self.directories:
                self._synchronize_directory(directory)
        except OSError as error:
            self.error = error

    def _synchronize_file(self, path: Path) -> None:
        """Indexes and snapshots: rebuilt when they are bad, so a handle of its own will do."""
        try:
            handle = self.disk.open(path)
        except FileNotFoundError:
            return  # retention was faster
        except OSError as error:
            self.may_be_repeated = error.errno in PASSING_ERRORS
            raise
        try:
            self.disk.synchronize(handle)
        finally:
            self.disk.close(handle)

    def _synchronize_directory(self, directory: Path) -> None:
        try:
            self.disk.synchronize_directory(directory)
        except OSError as error:
            self.may_be_repeated = error.errno in NOT_OPENED
            raise

    def _replace_epochs(self, path: Path, text: bytes) -> None:
        try:
            put_file(self.disk, path, text)
        except OSError as error:
            self.may_be_repeated = error.errno in PASSING_ERRORS
            raise


class GroupCommit:
    """What a log has on disk that no flush has covered yet, and up to where all is durable."""

    __slots__ = (
        "_directories",
        "_disk",
        "_epochs",
        "_files",
        "_flushed_to",
        "_handles",
        "_in_flight",
        "_retired",
        "durable_end_offset",
        "generation",
    )

    def __init__(self, disk: Disk, end_offset: int) -> None:
        """Everything below ``end_offset`` is durable already."""
        self.durable_end_offset = end_offset
        self.generation = 0
        self._disk = disk
        self._flushed_to = end_offset
        self._handles: list[int] = []
        self._files: list[Path] = []
        self._directories: set[Path] = set()
        self._epochs: tuple[Path, bytes] | None = None
        self._in_flight: FlushTicket | None = None
        self._retired: list[int] = []

    @property
    def under_way(self) -> bool:
        return self._in_flight is not None

    def cover_segment(self, segment: Segment, handle: int) -> None:
        """A segment that was closed; ``handle`` is closed once a flush has covered it."""
        self._handles.append(handle)
        self._files += segment.index_paths
        if len(segment.transaction_index):
            self._files.append(segment.transaction_index.path)
        self._directories.add(segment.directory)

    def cover_file(self, path: Path) -> None:
        self._files.append(path)
        self._directories.add(path.parent)

    def cover_directory(self, directory: Path) -> None:
        self._directories.add(directory)

    def cover_epochs(self, path: Path, text: bytes) -> None:
        """The leader-epoch checkpoint is to be replaced; only the latest text counts."""
        self._epochs = (path, text)
        self._directories.add(path.parent)

    def begin(self, active: Segment, end_offset: int) -> FlushTicket | None:
        """A ticket for all of it, the active segment up to ``end_offset`` included; None when there
        is nothing to do or a flush is under way."""
        written = end_offset != self._flushed_to
        ticket = self._begin([active.handle] if written else [], end_offset)
        if ticket is not None:
            self._flushed_to = end_offset
        return ticket

    def begin_closed(self, end_offset: int) -> FlushTicket | None:
        """As ``begin`` without the active segment; closed ones reach up to ``end_offset``."""
        return self._begin([], end_offset)

    def _begin(self, active: list[int], end_offset: int) -> FlushTicket | None:
        handles = (*self._handles, *active)
        if self._in_flight is not None:
            return None
        if not (handles or self._files or self._directories or self._epochs):
            return None
        ticket = self._in_flight = FlushTicket(
            self._disk,
            self.generation,
            end_offset,
            handles,
            tuple(self._files),
            tuple(self._directories),
            self._epochs,
        )
        self._retired += self._handles
        self._handles = []
        self._files = []
        self._directories = set()
        self._epochs = None
        return ticket

    def complete(self, ticket: FlushTicket) -> None:
        """``ticket.run`` has returned, if it was run: no thread uses the handles any more.

        Without an error and a truncation since, the durable end moves to the ticket's. After an
        error that passes, the next ticket covers what this one did; closed segments it had covered.
        """
        if ticket is not self._in_flight:
            raise ValueError("this flush is not the one under way")
        self._in_flight = None
        for handle in self._retired:
            self._disk.close(handle)
        self._retired = []
        if ticket.may_be_repeated:
            self._files = [*ticket.files, *self._files]
            self._directories |= set(ticket.directories)
            self._epochs = self._epochs or ticket.epochs
            self._flushed_to = NOT_FLUSHED
        if ticket.error is None and ticket.generation == self.generation:
            self.durable_end_offset = max(self.durable_end_offset, ticket.end_offset)

    def cut(self, end_offset: int) -> None:
        """The log was truncated to ``end_offset``: what flushes say that began before is void."""
        self.generation += 1
        self.durable_end_offset = min(self.durable_end_offset, end_offset)
        self._flushed_to = NOT_FLUSHED

    def retire(self, handle: int) -> None:
        """Close a handle whose file is gone, once no flush can be using it."""
        if self._in_flight is not None:
            self._retired.append(handle)
        else:
            self._disk.close(handle)

    def abandon(self) -> None:
        """Close the handles of closed segments, durable or not. No flush may be under way."""
        for handle in self._handles:
            self._disk.close(handle)
        self._handles = []
