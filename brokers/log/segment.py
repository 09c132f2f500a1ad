"""One segment: a run of batches in a file, its indexes, and where in the file an offset is."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from brokers.kernel.errors import StorageError
from brokers.log import files
from brokers.log.config import LogConfig
from brokers.log.disk import Buffer, storage_error, write_all
from brokers.log.handles import HandlePool
from brokers.log.offset_index import ENTRY as OFFSET_ENTRY
from brokers.log.offset_index import OffsetIndex
from brokers.log.scan import CorruptLog, scan_headers
from brokers.log.time_index import NO_TIMESTAMP, TimeIndex
from brokers.log.transaction_index import TransactionIndex
from brokers.wire.batch import BatchHeader

CLOSED: Final = -1
RECENT_BATCHES: Final = 1024
"""Batches at the log's end whose position is known without an index: readers mostly wait there."""

AT_ONCE: Final = -1
ENDLESS: Final = 2**63 - 1
NOWHERE: Final = -1

READ_HINTS: Final = 64
"""Where so many readers stopped, so that reading on needs no search."""


@dataclass(slots=True)
class Read:
    """``data`` is whole batches; ``next_offset`` follows the last of them."""

    data: bytes
    next_offset: int


class Segment:
    """Offsets from ``base_offset`` up to ``end_offset`` (exclusive) in ``size`` bytes.

    Active when this process made the file and appends to it, else closed and read only. Methods
    raise ``OSError`` as it comes from the disk, and ``CorruptLog`` for bytes that cannot be.
    """

    __slots__ = (
        "_end_checked",
        "_handles",
        "_hints",
        "_index_absent",
        "_index_entries_max",
        "_index_interval",
        "_max_timestamp",
        "_max_timestamp_offset",
        "_recent_ends",
        "_recent_starts",
        "_unindexed",
        "base_offset",
        "directory",
        "end_offset",
        "handle",
        "index",
        "path",
        "roll_at_ms",
        "size",
        "time_index",
        "transaction_index",
    )

    def __init__(
        self,
        directory: Path,
        base_offset: int,
        handles: HandlePool,
        *,
        sizes: dict[str, int],
        index_interval: int,
    ) -> None:
        """``sizes``: bytes per suffix of the files that exist; an index that is absent is
        rebuilt."""
        self.directory = directory
        self.base_offset = base_offset
        self.end_offset = base_offset
        self.path = files.offset_path(directory, base_offset, files.LOG_SUFFIX)
        self.size = sizes.get(files.LOG_SUFFIX, 0)
        self.handle = CLOSED
        self.roll_at_ms = 0
        self._handles = handles
        self._index_interval = index_interval
        self._index_entries_max = ENDLESS
        self._unindexed = 0
        self._recent_ends = array("q")
        self._recent_starts = array("q")
        self._hints: dict[int, int] = {}
        self._end_checked = False
        self._index_absent = self.size > 0 and files.INDEX_SUFFIX not in sizes
        self._max_timestamp: int | None = None
        self._max_timestamp_offset = base_offset
        index_path = files.offset_path(directory, base_offset, files.INDEX_SUFFIX)
        time_path = files.offset_path(directory, base_offset, files.TIME_INDEX_SUFFIX)
        self.index = OffsetIndex(index_path, handles, base_offset, sizes.get(files.INDEX_SUFFIX, 0))
        self.time_index = TimeIndex(
            time_path, handles, base_offset, sizes.get(files.TIME_INDEX_SUFFIX, 0)
        )
        transaction_path = files.offset_path(directory, base_offset, files.TRANSACTION_INDEX_SUFFIX)
        self.transaction_index = TransactionIndex(
            transaction_path, handles, base_offset, sizes.get(files.TRANSACTION_INDEX_SUFFIX, 0)
        )

    @classmethod
    def create(
        cls,
        directory: Path,
        base_offset: int,
        handles: HandlePool,
        config: LogConfig,
        roll_at_ms: int,
    ) -> "Segment":
        """A new active segment in a new file; indexes without a log that have its name are
        removed."""
        segment = cls(
            directory, base_offset, handles, sizes={}, index_interval=config.index_interval_bytes
        )
        segment.index.entries.remove()
        segment.time_index.entries.remove()
        segment.transaction_index.remove()
        segment.handle = handles.disk.create(segment.path)
        segment.roll_at_ms = roll_at_ms
        segment._index_entries_max = config.segment_index_bytes // OFFSET_ENTRY.size
        segment._max_timestamp = NO_TIMESTAMP
        segment._end_checked = True
        return segment

    # --- appending ---

    def write(self, buffers: Sequence[Buffer], size: int) -> None:
        """Put ``size`` bytes of whole batches at the end; ``note`` each of them afterwards.

        When the disk does not take all of them, what it took is cut off again. Raises ``DiskFull``
        when that worked and room is all that was missing, else ``StorageError``.
        """
        disk = self._handles.disk
        position = self.size
        try:
            written = disk.pwritev(self.handle, buffers, position)
            if written != size:
                rest = memoryview(b"".join(buffers))[written:]
                write_all(disk, self.handle, [rest], position + written)
        except OSError as error:
            try:
                disk.truncate(self.handle, position)
            except OSError as second:
                raise StorageError(
                    f"{self.path.name}: a write failed ({error}) and its undoing too ({second}); "
                    "check the disk, then restart the broker"
                ) from error
            raise storage_error(error, f"writing {size} bytes to {self.path.name}") from error
        self.size = position + size

    def note(self, position: int, size: int, last_offset: int, max_timestamp: int) -> None:
        """Take a batch at ``position`` into account: end, recent positions, indexes, timestamps."""
        end = last_offset + 1
        self.end_offset = end
        ends = self._recent_ends
        ends.append(end)
        self._recent_starts.append(position)
        if len(ends) >= 2 * RECENT_BATCHES:
            del ends[:RECENT_BATCHES]
            del self._recent_starts[:RECENT_BATCHES]
        self._index_batch(position, size, last_offset, max_timestamp)

    def _index_batch(self, position: int, size: int, last_offset: int, max_timestamp: int) -> None:
        newest = self._max_timestamp
        if newest is None or max_timestamp > newest:
            self._max_timestamp = newest = max_timestamp
            self._max_timestamp_offset = last_offset
        if self._unindexed > self._index_interval:
            self.index.append(last_offset, position)
            self.time_index.append(newest, self._max_timestamp_offset)
            self._unindexed = 0
            if len(self.index.entries) >= self._index_entries_max:
                self.roll_at_ms = AT_ONCE
        self._unindexed += size

    def finish(self) -> int:
        """Close an active segment for appends; the handle, which the caller synchronises and
        closes.

        An index that the full disk does not take stays in memory; the next process rebuilds it.
        """
        handle, self.handle = self.handle, CLOSED
        self._recent_ends = array("q")
        self._recent_starts = array("q")
        if self._max_timestamp is not None and self.size:
            self.time_index.append(self._max_timestamp, self._max_timestamp_offset)
        self._spill()
        return handle

    def _spill(self) -> None:
        for entries in (self.index.entries, self.time_index.entries):
            try:
                entries.spill()
            except OSError:
                entries.detach()

    # --- where things are ---

    def read_bytes(self, length: int, position: int) -> bytes:
        handle = self.handle
        if handle < 0:
            handle = self._handles.get(self.path)
        return self._handles.disk.pread(handle, length, position)

    def position_of(self, offset: int) -> int:
        """Where the first batch starts that reaches ``offset`` or beyond; ``size`` when none
        does."""
        if not self._end_checked:
            self._check_end()
        if offset >= self.end_offset:
            return self.size
        ends = self._recent_ends
        if ends and offset >= ends[0]:
            return self._recent_starts[bisect_right(ends, offset)]
        hint = self._hints.get(offset)
        return self._search(offset) if hint is None else hint

    def _check_end(self) -> None:
        """Once per segment: leave out what a process that should be dead wrote behind its end."""
        self._end_checked = True
        if self._index_absent:
            self.rebuild_indexes()
        self.size = self._search(self.end_offset)

    def _search(self, offset: int) -> int:
        position = self._search_from_index(offset)
        if position is None:
            self.rebuild_indexes()
            position = self._search_from_index(offset)
        if position is None:
            raise CorruptLog(
                f"{self.path}: no batch for offset {offset} where one must be; "
                "restore this replica from another one"
            )
        return position

    def _search_from_index(self, offset: int) -> int | None:
        """As ``position_of``; None when the index or the file does not hold what it must."""
        try:
            entry = self.index.floor(offset)
        except FileNotFoundError:
            return None
        start = 0 if entry is None else entry[1]
        if entry is not None and not 0 <= start < self.size:
            return None
        expected = start if entry is None else NOWHERE
        for position, header in scan_headers(self.read_bytes, start, self.size):
            if position == start and entry is not None and header.last_offset != entry[0]:
                return None
            if header.last_offset >= offset:
                return position
            expected = position + header.total_bytes
        if expected == NOWHERE:
            return None  # The entry points to bytes that are no batch.
        return expected if offset >= self.end_offset or expected == self.size else None

    def batch_at(self, position: int) -> tuple[BatchHeader, memoryview]:
        """One whole batch and its header."""
        for _, header in scan_headers(self.read_bytes, position, self.size):
            return header, memoryview(self.read_bytes(header.total_bytes, position))
        raise CorruptLog(f"{self.path}: no batch at position {position}")

    # --- reading ---

    def read(self, offset: int, *, max_bytes: int, end_offset: int, at_least_one: bool) -> Read:
        """Whole batches from the one that reaches ``offset``, up to ``end_offset`` (exclusive)."""
        start = self.position_of(offset)
        limit = self.position_of(end_offset)
        available = limit - start
        if available <= max_bytes:
            # Nothing has to be cut, so nothing has to be looked at.
            next_offset = min(end_offset, self.end_offset)
            if available <= 0:
                return Read(b"", offset if start < self.size else next_offset)
            self._hint(next_offset, limit)
            return Read(self.read_bytes(available, start), next_offset)
        return self._read_cut(offset, start, max_bytes, at_least_one=at_least_one)

    def _read_cut(self, offset: int, start: int, max_bytes: int, *, at_least_one: bool) -> Read:
        """More is there than ``max_bytes``: find the last batch that fits, from the nearest index
        entry on."""
        walk_from = self._indexed_position(start, start + max_bytes - 1)
        cut, next_offset = walk_from, offset
        for position, header in scan_headers(self.read_bytes, walk_from, self.size):
            end = position + header.total_bytes
            if end - start > max_bytes:
                if position == start and at_least_one:
                    cut, next_offset = end, header.last_offset + 1
                elif position == walk_from:
                    next_offset = header.base_offset
                break
            cut, next_offset = end, header.last_offset + 1
        if cut == start:
            return Read(b"", offset)
        self._hint(next_offset, cut)
        return Read(self.read_bytes(cut - start, start), next_offset)

    def _indexed_position(self, start: int, limit: int) -> int:
        """The last batch that the index has between ``start`` and ``limit``, else ``start``."""
        try:
            entry = self.index.floor_position(limit)
        except FileNotFoundError:
            return start
        if entry is not None and start < entry[1] < self.size:
            for position, header in scan_headers(self.read_bytes, entry[1], self.size):
                return position if header.last_offset == entry[0] else start
        return start

    def _hint(self, offset: int, position: int) -> None:
        if offset >= self.end_offset:
            return
        hints = self._hints
        if len(hints) >= READ_HINTS:
            del hints[next(iter(hints))]
        hints[offset] = position

    # --- timestamps ---

    @property
    def max_timestamp(self) -> int:
        """Largest timestamp of the segment, ms; -1 when its records have none."""
        return self.newest()[0]

    def newest(self) -> tuple[int, int]:
        """(largest timestamp, last offset of the batch that holds it)."""
        if self._max_timestamp is None:
            self._load_newest()
        assert self._max_timestamp is not None
        return self._max_timestamp, self._max_timestamp_offset

    def _load_newest(self) -> None:
        try:
            timestamp, offset = self.time_index.last()
            trusted = timestamp == NO_TIMESTAMP or self._holds(timestamp, offset)
        except (FileNotFoundError, CorruptLog):
            trusted = False
        if trusted and len(self.time_index.entries):
            self._max_timestamp, self._max_timestamp_offset = timestamp, offset
        else:
            self.rebuild_indexes()

    def _holds(self, timestamp: int, last_offset: int) -> bool:
        if not self.base_offset <= last_offset < self.end_offset:
            return False
        header, _ = self.batch_at(self.position_of(last_offset))
        return header.last_offset == last_offset and header.max_timestamp == timestamp

    def batches_since(
        self, timestamp: int, offset: int
    ) -> Iterator[tuple[BatchHeader, memoryview]]:
        """Yield batches that reach ``offset`` and hold a timestamp of ``timestamp`` or later."""
        older = self.time_index.floor(timestamp - 1)
        start = self.position_of(max(offset, self.base_offset if older is None else older[1]))
        for position, header in scan_headers(self.read_bytes, start, self.size):
            if header.max_timestamp >= timestamp:
                yield self.batch_at(position)

    # --- mending ---

    def rebuild_indexes(self) -> None:
        """Make the indexes of offsets and times anew from the batches' headers, durably where no
        flush will cover them."""
        self.reindex(scan_headers(self.read_bytes, 0, self.size))
        if self.handle == CLOSED:
            self.synchronize_indexes()

    def reindex(self, batches: Iterable[tuple[int, BatchHeader]]) -> None:
        """Make the indexes of offsets and times anew for ``batches``, (position, header) from the
        segment's first on. They are not durable yet."""
        self._index_absent = False
        self.index.entries.remove()
        self.time_index.reset()
        self._hints.clear()
        self._unindexed = 0
        self._max_timestamp = NO_TIMESTAMP
        self._max_timestamp_offset = self.base_offset
        for position, header in batches:
            if header.base_offset >= self.end_offset:
                break
            self._index_batch(
                position, header.total_bytes, header.last_offset, header.max_timestamp
            )
        if self.handle == CLOSED:
            self.time_index.append(self._max_timestamp, self._max_timestamp_offset)
            self._spill()

    @property
    def index_paths(self) -> list[Path]:
        """The files of the indexes of offsets and times, there or not."""
        return [self.index.entries.path, self.time_index.entries.path]

    def synchronize_indexes(self) -> None:
        """Make the indexes of offsets and times durable: half of one could pass for a whole one."""
        self.index.entries.synchronize()
        self.time_index.entries.synchronize()

    def end_before(self, offset: int) -> int:
        """Where the segment ends without the batches that reach ``offset`` or beyond."""
        position = self.position_of(offset)
        if position == self.size and offset >= self.end_offset:
            return self.end_offset
        # Not where the next batch begins: compaction may have left nothing in between, and a log
        # that is opened again ends where its last batch does.
        end_offset = self.base_offset
        walk_from = self._indexed_position(0, position - 1)
        for _, header in scan_headers(self.read_bytes, walk_from, position):
            end_offset = header.last_offset + 1
        return end_offset

    def truncate_at(self, position: int, end_offset: int) -> None:
        """Drop everything from ``position`` on, durably; ``end_offset`` follows what stays."""
        disk = self._handles.disk
        handle = self.handle if self.handle >= 0 else self._handles.get(self.path)
        disk.truncate(handle, position)
        disk.synchronize(handle)
        self.size = position
        self.end_offset = end_offset
        self._end_checked = True
        self._recent_ends = array("q")
        self._recent_starts = array("q")
        self.transaction_index.truncate(end_offset)
        self.rebuild_indexes()

    def forget_handles(self) -> None:
        """Let the pool close this segment's files."""
        for path in (
            self.path,
            self.index.entries.path,
            self.time_index.entries.path,
            self.transaction_index.path,
        ):
            self._handles.forget(path)
