"""Compaction itself: segments in, segments without superseded records out. Runs in a worker.

First the last offset of every key that is dirty is found, then every segment is written again with
the records that none of them supersedes. Rules are Kafka's ``Cleaner``: a record stays unless a
later one has its key; a tombstone that stays gets a delete horizon, and goes once that has passed.
What makes the log itself stays as an empty batch: its segments' ends, the first batch of each
leader epoch, and the batches by which retries are known. Records of aborted transactions go, and
supersede nothing; a marker goes, by a delete horizon of its own, once nothing is left of its
transaction.
"""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final

from brokers.kernel.errors import Refusal
from brokers.kernel.limits import COMPACTION_KEYS_MAX, FRAME_BYTES_MAX
from brokers.log import files
from brokers.log.checksums import checksum
from brokers.log.cleaned_transactions import CleanedTransactions
from brokers.log.config import FOREVER_MS, LogConfig
from brokers.log.disk import Disk, DiskFull
from brokers.log.handles import HandlePool
from brokers.log.offset_index import RELATIVE_OFFSET_MAX
from brokers.log.scan import CorruptLog, scan_verified
from brokers.log.segment import Segment
from brokers.log.storage_job import CleanedSegment, CompactionRequest, Damage, InputSegment, Report
from brokers.wire.batch import BatchHeader, parse_batch_header
from brokers.wire.control import read_marker
from brokers.wire.records import Record, iterate_records
from brokers.wire.rewriting import NO_TIMESTAMP, emptied, thinned

DIGEST_BYTES: Final = 16


class DamagedInput(CorruptLog):
    """An input segment holds a batch that is not whole."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(f"segment {damage.segment_base}: a bad batch at byte {damage.position}")
        self.damage = damage


class ChangedInput(CorruptLog):
    """An input segment is not the one that the broker meant."""


class Cleaner:
    """One compaction from ``source``, a partition's folder, into ``target``, an empty one."""

    def __init__(
        self,
        disk: Disk,
        source: Path,
        target: Path,
        request: CompactionRequest,
        *,
        keys_max: int = COMPACTION_KEYS_MAX,
    ) -> None:
        self._disk = disk
        self._source = source
        self._target = target
        self._request = request
        self._keys_max = keys_max
        self._handles = HandlePool(disk, 8)
        self._remembered = frozenset(request.remembered)
        self._marked = frozenset(request.marked)
        self._transactions = CleanedTransactions(request.aborted)
        self._latest: dict[bytes, int] = {}
        self._clean_to = 0
        self._epoch = -1
        self._records_before = 0
        self._records_after = 0

    def run(self) -> Report:
        """Raises ``DamagedInput``, ``ChangedInput``, ``StorageError`` and ``OSError``; then nothing
        of it may be used."""
        request = self._request
        try:
            self._check_inputs()
            self._clean_to = self._map_keys()
            inputs = [each for each in request.segments if each.base_offset < self._clean_to]
            cleaned = [self._write(group) for group in grouped(inputs, request.segment_bytes)]
        finally:
            self._handles.close()
        return Report(
            generation=request.generation,
            clean_to=self._clean_to,
            segments=cleaned,
            records_before=self._records_before,
            records_after=self._records_after,
            bytes_read=sum(segment.size for segment in inputs),
        )

    # --- reading ---

    def _check_inputs(self) -> None:
        for segment in self._request.segments:
            path = files.offset_path(self._source, segment.base_offset, files.LOG_SUFFIX)
            if checksum(self._disk, path, segment.size) != segment.crc:
                raise ChangedInput(f"{path} is not what the broker had read")

    def _batches(self, segment: InputSegment) -> Iterator[tuple[BatchHeader, memoryview]]:
        """Every batch, its checksum verified: what is written again must not get a good one for bad
        bytes."""
        yield from whole_batches(self._handles, self._source, segment)

    def _map_keys(self) -> int:
        """Fill the map of last offsets from the first dirty one on; where it ends (exclusive)."""
        first_dirty = self._request.first_dirty
        for segment in self._request.segments:
            if segment.end_offset <= first_dirty:
                continue
            for header, batch in self._batches(segment):
                if header.last_offset < first_dirty or header.is_control:
                    continue
                if self._transactions.is_aborted(header):
                    continue
                self._map_batch(batch, first_dirty)
                if len(self._latest) >= self._keys_max:
                    return header.last_offset + 1
        return self._request.upper_bound

    def _map_batch(self, batch: memoryview, first_dirty: int) -> None:
        found: dict[bytes, int] = {}
        try:
            for record in iterate_records(batch):
                if record.key is not None and record.offset >= first_dirty:
                    found[_digest(record.key)] = record.offset
        except Refusal:
            return  # Nobody can read it, so it supersedes nothing; it is kept as it is.
        self._latest.update(found)

    # --- writing ---

    def _write(self, group: list[InputSegment]) -> CleanedSegment:
        base_offset, end_offset = group[0].base_offset, group[-1].end_offset
        config = LogConfig(
            index_interval_bytes=self._request.index_interval_bytes,
            segment_index_bytes=self._request.segment_index_bytes,
        )
        cleaned = Segment.create(self._target, base_offset, self._handles, config, 0)
        handle = cleaned.handle
        self._transactions.kept.clear()
        try:
            for segment in group:
                for header, batch in self._batches(segment):
                    # The end stays, so that a log without its tail is told from a compacted one.
                    stays = self._is_needed(header) or header.last_offset == end_offset - 1
                    data = self._cleaned(header, batch, stays=stays)
                    if data is not None:
                        _append(cleaned, data)
            cleaned.finish()
            cleaned.transaction_index.make_file()
            for aborted in self._transactions.kept:
                cleaned.transaction_index.append(aborted)
            self._disk.synchronize(handle)
        finally:
            self._disk.close(handle)
        cleaned.index.entries.synchronize()
        cleaned.time_index.entries.synchronize()
        cleaned.transaction_index.synchronize()
        return CleanedSegment(
            base_offset,
            end_offset,
            [segment.base_offset for segment in group],
            self._sizes(base_offset),
            checksum(self._disk, cleaned.path, cleaned.size),
        )

    def _sizes(self, base_offset: int) -> dict[str, int]:
        found = {entry.name: entry.size for entry in self._disk.list(self._target)}
        names = {
            suffix: files.offset_path(self._target, base_offset, suffix).name
            for suffix in files.CLEANED_SUFFIXES
        }
        if not found.keys() >= set(names.values()):
            raise DiskFull(f"no room for the indexes of segment {base_offset}")
        return {suffix: found[name] for suffix, name in names.items()}

    def _is_needed(self, header: BatchHeader) -> bool:
        """Whether recovery or a producer's retry needs to know that there was this batch."""
        begins_epoch = header.partition_leader_epoch > self._epoch
        self._epoch = max(self._epoch, header.partition_leader_epoch)
        return begins_epoch or header.last_offset in self._remembered

    def _cleaned(self, header: BatchHeader, batch: memoryview, *, stays: bool) -> bytes | None:
        """What is left of the batch; None for nothing."""
        if header.is_control:
            return self._cleaned_marker(header, batch, stays=stays)
        self._records_before += header.record_count
        self._transactions.data(header)
        if header.last_offset >= self._clean_to:
            self._records_after += header.record_count
            return bytes(batch)
        if self._transactions.is_aborted(header):
            return emptied(header) if stays else None
        horizon = header.delete_horizon_ms
        may_go = horizon is not None and self._request.now_ms >= horizon
        keeps, newest, has_tombstone = bytearray(), NO_TIMESTAMP, False
        try:
            for record in iterate_records(batch):
                kept = self._keeps(record, tombstones_may_go=may_go)
                keeps.append(kept)
                if kept:
                    newest = max(newest, record.timestamp_ms)
                    has_tombstone |= record.value is None
        except Refusal:
            self._records_after += header.record_count
            return bytes(batch)
        count = sum(keeps)
        self._records_after += count
        if count == 0:
            return emptied(header) if stays else None
        if has_tombstone and horizon is None:
            new_horizon = self._request.now_ms + self._request.delete_retention_ms
            new_horizon = min(new_horizon, FOREVER_MS)
            return thinned(batch, header, keeps, newest_ms=newest, delete_horizon_ms=new_horizon)
        if count == header.record_count:
            return bytes(batch)
        return thinned(batch, header, keeps, newest_ms=newest)

    def _cleaned_marker(
        self, header: BatchHeader, batch: memoryview, *, stays: bool
    ) -> bytes | None:
        """As ``_cleaned``, for a control batch. Where something of its transaction is left, readers
        and whoever rebuilds this log's state need it whole."""
        if header.record_count == 0:
            return bytes(batch) if stays else None
        if read_marker(batch) is None:
            return bytes(batch)
        had_data = self._transactions.ended(header)
        is_clean = header.last_offset < self._clean_to
        if had_data or not is_clean:
            self._transactions.keep_entry(header)
        horizon = header.delete_horizon_ms
        if had_data or not is_clean or (header.producer_id, header.producer_epoch) in self._marked:
            return bytes(batch)
        if horizon is None:
            horizon = min(self._request.now_ms + self._request.delete_retention_ms, FOREVER_MS)
            return thinned(
                batch, header, [1] * header.record_count,
                newest_ms=header.max_timestamp, delete_horizon_ms=horizon,
            )  # fmt: skip
        if self._request.now_ms < horizon:
            return bytes(batch)
        return emptied(header) if stays else None

    def _keeps(self, record: Record, *, tombstones_may_go: bool) -> bool:
        if record.key is None:
            return False
        if record.offset < self._latest.get(_digest(record.key), 0):
            return False
        return record.value is not None or not tombstones_may_go


def _append(cleaned: Segment, data: bytes) -> None:
    header = parse_batch_header(data)
    position = cleaned.size
    cleaned.write([data], len(data))
    cleaned.note(position, len(data), header.last_offset, header.max_timestamp)


def grouped(segments: list[InputSegment], segment_bytes: int) -> Iterator[list[InputSegment]]:
    """Runs of segments that become one each: no larger than ``segment_bytes`` before cleaning, nor
    further apart than an index can say."""
    group: list[InputSegment] = []
    for segment in segments:
        size = sum(each.size for each in group) + segment.size
        if group and (
            size > segment_bytes or segment.end_offset - group[0].base_offset > RELATIVE_OFFSET_MAX
        ):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def whole_batches(
    handles: HandlePool, folder: Path, segment: InputSegment
) -> Iterator[tuple[BatchHeader, memoryview]]:
    """The batches of a file, each with its bytes. Raises ``DamagedInput`` at the first that is not
    whole or does not follow."""
    path = files.offset_path(folder, segment.base_offset, files.LOG_SUFFIX)

    def read(length: int, position: int) -> bytes:
        return handles.disk.pread(handles.get(path), length, position)

    end, next_offset = 0, segment.base_offset
    for position, header in scan_verified(read, segment.size, FRAME_BYTES_MAX):
        if header.base_offset < next_offset or header.last_offset >= segment.end_offset:
            break
        yield header, memoryview(read(header.total_bytes, position))
        end, next_offset = position + header.total_bytes, header.last_offset + 1
    if end != segment.size:
        raise DamagedInput(Damage(segment.base_offset, end))


def _digest(key: bytes) -> bytes:
    """The key itself while it is shorter than what stands for a longer one."""
    return key if len(key) < DIGEST_BYTES else blake2b(key, digest_size=DIGEST_BYTES).digest()
