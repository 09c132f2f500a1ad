"""One partition at work: its log, its leadership, and the requests that wait on either.

Appends are written at once and made durable by group commit; the durable end moves the high
watermark, the high watermark answers waiting produces and wakes waiting fetches.
"""

import asyncio
import logging
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from brokers.kernel.errors import ErrorCode, StorageError
from brokers.kernel.ids import BrokerId, LeaderEpoch, Offset, PartitionIndex, TopicId
from brokers.log.config import LogConfig
from brokers.log.flush import FlushTicket
from brokers.log.partition_log import Appended, PartitionLog
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.node.flush_pool import FlushPool
from brokers.node.metrics import TopicCounter
from brokers.replication.leader import Event, Leader
from brokers.wire.batch import BatchHeader

log = logging.getLogger(__name__)

NOT_LEADING = LeaderEpoch(-1)


class CommitWaiter(Protocol):
    """A produce that is answered once its records are committed."""

    def settled(self, slot: int, code: ErrorCode) -> None:
        """What its ``slot`` waited for has happened (NONE) or will not happen here."""
        ...


class FetchWaiter(Protocol):
    """A fetch that is answered once there is enough to return."""

    def committed(self, byte_count: int) -> None:
        """So many bytes more can be read."""
        ...

    def disturbed(self) -> None:
        """Something other than new records happened: look again, now."""
        ...


@dataclass(slots=True)
class _Mark:
    """How many bytes had been appended when the log ended at ``end_offset``."""

    end_offset: int
    bytes_appended: int


class PartitionRuntime:
    """Belongs to the event loop. ``leader_epoch`` is -1 while this broker does not lead."""

    __slots__ = (
        "_asked", "_broker_id", "_bytes_appended", "_bytes_committed", "_closed",
        "_commits_at_once", "_flush_done", "_flush_pool", "_flushing", "_leader", "_marks",
        "_postponed", "_produces", "counter", "fetches", "high_watermark", "index", "leader_epoch",
        "log", "max_message_bytes", "topic",
    )  # fmt: skip

    def __init__(
        self,
        topic: TopicRecord,
        index: PartitionIndex,
        log: PartitionLog,
        *,
        broker_id: BrokerId,
        flush_pool: FlushPool,
        counter: TopicCounter,
    ) -> None:
        self.topic = topic
        self.index = index
        self.log = log
        self.counter = counter
        self.leader_epoch = NOT_LEADING
        self.high_watermark = log.log_start_offset
        """Consumers see what is below it."""
        self.fetches: dict[FetchWaiter, None] = {}
        """Whoever waits for records, in the order of arrival."""
        self._broker_id = broker_id
        self._flush_pool = flush_pool
        self._leader: Leader | None = None
        self._produces: deque[tuple[int, CommitWaiter, int]] = deque()
        self._marks: deque[_Mark] = deque()
        self._bytes_appended = 0
        self._bytes_committed = 0
        self._asked = False
        self._postponed = False
        self._flushing = False
        self._closed = False
        self._flush_done: asyncio.Future[None] | None = None
        self.reconfigure(topic, log.config)

    def __str__(self) -> str:
        return f"{self.topic.name}-{self.index} ({uuid.UUID(bytes=self.topic_id)})"

    def reconfigure(self, topic: TopicRecord, config: LogConfig) -> None:
        """Put the topic's configuration into force, from the next append on."""
        self.topic = topic
        if config != self.log.config:
            self.log.reconfigure(config)
        self.max_message_bytes = config.max_message_bytes
        self._commits_at_once = config.flush == "os"

    @property
    def topic_id(self) -> TopicId:
        return self.topic.id

    @property
    def is_closed(self) -> bool:
        """Deleted or on its way out: the log must not be touched any more."""
        return self._closed

    @property
    def is_leader(self) -> bool:
        return self._leader is not None

    @property
    def knows_latest_offset(self) -> bool:
        """False right after an election, until the high watermark has reached the epoch's start."""
        return self._leader is not None and self._leader.knows_latest_offset

    @property
    def has_enough_replicas(self) -> bool:
        """Whether a produce with ``acks=all`` can be committed now."""
        return self._leader is not None and not self._leader.is_under_minimum_isr

    # Leadership.

    def lead(self, record: PartitionRecord, minimum_isr: int) -> None:
        """Take the metadata store's word that this broker leads, at that epoch with that ISR."""
        leader = self._leader
        minimum = min(minimum_isr, len(record.replicas))
        if leader is not None and record.leader_epoch == leader.epoch:
            self._replay(leader, leader.on_membership(record.isr, minimum))
            return
        self.log.assign_epoch_start(record.leader_epoch)
        leader = Leader(
            epoch=record.leader_epoch,
            epoch_start=Offset(self.log.log_end_offset),
            isr=frozenset(record.isr),
            minimum_isr=minimum,
            high_watermark=Offset(self.high_watermark),
        )
        self._leader = leader
        self.leader_epoch = leader.epoch
        self._take_note_of_durable_end()
        self._ask_flush()
        self._disturb_fetches()

    def resign(self, code: ErrorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER) -> None:
        """Not the leader any more: whoever waits is told so, and looks elsewhere."""
        self._leader = None
        self.leader_epoch = NOT_LEADING
        self._fail_produces(code)
        self._disturb_fetches()

    def _fail_produces(self, code: ErrorCode) -> None:
        produces, self._produces = self._produces, deque()
        for _, waiter, slot in produces:
            waiter.settled(slot, code)

    def _disturb_fetches(self) -> None:
        for waiter in list(self.fetches):
            waiter.disturbed()

    # Appending and committing.

    def append(self, records: memoryview, header: BatchHeader, now_ms: int) -> Appended:
        """Append one verified batch as the leader. Raises what ``PartitionLog.append`` raises."""
        try:
            appended = self.log.append(
                records, header, leader_epoch=self.leader_epoch, now_ms=now_ms
            )
        except StorageError:
            self._check_failure()
            raise
        if not appended.duplicate:
            size = len(records)
            counter = self.counter
            counter.bytes_in += size
            counter.records_in += header.record_count
            self._bytes_appended += size
            if self._commits_at_once:
                self._take_note_of_durable_end()
            if not self._asked:
                self._ask_flush()
        return appended

    def wait_for_commit(self, end_offset: int, waiter: CommitWaiter, slot: int) -> None:
        """Call ``waiter.settled(slot, …)`` once the high watermark is at ``end_offset`` or beyond.

        A duplicate's offset may be lower than those queued before it; it then waits for theirs,
        which is later than it could be told and never too early.
        """
        self._produces.append((end_offset, waiter, slot))
        if self._postponed:
            self._ask_flush()

    def wait_for_records(self, waiter: FetchWaiter) -> None:
        """Tell ``waiter`` of whatever is committed from now on, until it leaves ``fetches``."""
        self.fetches[waiter] = None
        if self._postponed:
            self._ask_flush()

    @property
    def is_awaited(self) -> bool:
        return bool(self._produces or self.fetches)

    def _ask_flush(self) -> None:
        self._asked = True
        self._postponed = False
        if not self._flushing:
            self._flush_pool.ask(self)

    def postponed(self) -> None:
        self._postponed = True

    def begin_flush(self) -> None:
        """Start making durable what is not; nothing happens while an earlier flush is under way."""
        if self._flushing or self._closed:
            return
        self._asked = self._postponed = False
        ticket = self.log.begin_flush()
        if ticket is None:
            return
        self._flushing = True
        self._marks.append(_Mark(ticket.end_offset, self._bytes_appended))
        self._flush_pool.run(ticket, self._flushed)

    def _flushed(self, ticket: FlushTicket) -> None:
        self._flushing = False
        try:
            self.log.complete_flush(ticket)
        except StorageError:
            self._check_failure()
        else:
            self._take_note_of_durable_end()
            if self._asked:
                self._ask_flush()
        if self._flush_done is not None:
            self._flush_done.set_result(None)
            self._flush_done = None

    def _check_failure(self) -> None:
        """A failed log takes nothing any more; what is committed can still be read."""
        if self.log.failure is not None:
            log.error("%s: the log has failed: %s", self, self.log.failure)
            self._fail_produces(ErrorCode.KAFKA_STORAGE_ERROR)

    def _take_note_of_durable_end(self) -> None:
        leader = self._leader
        if leader is not None:
            end = Offset(self.log.durable_end_offset)
            self._replay(leader, leader.on_durable_end(self._broker_id, end))

    def _replay(self, leader: Leader, events: tuple[Event, ...]) -> None:
        for event in events:
            leader.replay(event)
        if leader.high_watermark > self.high_watermark:
            self.high_watermark = leader.high_watermark
            self._committed(leader.high_watermark)

    def _committed(self, high_watermark: int) -> None:
        produces = self._produces
        while produces and produces[0][0] <= high_watermark:
            _, waiter, slot = produces.popleft()
            waiter.settled(slot, ErrorCode.NONE)
        byte_count = self._bytes_below(high_watermark) - self._bytes_committed
        if byte_count > 0:
            self._bytes_committed += byte_count
            for fetch in list(self.fetches):
                fetch.committed(byte_count)

    def _bytes_below(self, high_watermark: int) -> int:
        """Bytes appended here up to the high watermark, as far as flushes have marked them."""
        if high_watermark >= self.log.log_end_offset:
            self._marks.clear()
            return self._bytes_appended
        count = self._bytes_committed
        while self._marks and self._marks[0].end_offset <= high_watermark:
            count = self._marks.popleft().bytes_appended
        return count

    # The end.

    async def quiesce(self) -> None:
        """Begin no flush any more, and return once none is under way: the log may be closed."""
        self._closed = True
        while self._flushing:
            if self._flush_done is None:
                self._flush_done = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._flush_done)
