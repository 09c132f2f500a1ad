"""``.txnindex``: the aborted transactions whose marker is in a segment.

Entries are 34 bytes big-endian: version i16 (0), producer id i64, first offset i64, last offset i64
(the marker's), last stable offset i64. In the markers' order; a segment without an aborted
transaction needs no file. Format: Apache Kafka, ``AbortedTxn`` and ``TransactionIndex``.

Other than the two other indexes this one cannot tell from itself whether it is whole. So an entry
is written before its marker is, and not later: what a marker in the log needs is in the file.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Final

from brokers.log.disk import write_all
from brokers.log.handles import HandlePool
from brokers.log.open_transactions import AbortedTransaction
from brokers.log.scan import CorruptLog

ENTRY: Final = Struct(">hqqqq")
VERSION: Final = 0
_BLOCK_ENTRIES: Final = 256


class TransactionIndex:
    """Of one segment. Methods raise ``OSError`` as it comes from the disk."""

    __slots__ = ("_base_offset", "_count", "_handles", "path")

    def __init__(self, path: Path, handles: HandlePool, base_offset: int, size: int) -> None:
        """``size`` is the file's length in bytes; a trailing part of an entry is not looked at."""
        self.path = path
        self._handles = handles
        self._base_offset = base_offset
        self._count = size // ENTRY.size

    def __len__(self) -> int:
        return self._count

    def append(self, aborted: AbortedTransaction) -> None:
        """Write an entry at once. Nothing has changed when this raises."""
        handle = self._open_or_create()
        data = ENTRY.pack(VERSION, *aborted)
        write_all(self._handles.disk, handle, [data], self._count * ENTRY.size)
        self._count += 1

    def take_back(self) -> None:
        """Drop the last entry: its marker could not be written."""
        self._count -= 1
        self._handles.disk.truncate(self._handles.get(self.path), self._count * ENTRY.size)

    def overlapping(self, start: int, end: int, found: list[AbortedTransaction]) -> bool:
        """Put into ``found`` what has offsets from ``start`` up to ``end`` (exclusive); whether no
        later entry, here or in a later segment, can have any. Raises ``CorruptLog``."""
        for aborted in self._entries(self._first_ending_at(start)):
            if aborted.first_offset < end:
                found.append(aborted)
            if aborted.last_stable_offset >= end:
                return True
        return False

    def entries(self) -> Iterator[AbortedTransaction]:
        """All of them, in order. Raises ``CorruptLog``."""
        return self._entries(0)

    def _entries(self, number: int) -> Iterator[AbortedTransaction]:
        while number < self._count:
            for aborted in self._read(number, min(_BLOCK_ENTRIES, self._count - number)):
                yield aborted
                number += 1

    def _first_ending_at(self, offset: int) -> int:
        """Number of the first entry whose marker is at ``offset`` or beyond."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._read(middle, 1)[0].last_offset < offset:
                low = middle + 1
            else:
                high = middle
        return low

    def _read(self, number: int, count: int) -> list[AbortedTransaction]:
        handle = self._handles.get(self.path)
        block = self._handles.disk.pread(handle, count * ENTRY.size, number * ENTRY.size)
        found = []
        if len(block) == count * ENTRY.size:
            for version, *fields in ENTRY.iter_unpack(block):
                aborted = AbortedTransaction(*fields)
                if version == VERSION and self._is_plausible(aborted):
                    found.append(aborted)
        if len(found) != count:
            raise CorruptLog(f"{self.path} is damaged; restore this replica from another one")
        return found

    def _is_plausible(self, aborted: AbortedTransaction) -> bool:
        return (
            aborted.last_offset >= max(self._base_offset, aborted.first_offset)
            and aborted.last_stable_offset >= 0
        )

    def _open_or_create(self) -> int:
        try:
            return self._handles.get(self.path)
        except FileNotFoundError:
            return self._handles.create(self.path)

    def make_file(self) -> None:
        """Have a file, empty if need be."""
        self._open_or_create()

    def truncate(self, end_offset: int) -> None:
        """Drop, durably, entries whose marker is at ``end_offset`` or beyond."""
        count = self._first_ending_at(end_offset)
        if count == self._count:
            return
        handle = self._handles.get(self.path)
        self._handles.disk.truncate(handle, count * ENTRY.size)
        self._handles.disk.synchronize(handle)
        self._count = count

    def synchronize(self) -> None:
        """Make what was written durable."""
        if self._count:
            self._handles.disk.synchronize(self._handles.get(self.path))

    def remove(self) -> None:
        """Remove the file and forget every entry."""
        self._count = 0
        self._handles.forget(self.path)
        try:
            self._handles.disk.unlink(self.path)
        except FileNotFoundError:
            return
