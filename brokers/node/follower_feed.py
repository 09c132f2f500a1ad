"""What a leader sends to one follower: an incremental fetch session of the internal listener.

A follower names a partition once, and again only when its own state has changed (KIP-227's idea,
without its cache: the connection is the session). A partition of this broker tells the feed when
it has something to send, so that a round costs what changed and not what is followed.

Naming a partition says that everything below the fetch offset is durable at the follower, at that
leader epoch; it counts only if the two logs do not part below it.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from brokers.kernel.clock import Clock
from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex, TopicId
from brokers.metadata.image import MetadataImage
from brokers.node.partition_lookup import epoch_fault
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.messages.fetch_request import FetchPartition, FetchRequest
from brokers.wire.messages.fetch_response import (
    EpochEndOffset,
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)

Key = tuple[TopicId, int]

NO_OFFSET: Final = -1


class Place(Protocol):
    """What a feed must know of its node."""

    @property
    def image(self) -> MetadataImage: ...

    @property
    def clock(self) -> Clock: ...

    def partition(self, topic_id: TopicId, index: int) -> PartitionRuntime | None:
        """The partition if it is open here."""
        ...


class FeedWaiter(Protocol):
    """A request that waits for something to send."""

    def ready(self) -> None:
        """There is something: answer soon."""
        ...

    def hurry(self) -> None:
        """Answer now, with whatever there is."""
        ...


@dataclass(slots=True)
class Fed:
    """One partition as the follower named it last."""

    asked: FetchPartition
    wants_records: bool = True
    """Until it has been sent some: then it must ask anew, from behind them."""
    is_prefix: bool = False
    """Its log was found to be the beginning of this one, at the leader epoch it named."""
    must_say_again: bool = False
    """Until it is named anew nothing is known of its log."""


class FollowerFeed:
    """One connection of one follower.

    ``number`` rises with the connections that this broker accepted. A follower that was cut off has
    given up one and made another; what it sent over the first may still come, when the kernel
    sends it again, and must not take the partition from where the follower listens now.
    """

    __slots__ = (
        "_committed", "_fed", "_place", "_ready", "broker_id", "incarnation", "number", "waiter",
    )  # fmt: skip

    def __init__(
        self, place: Place, broker_id: BrokerId, incarnation: Incarnation, number: int
    ) -> None:
        self.broker_id = broker_id
        self.incarnation = incarnation
        self.number = number
        self.waiter: FeedWaiter | None = None
        self._place = place
        self._fed: dict[Key, Fed] = {}
        self._ready: dict[Key, None] = {}
        """Partitions with something to send now, in the order in which they got it."""
        self._committed: dict[Key, None] = {}
        """Partitions whose high watermark is news to the follower; sent along, worth no answer."""

    @property
    def is_ready(self) -> bool:
        return bool(self._ready)

    # What the partitions tell.

    def appended(self, partition: PartitionRuntime) -> None:
        key = (partition.topic_id, partition.index)
        fed = self._fed.get(key)
        if fed is not None and fed.wants_records:
            self._make_ready(key)

    def committed(self, partition: PartitionRuntime) -> None:
        self._committed[partition.topic_id, partition.index] = None

    def disturbed(self, partition: PartitionRuntime) -> None:
        key = (partition.topic_id, partition.index)
        if key in self._fed:
            self._make_ready(key)

    def forgotten(self, partition: PartitionRuntime) -> None:
        key = (partition.topic_id, partition.index)
        fed = self._fed.get(key)
        if fed is not None:
            fed.must_say_again, fed.is_prefix = True, False
            self._make_ready(key)

    def _make_ready(self, key: Key) -> None:
        self._ready[key] = None
        if self.waiter is not None:
            self.waiter.ready()

    # Requests and answers.

    def take(self, request: FetchRequest) -> None:
        """Note what the follower asks for and what it has. A first request (session epoch 0)
        forgets all that was named before.

        A request that still waits is answered first: what this one names must not come with the
        answer to an earlier one.
        """
        if self.waiter is not None:
            self.waiter.hurry()
        if request.session_epoch <= 0:
            self.close()
        for forgotten in request.forgotten_topics_data:
            for index in forgotten.partitions:
                self._forget((TopicId(forgotten.topic_id), index))
        for topic in request.topics:
            for asked in topic.partitions:
                self._take_one(TopicId(topic.topic_id), asked)

    def _take_one(self, topic_id: TopicId, asked: FetchPartition) -> None:
        key = (topic_id, asked.partition)
        before = self._fed.get(key)
        fed = self._fed[key] = Fed(asked)
        partition = self._place.partition(topic_id, asked.partition)
        if self._fault(topic_id, partition, asked) is not ErrorCode.NONE:
            self._make_ready(key)
            return
        assert partition is not None
        current = partition.feeds.get(self.broker_id)
        if current is not None and current.number > self.number:
            fed.must_say_again = True  # Where it listens now, and has.
            self._make_ready(key)
            return
        partition.feeds[self.broker_id] = self
        try:
            diverges = divergence(partition, asked) is not None
        except Refusal:
            diverges = True
        if diverges or not _is_within(partition, asked.fetch_offset):
            self._make_ready(key)
            return
        fed.is_prefix = True
        # What an answer under way says of it now will not be believed.
        self._committed[key] = None
        partition.follower_fetched(
            self.broker_id,
            self.incarnation,
            asked.fetch_offset,
            is_live=self._is_live(),
            took_nothing=before is not None and _took_nothing(before, asked),
        )
        if asked.fetch_offset < partition.log.log_end_offset:
            self._make_ready(key)

    def _fault(
        self, topic_id: TopicId, partition: PartitionRuntime | None, asked: FetchPartition
    ) -> ErrorCode:
        """Why this broker cannot feed the partition to this follower as it was asked to."""
        record = self._place.image.partition(topic_id, PartitionIndex(asked.partition))
        if record is None:
            return ErrorCode.UNKNOWN_TOPIC_ID
        if partition is None or not partition.is_leader:
            return ErrorCode.NOT_LEADER_OR_FOLLOWER
        if asked.current_leader_epoch < 0:
            return ErrorCode.UNKNOWN_LEADER_EPOCH  # A follower must know whom it follows.
        fault = epoch_fault(partition, asked.current_leader_epoch)
        if fault is not None:
            return fault
        if self.broker_id not in record.replicas:
            return ErrorCode.REPLICA_NOT_AVAILABLE
        return ErrorCode.NONE

    def _is_live(self) -> bool:
        broker = self._place.image.brokers.get(self.broker_id)
        return broker is not None and not broker.fenced and broker.incarnation == self.incarnation

    def _forget(self, key: Key) -> None:
        self._ready.pop(key, None)
        self._committed.pop(key, None)
        if self._fed.pop(key, None) is None:
            return
        partition = self._place.partition(*key)
        if partition is not None and partition.feeds.get(self.broker_id) is self:
            del partition.feeds[self.broker_id]

    def close(self) -> None:
        """The connection is gone, or begins anew."""
        for key in list(self._fed):
            self._forget(key)

    def answer(self, max_bytes: int) -> FetchResponse:
        """What is ready, about ``max_bytes`` at most; the rest stays ready."""
        rows: dict[TopicId, list[PartitionData]] = {}
        left = max_bytes
        ready, self._ready = self._ready, {}
        for key in ready:
            fed = self._fed.get(key)
            if fed is None:
                continue
            if left <= 0:
                self._ready[key] = None
                continue
            row = self._row(key, fed, left)
            left -= len(row.records or b"")
            rows.setdefault(key[0], []).append(row)
        self._add_high_watermarks(rows)
        return FetchResponse(
            session_id=1,
            responses=[
                FetchableTopicResponse(topic_id=topic_id, partitions=partitions)
                for topic_id, partitions in rows.items()
            ],
        )

    def _row(self, key: Key, fed: Fed, max_bytes: int) -> PartitionData:
        topic_id, index = key
        asked = fed.asked
        partition = self._place.partition(topic_id, index)
        self._committed.pop(key, None)
        fault = self._fault(topic_id, partition, asked)
        if fault is ErrorCode.NONE and fed.must_say_again:
            fault = ErrorCode.REPLICA_NOT_AVAILABLE
        if fault is not ErrorCode.NONE:
            return refused(index, fault, partition)
        assert partition is not None
        try:
            diverging = divergence(partition, asked)
            if diverging is not None:
                row = _row(partition, b"")
                row.diverging_epoch = diverging
                return row
            read = partition.log.read(
                asked.fetch_offset,
                max_bytes=min(max_bytes, asked.partition_max_bytes),
                end_offset=partition.log.log_end_offset,
                at_least_one=True,
            )
        except Refusal as refusal:
            return refused(index, refusal.code, partition)
        except StorageError:
            return refused(index, ErrorCode.KAFKA_STORAGE_ERROR, partition)
        if not fed.is_prefix:
            # What stood against it when it was named is over: this broker did not lead it yet, for
            # one. Nothing was noted of it then, and it would wait for ever for what is appended.
            return refused(index, ErrorCode.REPLICA_NOT_AVAILABLE, partition)
        if read.data:
            fed.wants_records = False
        return _row(partition, read.data)

    def _add_high_watermarks(self, rows: dict[TopicId, list[PartitionData]]) -> None:
        committed, self._committed = self._committed, {}
        for topic_id, index in committed:
            partition, fed = (
                self._place.partition(topic_id, index),
                self._fed.get((topic_id, index)),
            )
            if partition is None or fed is None or not fed.is_prefix:
                continue
            if fed.asked.current_leader_epoch == partition.leader_epoch:
                rows.setdefault(topic_id, []).append(_row(partition, b""))


def divergence(partition: PartitionRuntime, asked: FetchPartition) -> EpochEndOffset | None:
    """Where the asker's log and this one part, None when the asker's is a prefix (KIP-595).

    Raises ``Refusal`` OFFSET_OUT_OF_RANGE when nothing is known here of that epoch.
    """
    if asked.last_fetched_epoch < 0:
        return None
    epoch, end_offset = partition.log.epoch_end(asked.last_fetched_epoch)
    if epoch < 0 or end_offset < 0:
        raise Refusal(ErrorCode.OFFSET_OUT_OF_RANGE, "the epoch is older than this log")
    if epoch < asked.last_fetched_epoch or end_offset < asked.fetch_offset:
        return EpochEndOffset(epoch, end_offset)
    return None


def _took_nothing(before: Fed, asked: FetchPartition) -> bool:
    """Whether the follower asks again, in the same following, for records it has been sent."""
    return (
        not before.wants_records
        and not before.must_say_again
        and before.asked.current_leader_epoch == asked.current_leader_epoch
        and before.asked.fetch_offset == asked.fetch_offset
    )


def _is_within(partition: PartitionRuntime, offset: int) -> bool:
    return partition.log.log_start_offset <= offset <= partition.log.log_end_offset


def _row(partition: PartitionRuntime, records: bytes) -> PartitionData:
    return PartitionData(
        partition.index,
        ErrorCode.NONE,
        partition.high_watermark,
        partition.last_stable_offset,
        partition.log.log_start_offset,
        aborted_transactions=None,
        records=records,
    )


def refused(index: int, code: ErrorCode, partition: PartitionRuntime | None) -> PartitionData:
    """A row that says why not; with the log start, which a follower below it needs."""
    start = NO_OFFSET if partition is None else partition.log.log_start_offset
    return PartitionData(
        index, code, NO_OFFSET, NO_OFFSET, start, aborted_transactions=None, records=b""
    )
