"""One partition's log: appended to by its leader or from its leader, read, flushed, cut, and kept.

A record's life here: ``append`` assigns its offset and writes it into the active segment, a flush
makes it durable, ``read`` finds it by offset, retention removes its segment. Which offsets are
committed is not decided here: readers bring the high watermark with them.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.log import files
from brokers.log.checkpoints import PartitionCheckpoint
from brokers.log.compaction import Cleanable, ClosedSegment, find_cleanable
from brokers.log.config import LogConfig
from brokers.log.disk import Buffer, Disk, DiskFull, storage_error
from brokers.log.epochs import EpochEnd
from brokers.log.flush import FlushTicket, GroupCommit
from brokers.log.handles import HandlePool
from brokers.log.offset_index import RELATIVE_OFFSET_MAX
from brokers.log.open_transactions import AbortedTransaction
from brokers.log.opening import OpenedFolder, open_folder
from brokers.log.producers import ProducerState, RememberedBatch
from brokers.log.recovery import rebuild_producers
from brokers.log.replicated import verify_replicated
from brokers.log.retention import SegmentFacts, count_expired
from brokers.log.segment import Read, Segment
from brokers.log.segments import Segments
from brokers.log.storage_job import CleanedSegment
from brokers.log.time_index import NO_TIMESTAMP
from brokers.log.timestamps import TimestampAndOffset, check_timestamps
from brokers.log.verification import Guard
from brokers.wire.batch import (
    STAMPED_BYTES,
    BatchHeader,
    parse_batch_header,
    stamp,
    stamp_log_append_time,
)
from brokers.wire.control import Marker, build_marker, read_marker

NO_APPEND_TIME: Final = -1
OWN_HANDLES: Final = 16


class Appended(NamedTuple):
    """Where a batch is. Offsets inclusive; ``log_append_time_ms`` -1 for CreateTime.

    ``duplicate``: it was there already, and may not be acknowledged before the high watermark has
    passed it.
    """

    base_offset: int
    last_offset: int
    log_append_time_ms: int
    duplicate: bool


class LogSizes(NamedTuple):
    """For DescribeLogDirs and metrics. Bytes and counts; end offsets are exclusive."""

    size_bytes: int
    segments: int
    log_start_offset: int
    log_end_offset: int
    durable_end_offset: int


class PartitionLog:
    """The log of one replica, open in one process. One thread, but for ``FlushTicket.run``."""

    __slots__ = (
        "_after_max_ms",
        "_before_max_ms",
        "_checkpoint",
        "_closed",
        "_commit",
        "_directory",
        "_disk",
        "_epochs",
        "_lacks_room",
        "_producers",
        "_segment_bytes",
        "_segments",
        "_snapshots",
        "_stamps_append_time",
        "config",
        "failure",
        "log_end_offset",
        "log_start_offset",
        "recovery",
    )

    def __init__(
        self,
        directory: Path,
        handles: HandlePool,
        opened: OpenedFolder,
        *,
        config: LogConfig,
        checkpoint: PartitionCheckpoint | None,
        now_ms: int,
    ) -> None:
        """Use ``open``."""
        end_offset = opened.end_offset
        self.log_start_offset = opened.log_start_offset
        self.log_end_offset = end_offset
        self.failure: str | None = None
        self.recovery = opened.recovery
        self._directory = directory
        self._disk = handles.disk
        self._closed = False
        self._lacks_room = False
        self._checkpoint = checkpoint
        self._epochs = opened.epochs
        self._snapshots = opened.snapshots
        self._producers = opened.producers
        self._commit = GroupCommit(handles.disk, end_offset)
        roll_at_ms = now_ms + config.rolls_after_ms
        active = Segment.create(directory, end_offset, handles, config, roll_at_ms)
        self._segments = Segments(directory, handles, opened.segments, active)
        self._commit.cover_directory(directory)
        for path in opened.unsynchronized:
            self._commit.cover_file(path)
        if opened.is_new:
            self._commit.cover_directory(directory.parent)
        self._write_snapshot()
        self.reconfigure(config)

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        disk: Disk,
        config: LogConfig,
        topic_id: bytes,
        now_ms: int,
        clean: bool,
        recovery_point: int = 0,
        log_start_offset: int | None = None,
        handles: HandlePool | None = None,
        checkpoint: PartitionCheckpoint | None = None,
    ) -> "PartitionLog":
        """Open the log in ``directory``, made if absent, and begin a new segment.

        ``clean``: a marker says that the process before closed it. Otherwise everything from
        ``recovery_point`` (exclusive end of what was durable) on is verified. ``log_start_offset``
        None: not known, the first segment tells. ``handles`` is shared by the logs of a volume;
        ``checkpoint`` is where that volume keeps the two offsets. Raises ``CorruptLog`` for damage
        to what was durable, ``StorageError`` for a disk that does not work; then nothing is open.
        """
        pool = HandlePool(disk, OWN_HANDLES) if handles is None else handles
        try:
            opened = open_folder(
                directory,
                handles=pool,
                config=config,
                topic_id=topic_id,
                now_ms=now_ms,
                clean=clean,
                recovery_point=recovery_point,
                log_start_offset=log_start_offset,
            )
            return cls(directory, pool, opened, config=config, checkpoint=checkpoint, now_ms=now_ms)
        except OSError as error:
            raise storage_error(error, f"opening {directory.name}") from error

    def reconfigure(self, config: LogConfig) -> None:
        """Put another configuration into force, from the next append on."""
        self.config = config
        self._before_max_ms = config.message_timestamp_before_max_ms
        self._after_max_ms = config.message_timestamp_after_max_ms
        self._stamps_append_time = config.message_timestamp_type == "LogAppendTime"
        self._segment_bytes = config.segment_bytes

    # --- appending ---

    def append(
        self,
        records: memoryview,
        header: BatchHeader,
        *,
        leader_epoch: int,
        now_ms: int,
        guard: Guard | None = None,
    ) -> Appended:
        """Append one batch that ``verify_produced`` has accepted, as the partition's leader.

        ``guard``: what ``begin_verification`` gave, once the transaction's coordinator has
        confirmed; without it the first batch of a transaction is refused. Raises ``Refusal``:
        OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, INVALID_TIMESTAMP,
        RECORD_LIST_TOO_LARGE. Raises ``DiskFull`` when there is no room: the log is as before, can
        be read, and appends work again once there is. Raises another ``StorageError`` when the disk
        failed: the log takes no more appends until the broker restarts.
        """
        if self.failure is not None:
            raise StorageError(self.failure)
        idempotent = header.producer_id >= 0
        if idempotent:
            earlier = self._check_sequence(header, guard)
            if earlier is not None:
                append_time = earlier.timestamp if self._stamps_append_time else NO_APPEND_TIME
                return Appended(earlier.first_offset, earlier.last_offset, append_time, True)
        base_offset = self.log_end_offset
        last_offset = base_offset + header.last_offset_delta
        size = header.batch_length + 12
        head = stamp(base_offset, leader_epoch, header.batch_length)
        buffers: list[Buffer]
        if self._stamps_append_time:
            append_time = max_timestamp = now_ms
            restamped = stamp_log_append_time(records, now_ms)
            buffers = [head, restamped[STAMPED_BYTES:], records[BATCH_OVERHEAD_BYTES:]]
        else:
            append_time, max_timestamp = NO_APPEND_TIME, header.max_timestamp
            if (
                max_timestamp - now_ms > self._after_max_ms
                or now_ms - header.base_timestamp > self._before_max_ms
            ):
                check_timestamps(header, self.config, now_ms)
            buffers = [head, records[STAMPED_BYTES:]]
        segment = self._segments.active
        if (
            segment.size + size > self._segment_bytes
            or now_ms >= segment.roll_at_ms
            or last_offset - segment.base_offset > RELATIVE_OFFSET_MAX
        ):
            segment = self._make_room(size, now_ms)
        if leader_epoch != self._epochs.latest:
            self.assign_epoch_start(leader_epoch)
        position = segment.size
        self._write(segment, buffers, size)
        segment.note(position, size, last_offset, max_timestamp)
        self.log_end_offset = last_offset + 1
        if idempotent:
            self._producers.record(header, last_offset, now_ms)
        return Appended(base_offset, last_offset, append_time, False)

    def _check_sequence(self, header: BatchHeader, guard: Guard | None) -> RememberedBatch | None:
        """As ``ProducerWindow.check``; but a gap where the disk did not take what belongs there is
        no fault of the producer's. Told of a gap it would go on as a new producer, and send again
        what other partitions have of it already.
        """
        try:
            return self._producers.check(header, guard)
        except Refusal as refusal:
            if self._lacks_room and refusal.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
                raise DiskFull(
                    f"{self._directory.name}: an earlier batch found no room; make room and try "
                    "again"
                ) from refusal
            raise

    def _write(self, segment: Segment, buffers: list[Buffer], size: int) -> None:
        try:
            segment.write(buffers, size)
        except DiskFull:
            self._lacks_room = True
            raise
        except StorageError as error:
            self.failure = str(error)
            raise
        self._lacks_room = False

    def append_marker(
        self,
        marker: Marker,
        *,
        producer_id: int,
        producer_epoch: int,
        transaction_version: int,
        leader_epoch: int,
        now_ms: int,
    ) -> Appended:
        """End a producer's transaction here, as the partition's leader.

        A marker that would change nothing is not appended again; it is a duplicate of something
        below the log end, no more is known. Raises ``Refusal`` INVALID_PRODUCER_EPOCH and
        TRANSACTION_COORDINATOR_FENCED, and ``StorageError`` as ``append`` does.
        """
        if self.failure is not None:
            raise StorageError(self.failure)
        is_news = self._producers.take_marker(
            producer_id,
            producer_epoch,
            marker.coordinator_epoch,
            transaction_version=transaction_version,
        )
        offset = self.log_end_offset
        if not is_news:
            return Appended(offset, offset - 1, NO_APPEND_TIME, True)
        batch = memoryview(
            build_marker(
                marker, producer_id=producer_id, producer_epoch=producer_epoch, timestamp_ms=now_ms
            )
        )
        segment = self._segment_for(len(batch), offset, now_ms)
        if leader_epoch != self._epochs.latest:
            self.assign_epoch_start(leader_epoch)
        header = parse_batch_header(batch)
        head = stamp(offset, leader_epoch, header.batch_length)
        position = segment.size
        self._write_marker(
            segment, [head, batch[STAMPED_BYTES:]], len(batch),
            self._producers.aborted_by(producer_id, marker, offset),
        )  # fmt: skip
        segment.note(position, len(batch), offset, now_ms)
        self.log_end_offset = offset + 1
        self._producers.complete(producer_id, producer_epoch, marker, offset, now_ms)
        return Appended(offset, offset, NO_APPEND_TIME, False)

    def _write_marker(
        self,
        segment: Segment,
        buffers: list[Buffer],
        size: int,
        aborted: AbortedTransaction | None,
    ) -> None:
        """As ``_write``; what a marker aborts stands in the index before the marker is written."""
        if aborted is None:
            self._write(segment, buffers, size)
            return
        index = segment.transaction_index
        try:
            index.append(aborted)
        except OSError as error:
            raise self._storage_error(error, "noting an aborted transaction") from error
        try:
            self._write(segment, buffers, size)
        except StorageError:
            try:
                index.take_back()
            except OSError as error:
                self.failure = f"{index.path}: an entry could not be undone ({error})"
            raise

    def append_replicated(self, batches: memoryview, *, now_ms: int) -> int:
        """Append what a leader sent: whole batches with offsets and epochs; the new log end offset.

        A trailing part of a batch is left out. Every checksum is verified first, and nothing is
        appended unless all are right and offsets rise from the log end: raises ``Refusal``
        CORRUPT_MESSAGE or OFFSET_OUT_OF_RANGE, and ``StorageError`` as ``append`` does; batches
        written before a disk filled up stay.
        """
        if self.failure is not None:
            raise StorageError(self.failure)
        for position, header in verify_replicated(
            batches, self.log_end_offset, self._directory.name
        ):
            size = header.total_bytes
            batch = batches[position : position + size]
            segment = self._segment_for(size, header.last_offset, now_ms)
            if header.last_offset - segment.base_offset > RELATIVE_OFFSET_MAX:
                raise Refusal(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    f"{self._directory.name} ends at {self.log_end_offset}, too far from "
                    f"{header.base_offset} to go on; restart the log there",
                )
            if header.partition_leader_epoch > self._epochs.latest:
                self._epochs.assign(header.partition_leader_epoch, header.base_offset)
                self._note_epochs()
            at = segment.size
            marker = read_marker(batch) if header.is_control else None
            if marker is None:
                self._write(segment, [batch], size)
            else:
                self._write_marker(
                    segment, [batch], size,
                    self._producers.aborted_by(header.producer_id, marker, header.last_offset),
                )  # fmt: skip
            segment.note(at, size, header.last_offset, header.max_timestamp)
            self.log_end_offset = header.last_offset + 1
            if header.producer_id >= 0:
                self._producers.replay(header, marker, now_ms)
        return self.log_end_offset

    # --- segments ---

    def _segment_for(self, size: int, last_offset: int, now_ms: int) -> Segment:
        """The active segment, a new one where a batch needs it."""
        segment = self._segments.active
        if (
            segment.size + size > self._segment_bytes
            or now_ms >= segment.roll_at_ms
            or last_offset - segment.base_offset > RELATIVE_OFFSET_MAX
        ):
            return self._make_room(size, now_ms)
        return segment

    def _make_room(self, size: int, now_ms: int) -> Segment:
        """An active segment that takes a batch of ``size`` bytes."""
        if size > self.config.segment_bytes:
            raise Refusal(
                ErrorCode.RECORD_LIST_TOO_LARGE,
                f"the record batch has {size} bytes, segment.bytes is {self.config.segment_bytes}; "
                "send smaller batches or raise the topic's segment.bytes",
            )
        return self._roll(now_ms)

    def _roll(self, now_ms: int) -> Segment:
        active = self._segments.active
        if active.size == 0 and active.base_offset == self.log_end_offset:
            active.roll_at_ms = now_ms + self.config.rolls_after_ms
            return active
        try:
            closed, handle = self._segments.roll(
                self.log_end_offset, self.config, now_ms + self.config.rolls_after_ms
            )
        except OSError as error:
            raise self._storage_error(error, "beginning a segment") from error
        self._commit.cover_segment(closed, handle)
        self._write_snapshot()
        return self._segments.active

    def _write_snapshot(self) -> None:
        snapshot = self._snapshots.write(self.log_end_offset, self._producers)
        if snapshot is not None:
            self._commit.cover_file(snapshot)

    def _storage_error(self, error: OSError, what: str) -> StorageError:
        """``error`` as callers see it; one that will not pass fails the log."""
        raised = storage_error(error, f"{self._directory.name}: {what}")
        if not isinstance(raised, DiskFull):
            self.failure = str(raised)
        return raised

    # --- reading ---

    def read(self, offset: int, *, max_bytes: int, end_offset: int, at_least_one: bool) -> Read:
        """Whole batches from the one that holds ``offset``, up to ``end_offset`` (exclusive).

        ``end_offset`` is the high watermark for a consumer, the log end for a follower. At most
        ``max_bytes``, except that ``at_least_one`` returns the first batch whole whatever its size.
        Empty between ``end_offset`` and the log end. A read ends with its segment; read on from
        ``next_offset``. Raises ``Refusal`` OFFSET_OUT_OF_RANGE below the log start and beyond the
        log end, ``StorageError`` when the disk or its bytes are bad.
        """
        if not self.log_start_offset <= offset <= self.log_end_offset:
            raise Refusal(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {offset} is outside of {self.log_start_offset} to {self.log_end_offset}",
            )
        try:
            return self._segments.read(
                offset,
                max_bytes=max_bytes,
                end_offset=min(end_offset, self.log_end_offset),
                at_least_one=at_least_one,
            )
        except OSError as error:
            raise storage_error(error, f"reading {self._directory.name}") from error

    def offset_for_timestamp(self, timestamp_ms: int) -> TimestampAndOffset | None:
        """The first record at or after ``timestamp_ms``; None when all are older.

        Not bounded by the high watermark. Raises ``StorageError``, and ``Refusal`` CORRUPT_MESSAGE
        for a batch whose records cannot be opened.
        """
        try:
            return self._segments.find_timestamp(timestamp_ms, self.log_start_offset)
        except OSError as error:
            raise storage_error(error, f"searching {self._directory.name}") from error

    def max_timestamp(self) -> TimestampAndOffset | None:
        """The record with the largest timestamp, the first of several (KIP-734); None without
        one."""
        try:
            largest = max(segment.max_timestamp for segment in self._segments)
        except OSError as error:
            raise storage_error(error, f"searching {self._directory.name}") from error
        return None if largest == NO_TIMESTAMP else self.offset_for_timestamp(largest)

    # --- transactions ---

    def begin_verification(
        self, producer_id: int, producer_epoch: int, sequence: int, *, bumps_epochs: bool
    ) -> Guard | None:
        """To be called before a coordinator is asked whether this partition is part of a
        transaction: the guard to append with once it has said so; None when the transaction is open
        here, and nobody need be asked.

        ``sequence``: of the batch that waits. ``bumps_epochs``: each transaction of the producer
        has its own epoch (KIP-890). Raises ``Refusal`` INVALID_PRODUCER_EPOCH.
        """
        return self._producers.begin_verification(
            producer_id, producer_epoch, sequence, bumps_epochs=bumps_epochs
        )

    def last_stable_offset(self, high_watermark: int) -> int:
        """Where readers of committed records must stop: below it every transaction is decided, and
        every marker is below ``high_watermark``, which must never fall but by a truncation."""
        first = self._producers.transactions.first_unstable(high_watermark)
        if first is None or first >= high_watermark:
            return high_watermark
        return max(self.log_start_offset, first)

    def aborted_transactions(self, start: int, end: int) -> list[AbortedTransaction]:
        """Those that have offsets from ``start`` up to ``end`` (exclusive), by first offset.

        ``end`` must not be beyond the last stable offset: what is undecided is not among them.
        Raises ``StorageError``.
        """
        try:
            return self._segments.aborted(start, end)
        except OSError as error:
            raise storage_error(error, f"reading {self._directory.name}") from error

    def bytes_between(self, start: int, end: int) -> int:
        """Bytes of the batches from ``start`` up to ``end`` (exclusive). Raises
        ``StorageError``."""
        try:
            return self._segments.bytes_between(start, end)
        except OSError as error:
            raise storage_error(error, f"reading {self._directory.name}") from error

    def producer_states(self) -> Iterator[tuple[int, ProducerState]]:
        """(producer id, state) of whoever wrote here lately."""
        return self._producers.states()

    # --- epochs ---

    @property
    def latest_epoch(self) -> int:
        """The leader epoch of the last record or of the leader that began since; -1 for none."""
        return self._epochs.latest

    @property
    def earliest_epoch(self) -> int:
        """The leader epoch of the first record, or of whoever will write it; -1 for none."""
        entries = self._epochs.entries()
        return entries[0][0] if entries else -1

    def assign_epoch_start(self, leader_epoch: int) -> None:
        """Note that a leader begins ``leader_epoch`` at the log end; durable with the next flush.

        Raises ``ValueError`` for an epoch below the log's: such a leader must have been fenced.
        """
        if leader_epoch < self._epochs.latest:
            raise ValueError(
                f"{self._directory.name}: epoch {leader_epoch} after {self._epochs.latest}"
            )
        if self._epochs.assign(leader_epoch, self.log_end_offset):
            self._note_epochs()

    def forget_empty_epochs(self) -> None:
        """Forget epochs in which nothing was written here: as a follower's log, this one has only
        the epochs of its records."""
        if self._epochs.truncate_from_end(self.log_end_offset):
            self._note_epochs()

    def epoch_before(self, offset: int) -> int:
        """The leader epoch of the record before ``offset``; -1 when the log has none there."""
        return self._epochs.epoch_at(offset - 1) if offset > self.log_start_offset else -1

    def epoch_end(self, leader_epoch: int) -> EpochEnd:
        """The largest epoch not above ``leader_epoch`` and its end offset
        (OffsetForLeaderEpoch)."""
        return self._epochs.end_for(leader_epoch, self.log_end_offset)

    def _note_epochs(self) -> None:
        path = self._directory / files.LEADER_EPOCH_CHECKPOINT
        self._commit.cover_epochs(path, self._epochs.encode())

    # --- durability ---

    @property
    def generation(self) -> int:
        """Rises with every truncation."""
        return self._commit.generation

    @property
    def durable_end_offset(self) -> int:
        """Where this replica's durable records end; with ``flush=os`` that is the log end."""
        if self.config.flush == "os":
            return self.log_end_offset
        return self._commit.durable_end_offset

    @property
    def recovery_point(self) -> int:
        """Below it every record is on the device, whatever ``flush`` says; for the checkpoint."""
        return self._commit.durable_end_offset

    def begin_flush(self) -> FlushTicket | None:
        """What is to be made durable now; None when nothing is, or a flush is under way.

        With ``flush=os`` only closed segments and checkpoints are.
        """
        if self.failure is not None or self._closed:
            return None
        if self.config.flush == "os":
            return self._commit.begin_closed(self._segments.active.base_offset)
        return self._commit.begin(self._segments.active, self.log_end_offset)

    def complete_flush(self, ticket: FlushTicket) -> None:
        """Take note that ``ticket.run`` has returned; moves ``durable_end_offset``.

        A ticket from before a truncation moves nothing. Raises ``DiskFull`` when there was no room
        for the epochs: nothing moves, and the next flush covers it all. Raises another
        ``StorageError`` when the flush failed: the log is failed then, for what an fdatasync has
        lost is never tried again.
        """
        self._commit.complete(ticket)
        if ticket.error is not None and ticket.may_be_repeated:
            raise storage_error(
                ticket.error, f"{self._directory.name}: making records durable"
            ) from ticket.error
        if ticket.error is not None:
            self.failure = (
                f"{self._directory.name}: making records durable failed ({ticket.error}); "
                "check the disk, then restart the broker"
            )
            raise StorageError(self.failure) from ticket.error

    # --- cutting and keeping ---

    def truncate_to(self, offset: int) -> None:
        """Drop every batch that reaches ``offset`` or beyond, durably, before returning.

        The log ends behind the last batch that is left, which may be below ``offset``.
        At or below the first batch, the log is empty afterwards and goes on at ``offset``. Raises
        ``DiskFull`` when there is no room to note it, then the log is as before, and another
        ``StorageError``; then the log is failed.
        """
        if offset >= self.log_end_offset:
            return
        try:
            end_offset = self._segments.end_before(max(offset, 0))
            end_offset = max(end_offset, min(offset, self.log_start_offset))
        except OSError as error:
            raise self._storage_error(error, f"truncating to {offset}") from error
        self._cut(end_offset, lambda: self._segments.truncate(end_offset, self.config))

    def restart_at(self, offset: int) -> None:
        """Drop everything and go on at ``offset``, as a follower does that fell behind the leader's
        log start. Raises ``StorageError`` as ``truncate_to`` does.
        """
        try:
            if self._checkpoint is not None:
                self._checkpoint.set_log_start(offset)
        except OSError as error:
            raise self._storage_error(error, "keeping the log start") from error
        self._snapshots.drop_all()
        self._cut(offset, lambda: self._segments.clear(offset, self.config))
        self.log_start_offset = offset
        if self._epochs.truncate_from_end(0):
            self._note_epochs()

    def _cut(self, end_offset: int, cut: Callable[[], list[int]]) -> None:
        try:
            if self._checkpoint is not None:
                # First, or a crash in between would look like the loss of durable records.
                self._checkpoint.promise_no_more_than(
                    min(self._commit.durable_end_offset, end_offset)
                )
        except OSError as error:
            raise self._storage_error(error, f"truncating to {end_offset}") from error
        self._commit.cut(end_offset)
        try:
            for handle in cut():
                self._commit.retire(handle)
            # Before names become durable: a snapshot that came back would tell of what was cut off.
            self._snapshots.drop_above(end_offset)
            self._disk.synchronize_directory(self._directory)
            self._producers = rebuild_producers(
                self._snapshots, list(self._segments), end_offset, self._producers.heard_ms
            )
        except OSError as error:
            self.failure = f"{self._directory.name}: truncating to {end_offset} failed ({error})"
            raise StorageError(self.failure) from error
        self.log_end_offset = end_offset
        self.log_start_offset = min(self.log_start_offset, end_offset)
        if self._epochs.truncate_from_end(end_offset):
            self._note_epochs()

    def delete_records_before(self, offset: int) -> int:
        """Move the log start to ``offset``; the log start offset afterwards (DeleteRecords).

        Never moves back, and is in the volume's checkpoint on return. The caller bounds it by the
        high watermark. Raises ``Refusal`` OFFSET_OUT_OF_RANGE beyond the log end, ``StorageError``.
        """
        if not 0 <= offset <= self.log_end_offset:
            raise Refusal(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"cannot delete records before {offset}: the log ends at {self.log_end_offset}",
            )
        try:
            self._keep_log_start(offset)
        except OSError as error:
            raise self._storage_error(error, "keeping the log start") from error
        self._move_start(offset)
        return self.log_start_offset

    def _keep_log_start(self, offset: int) -> None:
        if self._checkpoint is not None and offset > self.log_start_offset:
            self._checkpoint.set_log_start(offset)

    def _move_start(self, offset: int) -> None:
        self.log_start_offset = max(self.log_start_offset, offset)
        if self._epochs.truncate_from_start(self.log_start_offset):
            self._note_epochs()

    def apply_retention(self, now_ms: int, *, high_watermark: int) -> list[int]:
        """Take segments out of the log that are past keeping; their base offsets.

        Also rolls an active segment that is older than ``segment.ms``. Files are renamed now and
        unlinked by ``unlink_expired`` after ``file.delete.delay.ms``. ``now_ms`` must be a clock
        that is believed: give the last one that was, and time stands still. Raises
        ``StorageError``.
        """
        segments = self._segments
        try:
            if segments.active.size and now_ms >= segments.active.roll_at_ms:
                self._roll(now_ms)
            count = count_expired(
                (self._facts(segment) for segment in segments if segment.size),
                self.config,
                total_bytes=segments.size_bytes,
                now_ms=now_ms,
                log_start_offset=self.log_start_offset,
                high_watermark=min(high_watermark, self.recovery_point),
            )
            if count == len(segments):
                self._roll(now_ms)
            if count:
                self._keep_what_follows(segments.base_after(count))
            unlink_at_ms = now_ms + self.config.file_delete_delay_ms
            expired = [segments.expire_first(unlink_at_ms).base_offset for _ in range(count)]
            if expired:
                self._commit.cover_directory(self._directory)
                self._snapshots.drop_below(segments.first.base_offset)
        except OSError as error:
            raise self._storage_error(error, "deleting old segments") from error
        self._move_start(segments.first.base_offset)
        self._producers.expire(now_ms)
        return expired

    def _keep_what_follows(self, start_offset: int) -> None:
        """Before segments go: make durable where the log starts and what producers wrote before.

        Else a crash could leave a log that knows neither its end nor its producers.
        """
        if self._snapshots.load(start_offset) is None:
            window = rebuild_producers(
                self._snapshots, list(self._segments), start_offset, self._producers.heard_ms
            )
            if self._snapshots.write(start_offset, window) is None:
                raise DiskFull(
                    f"{self._directory.name}: no room to note what producers wrote below "
                    f"{start_offset}; old segments stay until there is"
                )
        self._snapshots.synchronize(start_offset)
        self._keep_log_start(start_offset)

    def _facts(self, segment: Segment) -> SegmentFacts:
        newest = segment.max_timestamp
        if newest == NO_TIMESTAMP:
            newest = self._disk.modified_ms(segment.path)
        return SegmentFacts(segment.end_offset, segment.size, newest)

    # --- compaction ---

    def closed_segments(self) -> Iterator[ClosedSegment]:
        """What compaction and scrubbing may read, oldest first. Raises ``StorageError``."""
        active = self._segments.active
        try:
            for segment in self._segments:
                if segment is active:
                    return
                # Asking leaves out what a process that should be dead wrote behind the end.
                size = segment.position_of(segment.end_offset)
                if size:
                    first, _ = segment.batch_at(0)
                    newest = self._facts(segment).newest_ms
                    yield ClosedSegment(
                        segment.base_offset, segment.end_offset, size, newest, first.max_timestamp
                    )
        except OSError as error:
            raise storage_error(error, f"looking at {self._directory.name}") from error

    def find_cleanable(self, *, first_dirty: int, high_watermark: int, now_ms: int) -> Cleanable:
        """What a compaction would do now; ``first_dirty`` as the volume's checkpoint has it. Raises
        ``StorageError``."""
        if not self.log_start_offset <= first_dirty <= self.log_end_offset:
            first_dirty = self.log_start_offset
        return find_cleanable(
            self.closed_segments(),
            self.config,
            first_dirty=first_dirty,
            committed_end=min(self.last_stable_offset(high_watermark), self.recovery_point),
            now_ms=now_ms,
        )

    def remembered_batches(self, below: int) -> list[int]:
        """Last offsets, below ``below``, of the batches by which producers' retries are known."""
        batches = (batch for _, state in self._producers.states() for batch in state.batches)
        return sorted(batch.last_offset for batch in batches if batch.last_offset < below)

    def remembered_markers(self) -> list[tuple[int, int]]:
        """(producer id, epoch) where a marker is all by which the epoch is known."""
        states = self._producers.states()
        return sorted((key, state.epoch) for key, state in states if not state.batches)

    def swap_in(self, cleaned: Sequence[CleanedSegment], *, generation: int, now_ms: int) -> bool:
        """Put cleaned segments, whose files are ``.cleaned`` and durable, in place of what they
        were made of, oldest first; False, and nothing is changed, when that is not there any more.

        Readers see the old segments before and the new ones after. The old files are unlinked by
        ``unlink_expired``. Raises ``StorageError``; then the log is failed, and the next opening
        finds each segment either old or new.
        """
        runs = [self._segments.run_of(each.replaces, each.end_offset) for each in cleaned]
        if self.failure is not None or generation != self.generation or None in runs:
            return False
        unlink_at_ms = now_ms + self.config.file_delete_delay_ms
        try:
            for each in cleaned:
                first = self._segments.run_of(each.replaces, each.end_offset)
                assert first is not None
                self._segments.replace(first, each, self.config, unlink_at_ms)
                for base_offset in each.replaces[1:]:
                    self._snapshots.drop(base_offset)
        except OSError as error:
            self.failure = (
                f"{self._directory.name}: swapping in a compacted segment failed ({error})"
            )
            raise StorageError(self.failure) from error
        self._commit.cover_directory(self._directory)
        return True

    def unlink_expired(self, now_ms: int) -> None:
        """Unlink the files of segments deleted ``file.delete.delay.ms`` ago. Raises
        ``StorageError``."""
        try:
            self._segments.unlink_expired(now_ms)
        except OSError as error:
            raise self._storage_error(error, "unlinking old segments") from error

    # --- closing ---

    def describe(self) -> LogSizes:
        return LogSizes(
            self._segments.size_bytes,
            len(self._segments),
            self.log_start_offset,
            self.log_end_offset,
            self.durable_end_offset,
        )

    def close(self) -> None:
        """Make everything durable and close the files. No flush may be under way.

        Raises ``StorageError`` when not all is durable, or the log had failed before: no
        clean-shutdown marker may be written then. The files are closed all the same.
        """
        if self._closed:
            return
        commit, active = self._commit, self._segments.active
        if commit.under_way:
            raise ValueError(f"{self._directory.name}: closed while a flush is under way")
        self._closed = True
        self._write_snapshot()
        commit.cover_segment(active, active.finish())
        ticket = commit.begin_closed(self.log_end_offset)
        assert ticket is not None
        if self.failure is None:
            ticket.run()
        else:
            ticket.error = OSError(self.failure)
        for segment in self._segments:
            segment.forget_handles()
        self.complete_flush(ticket)

    def abandon(self) -> None:
        """Close the files and nothing more: the partition is being deleted, or the broker dies.

        No flush may be under way.
        """
        if self._closed:
            return
        self._closed = True
        self._commit.abandon()
        self._disk.close(self._segments.active.handle)
        for segment in self._segments:
            segment.forget_handles()
