"""A file of sorted entries of fixed size: what an offset index and a time index have in common.

New entries wait in memory and reach the file a few kilobytes at a time: an index can be rebuilt
from its log, so nothing is lost by writing it late, and no record waits for it.
"""

from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Final

from brokers.log.disk import write_all
from brokers.log.handles import HandlePool

SPILL_BYTES: Final = 4096
"""Entries in memory before they are written. Times two indexes this is what an active segment
costs."""

BLOCK_ENTRIES: Final = 256
"""A search reads one entry at a time until this few are left, then those at once."""


class EntryFile:
    """Entries ``written`` to the file, then entries pending. Columns never decrease."""

    __slots__ = ("_entry", "_handles", "_pending", "_written", "path")

    def __init__(self, path: Path, entry: Struct, handles: HandlePool, size: int) -> None:
        """``size`` is the file's length in bytes; a trailing part of an entry is not looked at."""
        self.path = path
        self._entry = entry
        self._handles = handles
        self._written = size // entry.size
        self._pending = bytearray()

    def __len__(self) -> int:
        return self._written + len(self._pending) // self._entry.size

    def append(self, *values: int) -> None:
        self._pending += self._entry.pack(*values)
        if len(self._pending) >= SPILL_BYTES:
            # A full disk is the next append's to report; until it has room, entries stay here.
            try:
                self.spill()
            except OSError:
                return

    def __getitem__(self, number: int) -> tuple[int, ...]:
        entry = self._entry
        if number >= self._written:
            offset = (number - self._written) * entry.size
            return tuple(entry.unpack_from(self._pending, offset))
        return self._read(number, 1)[0]

    def last_at_most(self, column: int, value: int) -> tuple[int, ...] | None:
        """The last entry whose ``column`` is at most ``value``, or None. Raises ``OSError``."""
        if self._pending:
            pending = list(self._entry.iter_unpack(bytes(self._pending)))
            found = _last_at_most(pending, column, value)
            if found is not None:
                return found
        low, high = 0, self._written
        while high - low > BLOCK_ENTRIES:
            middle = (low + high) // 2
            if self._read(middle, 1)[0][column] <= value:
                low = middle
            else:
                high = middle
        return _last_at_most(self._read(low, high - low), column, value) if high > low else None

    def _read(self, number: int, count: int) -> list[tuple[int, ...]]:
        size = self._entry.size
        handle = self._handles.get(self.path)
        block = self._handles.disk.pread(handle, count * size, number * size)
        return list(self._entry.iter_unpack(block[: len(block) - len(block) % size]))

    def spill(self) -> None:
        """Write what is pending. Raises ``OSError``; then it stays pending."""
        handle = self._open_or_create()
        position = self._written * self._entry.size
        write_all(self._handles.disk, handle, [bytes(self._pending)], position)
        self._written += len(self._pending) // self._entry.size
        self._pending.clear()

    def synchronize(self) -> None:
        """Make what was written durable. Raises ``OSError``."""
        if self._written:
            self._handles.disk.synchronize(self._handles.get(self.path))

    def _open_or_create(self) -> int:
        try:
            return self._handles.get(self.path)
        except FileNotFoundError:
            return self._handles.create(self.path)

    def detach(self) -> None:
        """Go on without a file, which is removed: one that lacks its end could pass for whole."""
        disk = self._handles.disk
        with suppress(OSError):
            if self._written:
                handle = self._handles.get(self.path)
                self._pending[:0] = disk.pread(handle, self._written * self._entry.size, 0)
            self._written = 0
            self._handles.forget(self.path)
            disk.unlink(self.path)

    def remove(self) -> None:
        """Remove the file and forget every entry."""
        self._pending.clear()
        self._written = 0
        self._handles.forget(self.path)
        try:
            self._handles.disk.unlink(self.path)
        except FileNotFoundError:
            return


def _last_at_most(
    entries: list[tuple[int, ...]], column: int, value: int
) -> tuple[int, ...] | None:
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if entries[middle][column] <= value:
            low = middle + 1
        else:
            high = middle
    return entries[low - 1] if low else None
