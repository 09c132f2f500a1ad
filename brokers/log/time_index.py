"""``.timeindex``: from a timestamp to an offset before which everything is older.

Entries are 12 bytes big-endian: the largest timestamp in the segment so far (i64, ms) and the last
offset, less the segment's base (i32), of the batch that holds it. Both columns rise. The last
entry of a closed segment is its largest timestamp. Format: Apache Kafka, ``TimeIndex``.
"""

from pathlib import Path
from struct import Struct
from typing import Final

from brokers.log.entry_file import EntryFile
from brokers.log.handles import HandlePool

ENTRY: Final = Struct(">qi")
NO_TIMESTAMP: Final = -1


class TimeIndex:
    """The time index of one segment. Methods that read raise ``OSError``."""

    __slots__ = ("_base_offset", "_newest", "entries")

    def __init__(self, path: Path, handles: HandlePool, base_offset: int, size: int) -> None:
        self.entries = EntryFile(path, ENTRY, handles, size)
        self._base_offset = base_offset
        self._newest = NO_TIMESTAMP

    def append(self, timestamp: int, last_offset: int) -> None:
        """Nothing is added unless ``timestamp`` is larger than that of the entry before."""
        if timestamp > self._newest:
            self.entries.append(timestamp, last_offset - self._base_offset)
            self._newest = timestamp

    def last(self) -> tuple[int, int]:
        """(largest timestamp, last offset of its batch); (-1, base offset) without entries."""
        count = len(self.entries)
        if count == 0:
            return NO_TIMESTAMP, self._base_offset
        timestamp, relative_offset = self.entries[count - 1]
        return timestamp, relative_offset + self._base_offset

    def floor(self, timestamp: int) -> tuple[int, int] | None:
        """The last (timestamp, last offset) with a timestamp of at most ``timestamp``."""
        entry = self.entries.last_at_most(0, timestamp)
        return None if entry is None else (entry[0], entry[1] + self._base_offset)

    def reset(self) -> None:
        """Remove every entry and the file."""
        self.entries.remove()
        self._newest = NO_TIMESTAMP
