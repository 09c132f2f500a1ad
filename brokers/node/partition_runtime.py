"""One partition at work: its log, its role, and the requests that wait on either.

As the leader: appends are written at once and made durable by group commit; the durable ends of the
in-sync replicas move the high watermark, which answers waiting produces and wakes waiting fetches.
As a follower: what the leader sent is appended, made durable, and only then reported, by asking for
what follows it. Everything here is called from the event loop and never awaits, so that no epoch
can change between a check and what it allows.
"""

import asyncio
import logging
import math
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from brokers.kernel.clock import Clock
from brokers.kernel.errors import ErrorCode, StorageError
from brokers.kernel.ids import (
    BrokerId,
    Incarnation,
    LeaderEpoch,
    Offset,
    PartitionEpoch,
    PartitionIndex,
    TopicId,
)
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.log.flush import FlushTicket
from brokers.log.partition_log import Appended, PartitionLog
from brokers.log.verification import Guard
from brokers.metadata.election import minimum_of
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.node.metrics import PartitionCounter
from brokers.replication.doubt import Doubt
from brokers.replication.follower import Append, Decision, Follower, RestartAt, Truncate
from brokers.replication.leader import Event, HighWatermarkRose, IsrProposed, Leader
from brokers.wire.batch import BatchHeader
from brokers.wire.control import MARKER_BATCH_BYTES, Marker

log = logging.getLogger(__name__)

NOT_LEADING = LeaderEpoch(-1)


class CommitWaiter(Protocol):
    """A produce that is answered once its records are committed."""

    def settled(self, slot: int, code: ErrorCode) -> None:
        """What its ``slot`` waited for has happened (NONE) or will not happen here.

        The latter may be said while that is only likely, and be followed by NONE.
        """
        ...


class Flusher(Protocol):
    """Makes logs durable without holding up the event loop (``FlushPool``)."""

    def ask(self, partition: "PartitionRuntime") -> None:
        """Call its ``begin_flush`` soon, or ``postponed`` when nobody waits for it."""
        ...

    def ask_later(self, partition: "PartitionRuntime") -> None:
        """Call its ``begin_flush`` in a while: a flush of it found no room."""
        ...

    def run(self, ticket: FlushTicket, done: Callable[[FlushTicket], None]) -> None:
        """Run the ticket elsewhere, then ``done`` on the event loop."""
        ...


class Feed(Protocol):
    """What sends this partition to one follower, while this broker leads it."""

    @property
    def number(self) -> int:
        """Higher than those of the follower's earlier connections."""
        ...

    def appended(self, partition: "PartitionRuntime") -> None:
        """There are records that the follower does not have."""
        ...

    def committed(self, partition: "PartitionRuntime") -> None:
        """The high watermark rose; to be told with whatever is sent next."""
        ...

    def disturbed(self, partition: "PartitionRuntime") -> None:
        """The leadership that the follower knows has ended."""
        ...

    def forgotten(self, partition: "PartitionRuntime") -> None:
        """The follower must say anew what it has."""
        ...


class ProposalSink(Protocol):
    """Takes proposals of in-sync sets to the metadata store."""

    def propose(self, partition: "PartitionRuntime", proposal: IsrProposed) -> None: ...


class FetchWaiter(Protocol):
    """A fetch that is answered once there is enough to return."""

    def committed(self, byte_count: int) -> None:
        """So many bytes more can be read."""
        ...

    def disturbed(self) -> None:
        """Something other than new records happened: look again, now."""
        ...


MarkerListener = Callable[[int, int, bool], None]
"""(producer id, producer epoch, whether the transaction is committed)."""


@dataclass(slots=True)
class _Mark:
    """How many bytes had been appended when the log ended at ``end_offset``."""

    end_offset: int
    bytes_appended: int


class PartitionRuntime:
    """Belongs to the event loop. ``leader_epoch`` is -1 while this broker does not lead."""

    __slots__ = (
        "_asked", "_broker_id", "_bytes_appended", "_bytes_committed", "_clock", "_closed",
        "_commits_at_once", "_doubt", "_durable_waiters", "_flush_done", "_flush_lacked_room",
        "_flusher", "_flushing", "_leader", "_marks", "_postponed", "_produces", "_proposals",
        "counter", "feeds", "fetches", "following", "high_watermark", "index", "is_being_added",
        "last_stable_offset", "leader_epoch", "log", "max_message_bytes", "on_marker",
        "requires_keys", "role_watcher", "stable_fetches", "topic",
    )  # fmt: skip

    def __init__(
        self,
        topic: TopicRecord,
        index: PartitionIndex,
        log: PartitionLog,
        *,
        broker_id: BrokerId,
        clock: Clock,
        flusher: Flusher,
        proposals: ProposalSink,
        counter: PartitionCounter,
    ) -> None:
        self.topic = topic
        self.index = index
        self.log = log
        self.counter = counter
        self.leader_epoch = NOT_LEADING
        self.high_watermark = log.log_start_offset
        """Consumers see what is below it."""
        self.last_stable_offset = log.last_stable_offset(self.high_watermark)
        """Consumers that want committed transactions only see what is below it."""
        self.fetches: dict[FetchWaiter, None] = {}
        """Whoever waits for records, in the order of arrival."""
        self.stable_fetches: dict[FetchWaiter, None] = {}
        """Whoever waits for records that no open transaction holds back."""
        self.on_marker: list[MarkerListener] = []
        """Told of each marker that this broker appends here as the leader, right after it was."""
        self.feeds: dict[BrokerId, Feed] = {}
        """The followers that are sent what is appended here, while this broker leads."""
        self.following: Follower | None = None
        """Whose log this one follows, while another broker leads."""
        self.role_watcher: Callable[[PartitionRuntime], None] | None = None
        """Told when a leadership has begun here, and when it has ended."""
        self.is_being_added = False
        """A reassignment adds this replica, and it is not in sync yet: its copying is throttled."""
        self._broker_id = broker_id
        self._clock = clock
        self._flusher = flusher
        self._proposals = proposals
        self._leader: Leader | None = None
        self._flush_lacked_room = False
        self._doubt = Doubt()
        self._durable_waiters: deque[tuple[int, Callable[[], None]]] = deque()
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
        self.requires_keys = config.compacts
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

    @property
    def doubts_leadership(self) -> bool:
        """Whether it leads by what it knows, and others may have been elected meanwhile."""
        return self._leader is not None and self._doubt.is_justified

    @property
    def led_for_ms(self) -> float:
        """How long this broker has led since another leadership wrote here; without end where none
        did, 0 where it does not lead."""
        if self._leader is None:
            return 0
        if not self._leader.epoch_start:
            return math.inf
        return self._clock.monotonic_ms() - self._leader.began_ms

    @property
    def in_sync(self) -> frozenset[BrokerId]:
        """The in-sync replicas as their leader knows them; empty where this broker does not
        lead."""
        return frozenset() if self._leader is None else self._leader.isr

    # Roles.

    def lead(self, record: PartitionRecord, minimum_isr: int) -> None:
        """Take the metadata store's word that this broker leads, at that epoch with that ISR.

        Raises ``ValueError`` for an epoch below the log's: then the metadata store forgot what it
        had decided, and nobody may lead by its word.
        """
        leader = self._leader
        minimum = minimum_of(record, minimum_isr)
        if leader is not None and record.leader_epoch <= leader.epoch:
            if record.leader_epoch == leader.epoch:
                self._take_membership(leader, record.isr, record.partition_epoch, minimum)
            return
        self.log.assign_epoch_start(record.leader_epoch)
        self._end_leadership()
        self.following = None
        self._leader = Leader(
            replica=self._broker_id,
            epoch=record.leader_epoch,
            epoch_start=Offset(self.log.log_end_offset),
            isr=frozenset(record.isr),
            partition_epoch=record.partition_epoch,
            minimum_isr=minimum,
            high_watermark=Offset(self.high_watermark),
            began_ms=self._clock.monotonic_ms(),
        )
        self.leader_epoch = record.leader_epoch
        self._doubt = Doubt()
        self._take_note_of_durable_end()
        self._ask_flush()
        self._disturb_fetches()
        self._tell_role()

    def follow(self, leader: BrokerId, epoch: LeaderEpoch) -> bool:
        """Take the metadata store's word that ``leader`` leads at ``epoch``; whether it is news."""
        following = self.following
        if following is not None and (following.leader, following.epoch) == (leader, epoch):
            return False
        self.resign()
        # An epoch in which nothing was written here is not an epoch of this log: records of an
        # earlier one may still come from the leader.
        self.log.forget_empty_epochs()
        self.following = Follower(leader, epoch)
        return True

    def resign(self, code: ErrorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER) -> None:
        """Neither lead nor follow: whoever waits is told so, and looks elsewhere."""
        self.following = None
        if self._leader is not None:
            self._end_leadership()
            self._fail_produces(code)
            self._disturb_fetches()

    def _end_leadership(self) -> None:
        self._leader = None
        self.leader_epoch = NOT_LEADING
        feeds, self.feeds = self.feeds, {}
        for feed in feeds.values():
            feed.disturbed(self)
        self._tell_role()

    def _tell_role(self) -> None:
        if self.role_watcher is not None:
            self.role_watcher(self)

    # The in-sync set, as the leader.

    def _take_membership(
        self,
        leader: Leader,
        isr: tuple[BrokerId, ...],
        partition_epoch: PartitionEpoch,
        minimum: int,
    ) -> None:
        is_new = partition_epoch > leader.partition_epoch
        self._replay(leader, leader.on_membership(frozenset(isr), partition_epoch, minimum))
        self._replay(leader, leader.on_recount())
        if is_new:
            for replica, feed in self.feeds.items():
                if replica not in isr:
                    feed.forgotten(self)

    def follower_fetched(
        self,
        replica: BrokerId,
        incarnation: Incarnation,
        end_offset: int,
        *,
        is_live: bool,
        took_nothing: bool,
    ) -> None:
        """A follower at this leadership's epoch has everything below ``end_offset``, durably; see
        ``Leader.on_fetch``."""
        leader = self._leader
        if leader is None:
            return
        events = leader.on_fetch(
            replica,
            incarnation,
            Offset(end_offset),
            log_end=Offset(self.log.log_end_offset),
            now_ms=self._clock.monotonic_ms(),
            is_live=is_live,
            took_nothing=took_nothing,
        )
        self._replay(leader, events)

    def tick(self, heard_ms: Mapping[BrokerId, int], live: Mapping[BrokerId, Incarnation]) -> None:
        """Look whether a follower holds the others up, or has caught up; as ``Leader.on_tick``."""
        leader = self._leader
        if leader is not None and (leader.pending or leader.followers or len(leader.isr) > 1):
            events = leader.on_tick(
                now_ms=self._clock.monotonic_ms(),
                log_end=Offset(self.log.log_end_offset),
                heard_ms=heard_ms,
                live=live,
            )
            self._replay(leader, events)

    def look_for_doubt(self, *, store_answers: bool) -> None:
        """Send clients elsewhere while this leader can neither commit nor ask why (``Doubt``)."""
        if self._leader is None:
            return
        log_end = Offset(self.log.log_end_offset)
        if self._doubt.look(
            high_watermark=self.high_watermark,
            log_end=log_end,
            is_followed=self._leader.is_followed(log_end),
            store_answers=store_answers,
            now_ms=self._clock.monotonic_ms(),
        ):
            log.warning("%s: followed by nobody, and the metadata store is away: no leader", self)
            # They stay in the queue: the leadership has not ended, and coordinators do not go
            # elsewhere but wait for what they wrote.
            for _, waiter, slot in list(self._produces):
                waiter.settled(slot, ErrorCode.NOT_LEADER_OR_FOLLOWER)

    def proposal_ended(self, proposal: IsrProposed, result: PartitionRecord | None) -> None:
        """The metadata store has answered, with the record afterwards, or its answer is lost."""
        leader = self._leader
        if leader is None or leader.partition_epoch != proposal.partition_epoch:
            return
        self._replay(leader, leader.on_answer())
        if result is not None and result.leader_epoch == leader.epoch:
            self._take_membership(leader, result.isr, result.partition_epoch, leader.minimum_isr)

    def followers_behind(self, now_ms: int) -> list[tuple[BrokerId, Offset, int]]:
        """As ``Leader.behind``; nobody where this broker does not lead."""
        if self._leader is None:
            return []
        return self._leader.behind(now_ms=now_ms, log_end=Offset(self.log.log_end_offset))

    def incarnation_of(self, replica: BrokerId) -> Incarnation:
        """The run of a follower that this leadership has heard, -1 for none."""
        view = None if self._leader is None else self._leader.followers.get(replica)
        return Incarnation(-1) if view is None else view.incarnation

    # As a follower.

    def apply(self, decision: Decision, records: memoryview, now_ms: int) -> None:
        """Do what the leader's answer asks for. Raises ``Refusal`` and ``StorageError``."""
        match decision:
            case Append(high_watermark, log_start):
                if len(records):
                    self._append_replicated(records, now_ms)
                if log_start > self.log.log_start_offset:
                    self.log.delete_records_before(min(log_start, self.log.log_end_offset))
                end = min(high_watermark, self.log.log_end_offset)
                self._set_high_watermark(max(self.high_watermark, end))
            case Truncate(offset):
                log.info("%s: truncating from %d to %d", self, self.log.log_end_offset, offset)
                self.log.truncate_to(offset)
                self._set_high_watermark(min(self.high_watermark, self.log.log_end_offset))
            case RestartAt(offset):
                log.warning(
                    "%s: ends at %d, before its leader's log begins; starting anew at %d",
                    self, self.log.log_end_offset, offset,
                )  # fmt: skip
                self.log.restart_at(offset)
                self._set_high_watermark(offset)

    def _set_high_watermark(self, high_watermark: int) -> None:
        self.high_watermark = high_watermark
        self.last_stable_offset = self.log.last_stable_offset(high_watermark)

    def _append_replicated(self, records: memoryview, now_ms: int) -> None:
        try:
            self.log.append_replicated(records, now_ms=now_ms)
        except StorageError:
            self._check_failure()
            raise

    def when_durable(self, done: Callable[[], None]) -> None:
        """Call ``done`` once what was appended so far is durable, or will not be: look which."""
        if self.log.durable_end_offset >= self.log.log_end_offset or self.log.failure is not None:
            done()
            return
        self._durable_waiters.append((self.log.log_end_offset, done))
        if not self._asked or self._postponed:
            self._ask_flush()

    def _tell_durable_waiters(self) -> None:
        waiters, partition_log = self._durable_waiters, self.log
        over = partition_log.failure is not None or self._closed
        # A wait beyond the log end is for records that were truncated: it is over too.
        durable, end = partition_log.durable_end_offset, partition_log.log_end_offset
        while waiters and (over or waiters[0][0] <= durable or waiters[0][0] > end):
            waiters.popleft()[1]()

    def _fail_produces(self, code: ErrorCode) -> None:
        produces, self._produces = self._produces, deque()
        for _, waiter, slot in produces:
            waiter.settled(slot, code)

    def _disturb_fetches(self) -> None:
        for waiter in [*self.fetches, *self.stable_fetches]:
            waiter.disturbed()

    # Appending and committing.

    def append(
        self, records: memoryview, header: BatchHeader, now_ms: int, guard: Guard | None = None
    ) -> Appended:
        """Append one verified batch as the leader. Raises what ``PartitionLog.append`` raises."""
        try:
            appended = self.log.append(
                records, header, leader_epoch=self.leader_epoch, now_ms=now_ms, guard=guard
            )
        except StorageError:
            self._check_failure()
            raise
        if not appended.duplicate:
            size = len(records)
            counter = self.counter
            counter.bytes_in += size
            counter.records_in += header.record_count
            self._take_note_of_append(size)
        return appended

    def append_marker(
        self,
        marker: Marker,
        *,
        producer_id: int,
        producer_epoch: int,
        transaction_version: int,
        now_ms: int,
    ) -> Appended:
        """End a producer's transaction here, as the leader; whoever asked for it waits until what
        this returns is committed. Raises what ``PartitionLog.append_marker`` raises."""
        try:
            appended = self.log.append_marker(
                marker,
                producer_id=producer_id,
                producer_epoch=producer_epoch,
                transaction_version=transaction_version,
                leader_epoch=self.leader_epoch,
                now_ms=now_ms,
            )
        except StorageError:
            self._check_failure()
            raise
        if not appended.duplicate:
            self._take_note_of_append(MARKER_BATCH_BYTES)
            for tell in self.on_marker:
                tell(producer_id, producer_epoch, marker.committed)
        return appended

    def _take_note_of_append(self, size: int) -> None:
        self._bytes_appended += size
        for feed in self.feeds.values():
            feed.appended(self)
        if self._commits_at_once:
            self._take_note_of_durable_end()
        if not self._asked:
            self._ask_flush()

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

    def wait_for_stable_records(self, waiter: FetchWaiter) -> None:
        """As ``wait_for_records``, of what the last stable offset has passed."""
        self.stable_fetches[waiter] = None
        if self._postponed:
            self._ask_flush()

    def stop_waiting(self, waiter: FetchWaiter) -> None:
        self.fetches.pop(waiter, None)
        self.stable_fetches.pop(waiter, None)

    @property
    def is_awaited(self) -> bool:
        return bool(self._produces or self.fetches or self.stable_fetches or self._durable_waiters)

    def _ask_flush(self) -> None:
        self._asked = True
        self._postponed = False
        if not self._flushing:
            self._flusher.ask(self)

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
        self._flusher.run(ticket, self._flushed)

    def _flushed(self, ticket: FlushTicket) -> None:
        self._flushing = False
        try:
            self.log.complete_flush(ticket)
        except DiskFull as error:
            # Whoever waits goes on waiting: what was appended may yet be committed.
            if not self._flush_lacked_room:
                log.error("%s: %s", self, error)
            self._flush_lacked_room = True
            self._flusher.ask_later(self)
        except StorageError:
            self._check_failure()
        else:
            self._flush_lacked_room = False
            self._take_note_of_durable_end()
            if self._asked or self._durable_waiters:
                self._ask_flush()
        self._tell_durable_waiters()
        if self._flush_done is not None:
            self._flush_done.set_result(None)
            self._flush_done = None

    def fail(self, reason: str) -> None:
        """Take no more records: what is on the disk is not what was written."""
        if self.log.failure is None:
            self.log.failure = reason
        self._check_failure()

    def _check_failure(self) -> None:
        """A failed log takes nothing any more; what is committed can still be read."""
        if self.log.failure is not None:
            log.error("%s: the log has failed: %s", self, self.log.failure)
            self._fail_produces(ErrorCode.KAFKA_STORAGE_ERROR)
            self._tell_durable_waiters()

    def _take_note_of_durable_end(self) -> None:
        leader = self._leader
        if leader is not None:
            end = Offset(self.log.durable_end_offset)
            self._replay(leader, leader.on_durable_end(end))

    def _replay(self, leader: Leader, events: tuple[Event, ...]) -> None:
        for event in events:
            leader.replay(event)
            if type(event) is IsrProposed:
                self._proposals.propose(self, event)
            elif type(event) is HighWatermarkRose and event.end_offset > self.high_watermark:
                self.high_watermark = event.end_offset
                self._committed(event.end_offset)

    def _committed(self, high_watermark: int) -> None:
        produces = self._produces
        while produces and produces[0][0] <= high_watermark:
            _, waiter, slot = produces.popleft()
            waiter.settled(slot, ErrorCode.NONE)
        for feed in self.feeds.values():
            feed.committed(self)
        byte_count = self._bytes_below(high_watermark) - self._bytes_committed
        if byte_count > 0:
            self._bytes_committed += byte_count
            for fetch in list(self.fetches):
                fetch.committed(byte_count)
        stable = self.log.last_stable_offset(high_watermark)
        if stable != self.last_stable_offset:
            self._now_stable(stable)

    def log_start_moved(self) -> None:
        """Records were deleted, perhaps the first ones of an open transaction."""
        stable = self.log.last_stable_offset(self.high_watermark)
        if stable != self.last_stable_offset:
            self._now_stable(stable)

    def _now_stable(self, stable: int) -> None:
        before, self.last_stable_offset = self.last_stable_offset, stable
        if not self.stable_fetches:
            return
        try:
            byte_count = self.log.bytes_between(before, stable)
        except StorageError:
            self._disturb_fetches()  # Let them find out for themselves.
            return
        for fetch in list(self.stable_fetches):
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
        self._tell_durable_waiters()
        while self._flushing:
            if self._flush_done is None:
                self._flush_done = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._flush_done)
