"""What one broker copies from one leader: requests to send, answers to apply. No I/O.

The other end of ``follower_feed.py``. A partition is named when it begins to be followed and
whenever its log has changed and is durable; the leader sends what follows. Each answer is applied
only to the following that was named before it was asked for, so that an answer from before an
election finds nothing to change.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.kernel.ids import BrokerId, Incarnation, Offset, PartitionIndex, TopicId
from brokers.log.disk import DiskFull
from brokers.node.copy_throttle import CopyThrottle
from brokers.node.partition_runtime import PartitionRuntime
from brokers.replication.follower import (
    RETRY_AFTER_FAILURE_MS,
    Append,
    AskLater,
    Decision,
    Divergence,
    Follower,
    LeaderAnswer,
)
from brokers.wire.messages.fetch_request import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    ForgottenTopic,
    ReplicaState,
)
from brokers.wire.messages.fetch_response import FetchResponse, PartitionData

log = logging.getLogger(__name__)

Key = tuple[TopicId, PartitionIndex]

FETCH_BYTES: Final = 4 * 1024 * 1024
"""One answer. What is made durable together, so also what a follower is behind by at most."""

PARTITION_FETCH_BYTES: Final = 1024 * 1024
"""Of one partition in one answer (Kafka: ``replica.fetch.max.bytes``)."""

WAIT_MS: Final = 500
"""Long poll; half of what a follower may be silent for is more than three of these."""

_NOTHING: Final = memoryview(b"")


@dataclass(slots=True, eq=False)
class Copy:
    """One partition, followed from one leader at one epoch."""

    partition: PartitionRuntime
    follower: Follower
    named_in: int = 0
    """The request that named it last; 0 for none yet."""
    not_before_ms: int = 0
    is_flushing: bool = False
    stuck_at: int = -1
    """Where the log ended when there was no room for what the leader sent; -1 for nowhere."""


@dataclass(slots=True)
class LeaderCopy:
    """All partitions that ``broker_id`` copies from ``leader``.

    ``on_news`` is called when there is something that the next request should say.
    """

    broker_id: BrokerId
    incarnation: Incarnation
    leader: BrokerId
    on_news: Callable[[], None]
    throttle: CopyThrottle
    """Of the broker: for partitions that it is only being given."""
    _copies: dict[Key, Copy] = field(default_factory=dict)
    _to_name: dict[Key, None] = field(default_factory=dict)
    _to_forget: dict[Key, None] = field(default_factory=dict)
    _later: dict[Key, Copy] = field(default_factory=dict)
    _requests: int = 0
    _asked: deque[int] = field(default_factory=deque)
    wants_metadata: bool = False
    """The leader contradicted the image: read the changes before asking again."""

    @property
    def has_news(self) -> bool:
        return bool(self._to_name or self._to_forget)

    def follow(self, partition: PartitionRuntime) -> None:
        """Copy the partition, whose ``following`` says at which epoch."""
        assert partition.following is not None
        key = (partition.topic_id, partition.index)
        copy = self._copies[key] = Copy(partition, partition.following)
        self._to_name.pop(key, None)
        self._later.pop(key, None)
        self._to_forget.pop(key, None)
        self._name_when_durable(key, copy)

    def forget(self, key: Key) -> None:
        """Copy it no longer."""
        copy = self._copies.pop(key, None)
        if copy is None:
            return
        self._to_name.pop(key, None)
        self._later.pop(key, None)
        if copy.named_in:
            self._to_forget[key] = None
            self.on_news()

    def _name(self, key: Key) -> None:
        self._to_name[key] = None
        self.on_news()

    # Asking.

    def begin_session(self) -> None:
        """A new connection: the leader knows nothing of what was named before."""
        self._requests = 0
        self._asked.clear()
        self._to_forget.clear()
        self.wants_metadata = False
        for key, copy in self._copies.items():
            copy.named_in = 0
            if not copy.is_flushing and key not in self._later:
                self._to_name[key] = None

    def next_request(self, now_ms: int) -> FetchRequest:
        """What to ask now; it is under way until ``apply`` has its answer."""
        self.take_up_those_that_waited(now_ms)
        topics: dict[TopicId, list[FetchPartition]] = {}
        number = self._requests + 1
        for key, row in self._rows_to_ask(now_ms):
            self._copies[key].named_in = number
            topics.setdefault(key[0], []).append(row)
        forgotten: dict[TopicId, list[int]] = {}
        for topic_id, index in self._to_forget:
            forgotten.setdefault(topic_id, []).append(index)
        self._to_name.clear()
        self._to_forget.clear()
        request = FetchRequest(
            replica_state=ReplicaState(self.broker_id, self.incarnation),
            max_wait_ms=WAIT_MS,
            min_bytes=1,
            max_bytes=FETCH_BYTES,
            session_id=1 if self._requests else 0,
            session_epoch=self._requests,
            topics=[FetchTopic(topic_id=each, partitions=rows) for each, rows in topics.items()],
            forgotten_topics_data=[
                ForgottenTopic(topic_id=each, partitions=rows) for each, rows in forgotten.items()
            ],
        )
        self._requests = number
        self._asked.append(number)
        return request

    def _rows_to_ask(self, now_ms: int) -> Iterator[tuple[Key, FetchPartition]]:
        """What is named now; those that the throttle holds up are left for later."""
        allowance = self.throttle.allowance(now_ms)
        for key in self._to_name:
            copy = self._copies[key]
            row = _asked(copy)
            if allowance is not None and copy.partition.is_being_added:
                if allowance <= 0:
                    self._ask_later(key, copy, now_ms + self.throttle.wait_ms(now_ms))
                    continue
                row.partition_max_bytes = min(row.partition_max_bytes, ceil(allowance))
                allowance -= row.partition_max_bytes
            yield key, row

    def take_up_those_that_waited(self, now_ms: int) -> None:
        """Partitions whose time has come are news, which need not wait for a poll's end."""
        for key, copy in list(self._later.items()):
            if copy.not_before_ms <= now_ms:
                del self._later[key]
                self._name_when_durable(key, copy)

    def next_retry_ms(self) -> int | None:
        """When the first partition that had to wait may be named again; None when none waits."""
        return min((copy.not_before_ms for copy in self._later.values()), default=None)

    # Applying.

    def apply(self, response: FetchResponse, now_ms: int, wall_ms: int) -> None:
        """Do what the answer to the oldest request under way says."""
        number = self._asked.popleft()
        if response.error_code:
            raise Refusal(
                ErrorCode(response.error_code), f"broker {self.leader} refused to be followed"
            )
        for topic in response.responses:
            for row in topic.partitions:
                key = (TopicId(topic.topic_id), PartitionIndex(row.partition_index))
                copy = self._copies.get(key)
                # Named later than this was asked: the row is for a following that has ended.
                if copy is not None and 0 < copy.named_in <= number:
                    self._apply_row(key, copy, row, now_ms, wall_ms)

    def _apply_row(
        self, key: Key, copy: Copy, row: PartitionData, now_ms: int, wall_ms: int
    ) -> None:
        partition = copy.partition
        if partition.following is not copy.follower or partition.is_closed:
            return  # Another role since; whoever gave it says what is to be copied now.
        decision = _decide(copy, row)
        if isinstance(decision, AskLater):
            self._ask_later(key, copy, now_ms + decision.delay_ms)
            self.wants_metadata = self.wants_metadata or decision.catch_up
            return
        records = row.records or _NOTHING
        assert isinstance(records, memoryview)  # As the codec decodes it.
        if partition.is_being_added:
            self.throttle.copied(len(records), now_ms)
        try:
            partition.apply(decision, records, wall_ms)
        except (Refusal, StorageError) as error:
            self._failed(key, copy, error, now_ms)
            return
        copy.stuck_at = -1
        if len(records) or not isinstance(decision, Append):
            self._name_when_durable(key, copy)

    def _failed(self, key: Key, copy: Copy, error: Exception, now_ms: int) -> None:
        """To be named again from the same offset tells the leader that nothing was taken: at once
        when there is no room, so that nobody waits for this replica, and then once in a while."""
        log.error("%s: cannot follow broker %d: %s", copy.partition, self.leader, error)
        end = copy.partition.log.log_end_offset
        if isinstance(error, DiskFull) and copy.stuck_at != end:
            copy.stuck_at = end
            self._name_when_durable(key, copy)
        else:
            self._ask_later(key, copy, now_ms + RETRY_AFTER_FAILURE_MS)

    def _name_when_durable(self, key: Key, copy: Copy) -> None:
        """To name it is to say that what is below its fetch offset is durable here."""
        copy.is_flushing = True

        def durable() -> None:
            copy.is_flushing = False
            if self._copies.get(key) is copy:
                self._name(key)

        copy.partition.when_durable(durable)

    def _ask_later(self, key: Key, copy: Copy, at_ms: int) -> None:
        copy.not_before_ms = at_ms
        self._later[key] = copy

    def partitions(self) -> Iterable[PartitionRuntime]:
        return [copy.partition for copy in self._copies.values()]


def _asked(copy: Copy) -> FetchPartition:
    partition_log = copy.partition.log
    return FetchPartition(
        copy.partition.index,
        current_leader_epoch=copy.follower.epoch,
        # Nothing is under way between an append and its flush, so the two ends are the same,
        # unless the log has failed: then what is durable is what counts.
        fetch_offset=partition_log.durable_end_offset,
        last_fetched_epoch=partition_log.epoch_before(partition_log.durable_end_offset),
        log_start_offset=partition_log.log_start_offset,
        partition_max_bytes=PARTITION_FETCH_BYTES,
    )


def _decide(copy: Copy, row: PartitionData) -> Decision:
    partition_log = copy.partition.log
    log_end = Offset(partition_log.log_end_offset)
    diverging = row.diverging_epoch
    own_end = log_end
    if diverging is not None:
        own_end = Offset(max(partition_log.epoch_end(diverging.epoch).end_offset, 0))
    answer = LeaderAnswer(
        error_code=ErrorCode(row.error_code),
        high_watermark=Offset(row.high_watermark),
        log_start=Offset(row.log_start_offset),
        divergence=None
        if diverging is None
        else Divergence(diverging.epoch, Offset(diverging.end_offset)),
    )
    return copy.follower.on_answer(answer, log_end=log_end, own_end=own_end)
