"""The segments of one partition in order, the active one last, and the moves between them."""

from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from brokers.log import files
from brokers.log.config import LogConfig
from brokers.log.handles import HandlePool
from brokers.log.open_transactions import AbortedTransaction
from brokers.log.segment import CLOSED, Read, Segment
from brokers.log.storage_job import CleanedSegment
from brokers.log.swap import decide, put_in_place
from brokers.log.timestamps import TimestampAndOffset, first_record

_by_first_offset = attrgetter("first_offset")


class Segments:
    """Never empty once a log is open. Methods raise ``OSError`` as it comes from the disk."""

    __slots__ = ("_bases", "_directory", "_expiring", "_handles", "_segments", "active")

    def __init__(
        self, directory: Path, handles: HandlePool, closed: list[Segment], active: Segment
    ) -> None:
        self._directory = directory
        self._handles = handles
        self._segments = [*closed, active]
        self._bases = [segment.base_offset for segment in self._segments]
        self._expiring: list[tuple[int, list[Path]]] = []
        self.active = active

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._segments)

    def __len__(self) -> int:
        return len(self._segments)

    @property
    def first(self) -> Segment:
        return self._segments[0]

    def base_after(self, count: int) -> int:
        """Base offset of the segment behind the first ``count``."""
        return self._bases[count]

    @property
    def size_bytes(self) -> int:
        return sum(segment.size for segment in self._segments)

    def holding(self, offset: int) -> Segment:
        """The segment in whose range ``offset`` is; the first for anything before it."""
        return self._segments[max(0, bisect_right(self._bases, offset) - 1)]

    # --- reading ---

    def read(self, offset: int, *, max_bytes: int, end_offset: int, at_least_one: bool) -> Read:
        """As ``PartitionLog.read``, for offsets that are known to be in range."""
        segment = self.holding(offset)
        while offset < end_offset:
            result = segment.read(
                offset, max_bytes=max_bytes, end_offset=end_offset, at_least_one=at_least_one
            )
            if result.data or segment is self.active or result.next_offset < segment.end_offset:
                return result
            # Compaction may leave nothing at a segment's end.
            segment = self._after(segment)
            offset = segment.base_offset
        return Read(b"", offset)

    def _after(self, segment: Segment) -> Segment:
        return self._segments[bisect_right(self._bases, segment.base_offset)]

    def find_timestamp(self, timestamp_ms: int, from_offset: int) -> TimestampAndOffset | None:
        """The first record at or after both; None when there is none."""
        for segment in self._segments:
            if segment.size == 0 or segment.max_timestamp < timestamp_ms:
                continue
            for header, batch in segment.batches_since(timestamp_ms, from_offset):
                record = first_record(header, batch, timestamp_ms, from_offset)
                if record is not None:
                    return record
        return None

    def aborted(self, start: int, end: int) -> list[AbortedTransaction]:
        """Aborted transactions with offsets from ``start`` up to ``end`` (exclusive), by first
        offset."""
        found: list[AbortedTransaction] = []
        for number in range(max(0, bisect_right(self._bases, start) - 1), len(self._segments)):
            index = self._segments[number].transaction_index
            if len(index) and index.overlapping(start, end, found):
                break
        return sorted(found, key=_by_first_offset)

    def bytes_between(self, start: int, end: int) -> int:
        """Bytes of the batches from ``start`` up to ``end`` (exclusive)."""
        count = 0
        while start < end:
            segment = self.holding(start)
            count += segment.position_of(end) - segment.position_of(start)
            if segment is self.active:
                break
            start = self._after(segment).base_offset
        return count

    # --- moves ---

    def roll(self, base_offset: int, config: LogConfig, roll_at_ms: int) -> tuple[Segment, int]:
        """A new active segment; the one that is closed now and its handle, to be synchronised."""
        closing = self.active
        self._begin(base_offset, config, roll_at_ms)
        return closing, closing.finish()

    def _begin(self, base_offset: int, config: LogConfig, roll_at_ms: int) -> None:
        active = Segment.create(self._directory, base_offset, self._handles, config, roll_at_ms)
        self._segments.append(active)
        self._bases.append(base_offset)
        self.active = active

    def end_before(self, offset: int) -> int:
        """Where the log ends without the batches that reach ``offset`` or beyond."""
        return offset if offset <= self._bases[0] else self.holding(offset).end_before(offset)

    def truncate(self, offset: int, config: LogConfig) -> list[int]:
        """Drop what is at ``offset``, a batch's start, and beyond, the newest first, durably but
        for names.

        Returns handles of removed files, for the caller to close. The active segment goes on where
        it was made by this process, else a new one begins.
        """
        handles = []
        roll_at_ms = self.active.roll_at_ms
        while self._segments and self._bases[-1] >= offset:
            handles += self._remove_last()
        if self._segments:
            last = self._segments[-1]
            last.truncate_at(last.position_of(offset), offset)
            if last.size == 0 and last.handle == CLOSED:
                handles += self._remove_last()
        if not self._segments or self._segments[-1].handle == CLOSED:
            self._begin(offset, config, roll_at_ms)
        self.active = self._segments[-1]
        return handles

    def clear(self, begin_at: int, config: LogConfig) -> list[int]:
        """Drop everything and begin at ``begin_at``; handles as ``truncate`` returns them."""
        handles = []
        roll_at_ms = self.active.roll_at_ms
        while self._segments:
            handles += self._remove_last()
        self._begin(begin_at, config, roll_at_ms)
        return handles

    def _remove_last(self) -> list[int]:
        segment = self._segments.pop()
        self._bases.pop()
        remove_segment_files(self._handles, self._directory, segment.base_offset)
        return [segment.handle] if segment.handle != CLOSED else []

    def expire_first(self, unlink_at_ms: int) -> Segment:
        """Take the first segment out of the log; its files are renamed now and unlinked later."""
        segment = self._segments[0]
        renamed = self._set_aside(segment)
        del self._segments[0], self._bases[0]
        self._expiring.append((unlink_at_ms, renamed))
        return segment

    def _set_aside(self, segment: Segment) -> list[Path]:
        """Rename its files to what is no part of a log; the new names."""
        renamed = []
        for suffix in files.SEGMENT_SUFFIXES:
            path = files.offset_path(self._directory, segment.base_offset, suffix)
            self._handles.forget(path)
            target = path.with_name(path.name + files.DELETED_SUFFIX)
            try:
                self._handles.disk.rename(path, target)
            except OSError:
                if suffix == files.LOG_SUFFIX:
                    raise
                continue  # an index without its log is unlinked when the log is opened again
            renamed.append(target)
        return renamed

    def run_of(self, bases: list[int], end_offset: int) -> int | None:
        """Where in the order the closed segments with these ``bases`` begin; None unless they are
        there, next to each other, and end at ``end_offset``."""
        if not bases or bases[0] not in self._bases:
            return None
        first = self._bases.index(bases[0])
        following = self._bases[first : first + len(bases) + 1]
        return first if following == [*bases, end_offset] else None

    def replace(
        self, first: int, cleaned: CleanedSegment, config: LogConfig, unlink_at_ms: int
    ) -> None:
        """Put a cleaned segment, whose files are ``.cleaned`` here, in place of those it replaces
        from number ``first`` on. See ``swap``."""
        disk, base_offset = self._handles.disk, cleaned.base_offset
        count = len(cleaned.replaces)
        decide(disk, self._directory, base_offset)
        aside = [
            path for old in self._segments[first : first + count] for path in self._set_aside(old)
        ]
        put_in_place(disk, self._directory, base_offset)
        segment = Segment(
            self._directory, base_offset, self._handles,
            sizes=cleaned.sizes, index_interval=config.index_interval_bytes,
        )  # fmt: skip
        segment.end_offset = cleaned.end_offset
        self._segments[first : first + count] = [segment]
        self._bases[first : first + count] = [base_offset]
        self._expiring.append((unlink_at_ms, aside))

    def unlink_expired(self, now_ms: int) -> None:
        due = [paths for at_ms, paths in self._expiring if at_ms <= now_ms]
        self._expiring = [entry for entry in self._expiring if entry[0] > now_ms]
        for paths in due:
            for path in paths:
                try:
                    self._handles.disk.unlink(path)
                except FileNotFoundError:
                    continue


def remove_segment_files(handles: HandlePool, directory: Path, base_offset: int) -> None:
    """Unlink whatever a segment has. Raises ``OSError``."""
    for suffix in files.SEGMENT_SUFFIXES:
        path = files.offset_path(directory, base_offset, suffix)
        handles.forget(path)
        try:
            handles.disk.unlink(path)
        except FileNotFoundError:
            continue
