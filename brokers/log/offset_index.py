"""``.index``: from an offset to the position of a batch at or before it.

Entries are 8 bytes big-endian: offset less the segment's base (i32) and position (i32). The offset
is that of the *last* record of the batch that starts at the position. One entry about every
``index.interval.bytes``. No checksum: an entry is checked against the batch it points to. Format:
Apache Kafka, ``OffsetIndex``.
"""

from pathlib import Path
from struct import Struct
from typing import Final

from brokers.log.entry_file import EntryFile
from brokers.log.handles import HandlePool

ENTRY: Final = Struct(">ii")
RELATIVE_OFFSET_MAX: Final = 2**31 - 1
"""What an entry's offset, less its segment's base, can be."""


class OffsetIndex:
    """The sparse index of one segment. Methods that read raise ``OSError``."""

    __slots__ = ("_base_offset", "entries")

    def __init__(self, path: Path, handles: HandlePool, base_offset: int, size: int) -> None:
        self.entries = EntryFile(path, ENTRY, handles, size)
        self._base_offset = base_offset

    def append(self, last_offset: int, position: int) -> None:
        self.entries.append(last_offset - self._base_offset, position)

    def floor(self, offset: int) -> tuple[int, int] | None:
        """(last offset, position) of the last indexed batch that ends at ``offset`` or before."""
        return self._absolute(self.entries.last_at_most(0, offset - self._base_offset))

    def floor_position(self, position: int) -> tuple[int, int] | None:
        """(last offset, position) of the last indexed batch that starts at ``position`` or
        before."""
        return self._absolute(self.entries.last_at_most(1, position))

    def _absolute(self, entry: tuple[int, ...] | None) -> tuple[int, int] | None:
        return None if entry is None else (entry[0] + self._base_offset, entry[1])
