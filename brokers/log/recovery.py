"""Finding out, when a log is opened, what of it is whole.

After a clean stop the files are as they were left. After any other stop everything from the
recovery point's segment on is read again from the device and each batch's CRC-32C checked. The log
ends before the first batch that is not whole; below the recovery point, where every byte had been
durable, that is damage and not a torn tail, and is reported instead of cut off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brokers.kernel.errors import StorageError
from brokers.kernel.limits import FRAME_BYTES_MAX
from brokers.log import files
from brokers.log.epochs import EpochHistory
from brokers.log.handles import HandlePool
from brokers.log.offset_index import RELATIVE_OFFSET_MAX
from brokers.log.producer_snapshots import ProducerSnapshots
from brokers.log.producers import ProducerWindow
from brokers.log.scan import CorruptLog, scan_headers, scan_verified
from brokers.log.segment import Segment
from brokers.log.segments import remove_segment_files
from brokers.wire.batch import BatchHeader
from brokers.wire.control import Marker, read_marker

ENDLESS = 2**63 - 1


@dataclass(slots=True)
class Recovery:
    """What opening found, for the broker's log line. Bytes."""

    clean: bool
    verified_bytes: int = 0
    truncated_bytes: int = 0
    segments_removed: int = 0


def find_clean_end(segment: Segment) -> int | None:
    """Where the last segment ends by its own batches; None when its file ends in anything else."""
    try:
        entry = segment.index.floor(ENDLESS)
    except OSError:
        entry = None
    start = expected = 0 if entry is None else entry[1]
    end_offset = None
    if not 0 <= start < segment.size:
        return None
    for position, header in scan_headers(segment.read_bytes, start, segment.size):
        if position == start and entry is not None and header.last_offset != entry[0]:
            return None
        end_offset = header.last_offset + 1
        expected = position + header.total_bytes
    return end_offset if expected == segment.size else None


class Recoverer:
    """Verifies the segments of one log from its recovery point on."""

    def __init__(
        self,
        segments: list[Segment],
        handles: HandlePool,
        epochs: EpochHistory,
        recovery_point: int,
        *,
        snapshots: ProducerSnapshots,
        now_ms: int,
    ) -> None:
        self.recovery = Recovery(clean=False)
        self.end_offset = 0
        self._segments = segments
        self._handles = handles
        self._epochs = epochs
        self._recovery_point = recovery_point
        self._snapshots = snapshots
        self._now_ms = now_ms
        self._producers = ProducerWindow()
        self._whole = 0

    def run(self, directory: Path) -> list[Segment]:
        """The segments that are left, durable but for the indexes of the last one. Raises
        ``CorruptLog`` and ``OSError``."""
        segments = self._segments
        # The one that ends at the recovery point too: a flush may have covered its last batch
        # before it was closed, and so not the end of its indexes.
        first = max(0, sum(s.base_offset < self._recovery_point for s in segments) - 1)
        kept = segments[:first]
        if segments:
            # The batches say it again, and the file may be from before a truncation.
            scan_from = segments[first].base_offset
            self._epochs.truncate_from_end(scan_from)
            self._producers = rebuild_producers(self._snapshots, kept, scan_from, self._now_ms)
        for number in range(first, len(segments)):
            segment = segments[number]
            if number > first:
                # Now: the next start may not look at it. It will at the last one, unless the first
                # flush of this process has made that one's indexes durable.
                segments[number - 1].synchronize_indexes()
            following = segments[number + 1].base_offset if segment is not segments[-1] else None
            self._verify(segment, ENDLESS if following is None else following)
            if segment.size:
                kept.append(segment)
            else:
                remove_segment_files(self._handles, directory, segment.base_offset)
            if following is not None and self.end_offset != following:
                self._remove(directory, segments[number + 1 :])
                break
        if segments:
            self._handles.disk.synchronize_directory(directory)
        return kept

    def _verify(self, segment: Segment, limit_offset: int) -> None:
        disk = self._handles.disk
        handle = self._handles.get(segment.path)
        # Make durable first, then look at what the device really has: a write-back that failed in
        # the process before leaves good bytes in the cache only.
        disk.synchronize(handle)
        disk.drop_cache(handle)
        size = segment.size
        self._whole = 0
        self.end_offset = segment.base_offset
        segment.end_offset = limit_offset
        segment.transaction_index.remove()
        segment.reindex(self._whole_batches(segment, limit_offset))
        segment.transaction_index.synchronize()  # No flush will cover it.
        if self.end_offset < min(self._recovery_point, limit_offset):
            raise CorruptLog(
                f"{segment.path}: the batch at byte {self._whole}, offset {self.end_offset}, is "
                f"damaged below the recovery point {self._recovery_point}; "
                "restore this replica from another one"
            )
        self.recovery.verified_bytes += self._whole
        if self._whole < size:
            self.recovery.truncated_bytes += size - self._whole
            segment.truncate_at(self._whole, self.end_offset)
        else:
            segment.end_offset = self.end_offset

    def _whole_batches(
        self, segment: Segment, limit_offset: int
    ) -> Iterator[tuple[int, BatchHeader]]:
        for position, header in scan_verified(segment.read_bytes, segment.size, FRAME_BYTES_MAX):
            if header.base_offset < self.end_offset or header.last_offset >= limit_offset:
                return
            if header.last_offset - segment.base_offset > RELATIVE_OFFSET_MAX:
                return  # The checksum leaves the base offset out; such a one was never written.
            self.end_offset = header.last_offset + 1
            self._whole = position + header.total_bytes
            self._epochs.assign(header.partition_leader_epoch, header.base_offset)
            if header.producer_id >= 0:
                self._note_producer(segment, position, header)
            yield position, header

    def _note_producer(self, segment: Segment, position: int, header: BatchHeader) -> None:
        """Follow the producers through the segment, for what its transaction index must have."""
        marker = _stored_marker(segment, position, header)
        if marker is not None:
            producer_id, offset = header.producer_id, header.last_offset
            aborted = self._producers.aborted_by(producer_id, marker, offset)
            if aborted is not None:
                segment.transaction_index.append(aborted)
        self._producers.replay(header, marker, self._now_ms)

    def _remove(self, directory: Path, segments: list[Segment]) -> None:
        for segment in reversed(segments):
            self.recovery.truncated_bytes += segment.size
            self.recovery.segments_removed += 1
            remove_segment_files(self._handles, directory, segment.base_offset)


def read_epochs(
    directory: Path, segments: list[Segment], handles: HandlePool
) -> tuple[EpochHistory, bytes]:
    """The epochs of the checkpoint, and its text; from the batches themselves, and without a text,
    when it cannot be read."""
    try:
        text = handles.disk.read_file(directory / files.LEADER_EPOCH_CHECKPOINT)
        return EpochHistory.decode(text), text
    except (FileNotFoundError, StorageError):
        epochs = EpochHistory()
    for segment in segments:
        for _, header in scan_headers(segment.read_bytes, 0, segment.size):
            epochs.assign(header.partition_leader_epoch, header.base_offset)
    return epochs, b""


def rebuild_producers(
    snapshots: ProducerSnapshots, segments: list[Segment], end_offset: int, now_ms: int
) -> ProducerWindow:
    """The window at ``end_offset``: the newest good snapshot, and the batches written after it.

    A batch does not say when it was appended, so its producer counts as heard of ``now_ms``.
    """
    from_offset, window = snapshots.newest(end_offset)
    for segment in segments:
        if segment.end_offset <= from_offset:
            continue
        start = segment.position_of(max(from_offset, segment.base_offset))
        for position, header in scan_headers(segment.read_bytes, start, segment.size):
            if header.base_offset >= end_offset:
                return window
            if header.producer_id >= 0:
                window.replay(header, _stored_marker(segment, position, header), now_ms)
    return window


def _stored_marker(segment: Segment, position: int, header: BatchHeader) -> Marker | None:
    """How the batch at ``position`` ends a transaction; None when it does not."""
    if not header.is_control:
        return None
    return read_marker(memoryview(segment.read_bytes(header.total_bytes, position)))
