"""Reading a tenant's records: metadata, offsets and fetches, as one identity.

Built on aiokafka's connections and messages, below its consumer: the consumer fetches ahead
and decompresses without a bound, and a batch is hostile until ``decoding`` has opened it.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import uuid4

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.protocol.offset import OffsetRequest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.metadata.topic_names import check_topic_name
from brokers.wire.messages.metadata_request import MetadataRequest as WireMetadataRequest
from brokers.wire.messages.metadata_request import MetadataRequestTopic
from brokers.wire.registry import ApiKey
from streaming.records.connection import CONNECT_SECONDS
from streaming.records.failures import BrokersUnavailable, Throttled, broker_errors, refusal_of
from streaming.records.wire_request import UnsupportedByBroker, WireRequest

EARLIEST: Final = -2
LATEST: Final = -1
"""Timestamps with a meaning of their own in ListOffsets."""

NO_LEADER: Final = -1
READ_UNCOMMITTED: Final = 0
READ_COMMITTED: Final = 1
THROTTLE_SECONDS_MAX: Final = 1.0
"""What a request waits when a broker asks for a pause; past it the caller is asked to wait."""
MUTE_SECONDS_MAX: Final = 60
FETCH_LIMITS: Final = ("fetch_bytes_per_s", "request_time_percent")
"""What may have been used up where a broker holds a fetch back."""
ANSWER_SECONDS: Final = 10
"""For what a broker answers at once, and for a leader that moves to be found again; a long poll has
its own time on top."""
RETRY_SECONDS: Final = 0.1
TOPIC_IDS_SINCE_VERSION: Final = 12
"""Of Metadata: asking by a topic's id alone."""

MOVED: Final = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.LEADER_NOT_AVAILABLE,
        ErrorCode.REPLICA_NOT_AVAILABLE,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.OFFSET_NOT_AVAILABLE,
        ErrorCode.BROKER_NOT_AVAILABLE,
    }
)
"""Answers that ask for fresh metadata and another try."""


@dataclass(frozen=True, slots=True)
class PartitionPlace:
    """Where one partition is; ``leader`` is ``NO_LEADER`` while there is none."""

    leader: int
    replicas: tuple[int, ...]
    isr: tuple[int, ...]


class Aborted(NamedTuple):
    """A transaction whose records do not count, from an offset up to the marker that ends it."""

    producer_id: int
    first_offset: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One partition's part of a Fetch answer; ``records`` are whole batches, as they were produced.

    The first batch may begin below the offset asked for, and the last may be cut short. ``aborted``
    are told of where only committed records are asked for; up to ``last_stable_offset`` no
    transaction is open.
    """

    partition: int
    error: ErrorCode
    high_watermark: int
    log_start_offset: int
    records: bytes
    last_stable_offset: int = -1
    aborted: tuple[Aborted, ...] = ()


class Reader:
    """One conversation with the brokers. Requests queue behind a long poll: one user at a time."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client
        self._leaders: dict[str, dict[int, PartitionPlace]] = {}
        self._muted_until: dict[int, float] = {}
        self.broken = False
        """Whether something failed in a way that a fresh client would mend; such are not pooled."""

    async def start(self) -> None:
        """Connect; raises ``BrokersUnavailable``."""
        with broker_errors("connecting to the brokers"):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._client.bootstrap()

    async def close(self) -> None:
        await self._client.close()

    def require_unthrottled(self) -> None:
        """Raise ``Throttled`` when a broker has asked for a pause that is too long to wait for."""
        now = asyncio.get_running_loop().time()
        seconds = max(self._muted_until.values(), default=0.0) - now
        if seconds > THROTTLE_SECONDS_MAX:
            raise Throttled(FETCH_LIMITS, seconds)

    async def partitions(self, topic: str) -> dict[int, PartitionPlace]:
        """The topic's partitions by index, asked of a broker now.

        Raises ``Refusal`` (UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION and
        TOPIC_AUTHORIZATION_FAILED among others) and ``BrokersUnavailable``.
        """
        check_topic_name(topic)
        subject = f"topic {topic!r}"
        request = MetadataRequest([topic], allow_auto_topic_creation=False)
        answer = await self.ask_any(request, subject)
        self._leaders.pop(topic, None)
        for error, name, _internal, rows in answer.topics:
            if name == topic:
                if error:
                    raise refusal_of(error, subject)
                places = {
                    row[1]: PartitionPlace(row[2], tuple(row[3]), tuple(row[4])) for row in rows
                }
                self._leaders[topic] = places
                return places
        raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"{subject} does not exist")

    async def offsets(self, topic: str, timestamps: Mapping[int, int]) -> dict[int, int]:
        """Per partition the first offset at or after a time (Unix ms, ``EARLIEST``, ``LATEST``).

        Where no record is that late the partition's end is given. Raises as ``partitions`` does.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while True:
            try:
                return await self._offsets(topic, timestamps)
            except (Refusal, BrokersUnavailable) as failure:
                self._leaders.pop(topic, None)
                if not _may_pass(failure) or loop.time() > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    async def _offsets(self, topic: str, timestamps: Mapping[int, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for leader, partitions in (await self.led(topic, timestamps)).items():
            rows = [(partition, timestamps[partition]) for partition in partitions]
            request = OffsetRequest(-1, READ_UNCOMMITTED, [(topic, rows)])
            answer = await self.ask(leader, request, f"offsets of topic {topic!r}")
            for _topic, results in answer.topics:
                for partition, error, _timestamp, offset in results:
                    if error:
                        raise refusal_of(error, f"offsets of topic {topic!r}/{partition}")
                    found[partition] = offset
        late = [partition for partition, offset in found.items() if offset < 0]
        if late:
            found.update(await self._offsets(topic, dict.fromkeys(late, LATEST)))
        return found

    async def fetch(
        self,
        leader: int,
        topic: str,
        positions: Mapping[int, int],
        *,
        wait_ms: int,
        max_bytes: int,
        partition_bytes: int | None = None,
        isolation: int = READ_UNCOMMITTED,
    ) -> list[Fetched]:
        """``fetch_topics`` of one topic."""
        topics = await self.fetch_topics(
            leader,
            {topic: positions},
            wait_ms=wait_ms,
            max_bytes=max_bytes,
            partition_bytes=partition_bytes,
            isolation=isolation,
        )
        return topics[topic]

    async def fetch_topics(
        self,
        leader: int,
        topics: Mapping[str, Mapping[int, int]],
        *,
        wait_ms: int,
        max_bytes: int,
        partition_bytes: int | None = None,
        isolation: int = READ_UNCOMMITTED,
    ) -> dict[str, list[Fetched]]:
        """One Fetch to ``leader`` from an offset per partition of each topic; waits for the first
        byte at most ``wait_ms``. ``partition_bytes`` bounds each partition's part where that is
        less than the whole. Raises ``BrokersUnavailable``, ``Throttled`` or ``Refusal`` for the
        request as a whole; the error of one partition is in its ``Fetched``.
        """
        most = max_bytes if partition_bytes is None else partition_bytes
        rows = [
            (topic, [(partition, offset, most) for partition, offset in positions.items()])
            for topic, positions in topics.items()
        ]
        request = FetchRequest(
            max_wait_time=wait_ms,
            min_bytes=1,
            max_bytes=max_bytes,
            isolation_level=isolation,
            topics=rows,
        )
        subject = "records of " + ", ".join(f"topic {topic!r}" for topic in topics)
        answer = await self._unthrottled_answer(leader, request, subject, wait_ms)
        if getattr(answer, "error_code", 0):
            raise refusal_of(answer.error_code, subject)
        found: dict[str, list[Fetched]] = {topic: [] for topic in topics}
        for topic, results in answer.topics:
            found[topic].extend(_fetched(row) for row in results)
        return found

    async def _unthrottled_answer(
        self, leader: int, request: FetchRequest, subject: str, wait_ms: int
    ) -> Any:
        """A broker that holds a fetch back leaves every partition out of its answer (KIP-219): ask
        again after its pause. Raises ``Throttled`` when that goes on for ``ANSWER_SECONDS``."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while True:
            answer = await self.ask(leader, request, subject, ANSWER_SECONDS + wait_ms / 1000)
            pause = getattr(answer, "throttle_time_ms", 0) / 1000
            if answer.topics or pause <= 0 or getattr(answer, "error_code", 0):
                return answer
            if loop.time() + pause > deadline:
                raise Throttled(FETCH_LIMITS, pause)

    async def fetch_partition(
        self,
        topic: str,
        partition: int,
        offset: int,
        *,
        wait_ms: int,
        max_bytes: int,
        isolation: int = READ_UNCOMMITTED,
    ) -> Fetched:
        """``fetch`` of one partition that follows its leader for ``ANSWER_SECONDS`` at most.

        Raises ``Refusal`` with the broker's code, OFFSET_OUT_OF_RANGE excepted: that one is given
        back, since the answer says which offsets there are.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while True:
            leader = (await self._place(topic, partition)).leader
            failure: Exception = refusal_of(ErrorCode.LEADER_NOT_AVAILABLE, f"topic {topic!r}")
            if leader != NO_LEADER:
                try:
                    (answer,) = await self.fetch(
                        leader,
                        topic,
                        {partition: offset},
                        wait_ms=wait_ms,
                        max_bytes=max_bytes,
                        isolation=isolation,
                    )
                except BrokersUnavailable as error:
                    failure = error
                else:
                    if answer.error in (ErrorCode.NONE, ErrorCode.OFFSET_OUT_OF_RANGE):
                        return answer
                    failure = refusal_of(answer.error, f"records of topic {topic!r}/{partition}")
            self._leaders.pop(topic, None)
            if not _may_pass(failure) or loop.time() > deadline:
                raise failure
            await asyncio.sleep(RETRY_SECONDS)

    async def places(self, topic: str) -> dict[int, PartitionPlace]:
        """``partitions`` as they were when last asked for, unless that is to be forgotten."""
        return self._leaders.get(topic) or await self.partitions(topic)

    def forget(self, topic: str) -> None:
        """Ask anew where the topic's partitions are."""
        self._leaders.pop(topic, None)

    async def _place(self, topic: str, partition: int) -> PartitionPlace:
        places = await self.places(topic)
        if partition not in places:
            places = await self.partitions(topic)
        try:
            return places[partition]
        except KeyError:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {topic!r} has no partition {partition}; it has {len(places)}, from 0",
            ) from None

    async def led(self, topic: str, partitions: Mapping[int, int]) -> dict[int, list[int]]:
        """Partitions by leader. Raises ``Refusal`` LEADER_NOT_AVAILABLE while one has none."""
        by_leader: dict[int, list[int]] = {}
        for partition in partitions:
            place = await self._place(topic, partition)
            by_leader.setdefault(place.leader, []).append(partition)
        if NO_LEADER in by_leader:
            raise refusal_of(ErrorCode.LEADER_NOT_AVAILABLE, f"topic {topic!r}")
        return by_leader

    async def brokers(self) -> list[int]:
        """Ids of the brokers that there are now. Raises ``BrokersUnavailable``."""
        with broker_errors("the cluster's brokers"):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._client.force_metadata_update()
        return [broker.nodeId for broker in self._client.cluster.brokers()]

    async def catch_up(self) -> None:
        """Have every live broker read the metadata as it is now.

        A broker looks before it says that a topic id is unknown, and nothing has a new one. Raises
        ``BrokersUnavailable`` when one of them does not answer.
        """
        topic = MetadataRequestTopic(topic_id=uuid4().bytes, name=None)
        request = WireRequest(
            ApiKey.METADATA,
            WireMetadataRequest(topics=[topic], allow_auto_topic_creation=False),
            min_version=TOPIC_IDS_SINCE_VERSION,
        )
        nodes = [broker.nodeId for broker in self._client.cluster.brokers()]
        asked = (self.ask(node, request, "the metadata") for node in nodes)
        # One that is down must not keep the others from being waited for.
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, BaseException):
                raise answer

    async def ask_any(self, request: Any, subject: str) -> Any:
        """The answer of the first broker that gives one. Raises ``BrokersUnavailable``."""
        nodes = [broker.nodeId for broker in self._client.cluster.brokers()]
        random.shuffle(nodes)
        for node in nodes[:-1]:
            try:
                return await self.ask(node, request, subject)
            except BrokersUnavailable:
                continue
        return await self.ask(nodes[-1], request, subject)

    async def ask(
        self, node: int, request: Any, subject: str, seconds: float = ANSWER_SECONDS
    ) -> Any:
        """A broker's answer to a request of aiokafka's, or a ``WireRequest``.

        ``subject`` names what it is about. Raises ``BrokersUnavailable``, ``UnsupportedByBroker``.
        """
        loop = asyncio.get_running_loop()
        # A broker that has asked for a pause reads nothing meanwhile (KIP-219).
        pause = self._muted_until.get(node, 0.0) - loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        try:
            with broker_errors(subject):
                async with asyncio.timeout(seconds):
                    answer = await self._client.send(node, request)
        except UnsupportedByBroker:
            raise
        except BaseException as error:
            # Also when cancelled: the answer may be on its way, and the next would wait for it.
            self.broken = True
            self._leaders.clear()
            if isinstance(error, BrokersUnavailable):
                self._client.force_metadata_update()
            raise
        pause = getattr(answer, "throttle_time_ms", 0) / 1000
        if pause > 0:
            self._muted_until[node] = loop.time() + min(pause, MUTE_SECONDS_MAX)
        return answer


def _may_pass(failure: Exception) -> bool:
    """Whether the partition may have moved, so that asking again elsewhere can help."""
    return not isinstance(failure, Refusal) or failure.code in MOVED


def _fetched(row: Any) -> Fetched:
    partition, error, high_watermark, last_stable, log_start_offset, aborted, *_, records = row
    try:
        code = ErrorCode(error)
    except ValueError:
        code = ErrorCode.UNKNOWN_SERVER_ERROR
    return Fetched(
        partition,
        code,
        high_watermark,
        log_start_offset,
        records or b"",
        last_stable,
        tuple(Aborted(*each) for each in aborted or ()),
    )
