"""One shared tail per tenant and topic: read once, encoded once, handed to every subscriber.

A tail begins at the end of the topic with its first subscriber and stops with its last. It reads
in the name of the tenant with no right but to read; each subscriber was authorised on its own.
It never waits for a subscriber.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.records import Record
from streaming.live.recent import RecentBatches
from streaming.live.shared_batch import SharedBatch
from streaming.records.clients import Clients, current_clients
from streaming.records.decoding import Decoded, Unreadable, decode
from streaming.records.failures import BrokersUnavailable, Throttled, TooManyClients
from streaming.records.identity import READ, Identity
from streaming.records.reader import LATEST, MOVED, NO_LEADER, Fetched, PartitionPlace, Reader

logger = logging.getLogger(__name__)

PRINCIPAL: Final = "User:headwater-live"
FETCH_WAIT_MS: Final = 1_000
FETCH_BYTES_MAX: Final = 1024 * 1024
FETCHED_BYTES_MAX: Final = 16 * 1024 * 1024
"""Of the keys and values of one fetch, decompressed; the rest is fetched again."""
BATCH_RECORDS_MAX: Final = 1_000
BATCH_BYTES_MAX: Final = 256 * 1024
"""Of keys and values, beyond which a batch takes no further record: many clients refuse a message
of more than 1 MiB, and JSON and base64 make it longer."""
FRAME_SECONDS: Final = 0.02
"""The shortest time between two fetches: what comes faster shares a frame."""
METADATA_SECONDS: Final = 5
"""How often a tail asks where its partitions are, and whether there are more of them."""
RETRY_SECONDS: Final = 0.2
GONE: Final = frozenset(
    {
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
        ErrorCode.INVALID_TOPIC_EXCEPTION,
    }
)


class Subscriber(Protocol):
    """Who takes part in a shared tail. None of these calls may wait."""

    def on_batch(self, batch: SharedBatch) -> None: ...

    def on_unreadable(self, partition: int, what: Unreadable) -> None: ...

    def on_new_partition(self, partition: int) -> None: ...

    def on_gone(self, reason: str) -> None:
        """The topic is no more; nothing will follow."""
        ...


class _Moved(Exception):
    """Leaders are not where they were; ask for metadata again."""


def reader_identity(tenant_id: str) -> Identity:
    """In whose name a shared tail reads."""
    return Identity(tenant_id, PRINCIPAL, frozenset({READ}))


@dataclass(slots=True)
class Tail:
    """The shared tail of one topic. ``positions`` is where it goes on, by partition."""

    clients: Clients
    tenant_id: str
    topic: str
    recents: RecentBatches
    mark: object = field(default_factory=object)
    """Its name in ``recents``: a topic that was deleted and created again has another."""
    positions: dict[int, int] = field(default_factory=dict)
    high_watermarks: dict[int, int] = field(default_factory=dict)
    subscribers: set[Subscriber] = field(default_factory=set)
    _started: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: Exception | None = None
    _task: "asyncio.Task[None] | None" = None

    async def join(self) -> None:
        """Wait until the tail stands at the end of every partition.

        Raises ``Refusal`` when there is no such topic, ``BrokersUnavailable``, ``TooManyClients``.
        """
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await self._started.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def recent(self, partition: int, offset: int) -> SharedBatch | None:
        """The batch with that offset, if it went out a moment ago."""
        return self.recents.at(self.mark, partition, offset)

    @property
    def ended(self) -> bool:
        """Whether nothing will ever come of this tail again."""
        return self._failure is not None

    async def _run(self) -> None:
        while self._failure is None:
            try:
                async with self.clients.reader(reader_identity(self.tenant_id)) as reader:
                    await self._follow(reader)
            except _Moved:
                pass
            except (BrokersUnavailable, Throttled, TooManyClients) as error:
                self._fail_before_start(error)
                logger.warning("live tail of %s/%s: %s", self.tenant_id, self.topic, error)
            except Refusal as error:
                self._fail_before_start(error)
                if error.code in GONE:
                    self._end(error)
                logger.info("live tail of %s/%s: %s", self.tenant_id, self.topic, error)
            except Exception as error:
                logger.exception("live tail of %s/%s failed", self.tenant_id, self.topic)
                self._fail_before_start(error)
            if self._failure is None:
                await asyncio.sleep(RETRY_SECONDS)

    def _fail_before_start(self, error: Exception) -> None:
        if not self._started.is_set():
            self._failure = error
            self._started.set()

    def _end(self, error: Exception) -> None:
        self._failure = error
        for subscriber in list(self.subscribers):
            subscriber.on_gone(str(error))

    async def _follow(self, reader: Reader) -> None:
        """Read until something fails or moves; always ends by raising."""
        places = await reader.partitions(self.topic)
        await self._place_new(reader, set(places) - set(self.positions))
        self._started.set()
        by_leader: dict[int, list[int]] = {}
        for partition, place in places.items():
            by_leader.setdefault(place.leader, []).append(partition)
        by_leader.pop(NO_LEADER, None)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch(reader_identity(self.tenant_id), places))
                for leader, partitions in by_leader.items():
                    group.create_task(self._read(reader, leader, partitions))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _watch(self, identity: Identity, places: dict[int, PartitionPlace]) -> None:
        """Raise ``_Moved`` when partitions have other leaders, or there are more of them."""
        known = {partition: place.leader for partition, place in places.items()}
        while True:
            await asyncio.sleep(METADATA_SECONDS)
            try:
                async with self.clients.reader(identity) as reader:
                    now = await reader.partitions(self.topic)
            except (BrokersUnavailable, Throttled, TooManyClients):
                continue
            if {partition: place.leader for partition, place in now.items()} != known:
                raise _Moved

    async def _place_new(self, reader: Reader, partitions: set[int]) -> None:
        if not partitions:
            return
        if self._started.is_set():
            for partition in sorted(partitions):
                self.positions[partition] = 0
                for subscriber in list(self.subscribers):
                    subscriber.on_new_partition(partition)
            return
        ends = await reader.offsets(self.topic, dict.fromkeys(partitions, LATEST))
        self.positions.update(ends)
        self.high_watermarks.update(ends)

    async def _read(self, reader: Reader, leader: int, partitions: list[int]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            positions = {partition: self.positions[partition] for partition in partitions}
            for fetched in await reader.fetch(
                leader, self.topic, positions, wait_ms=FETCH_WAIT_MS, max_bytes=FETCH_BYTES_MAX
            ):
                await self._hand_out(fetched)
            await asyncio.sleep(max(0.0, began + FRAME_SECONDS - loop.time()))

    async def _hand_out(self, fetched: Fetched) -> None:
        partition = fetched.partition
        if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
            # Records were deleted under the tail: go on with the oldest that is left.
            self.positions[partition] = max(fetched.log_start_offset, 0)
            self.recents.drop(self.mark)
            raise _Moved
        if fetched.error in MOVED:
            raise _Moved
        if fetched.error is not ErrorCode.NONE:
            raise Refusal(fetched.error, f"the broker answered {fetched.error.name}")
        self.high_watermarks[partition] = fetched.high_watermark
        if not fetched.records:
            return
        decoded = await decode(
            fetched.records,
            self.positions[partition],
            max_records=len(fetched.records),
            max_bytes=FETCHED_BYTES_MAX,
        )
        for unreadable in decoded.unreadable:
            for subscriber in list(self.subscribers):
                subscriber.on_unreadable(partition, unreadable)
        start = self.positions[partition]
        for batch in batches_of(partition, start, decoded, fetched.high_watermark):
            self.positions[partition] = batch.next_offset
            self.recents.add(self.mark, batch)
            for subscriber in list(self.subscribers):
                subscriber.on_batch(batch)
            await asyncio.sleep(0)


def batches_of(
    partition: int, start: int, decoded: Decoded, high_watermark: int
) -> Iterator[SharedBatch]:
    """What was decoded from offset ``start`` on, in pieces of at most ``BATCH_RECORDS_MAX`` and
    about ``BATCH_BYTES_MAX``; the last reaches its end."""
    piece: list[Record] = []
    size = 0
    for record in decoded.records:
        if len(piece) >= BATCH_RECORDS_MAX or size >= BATCH_BYTES_MAX:
            next_offset = piece[-1].offset + 1
            yield SharedBatch(partition, start, piece, next_offset, high_watermark)
            start, piece, size = next_offset, [], 0
        piece.append(record)
        size += len(record.key or b"") + len(record.value or b"")
    yield SharedBatch(partition, start, piece, decoded.next_offset, high_watermark)


class Tails:
    """The shared tails of one event loop."""

    def __init__(self) -> None:
        self._tails: dict[tuple[str, str], Tail] = {}
        self._recents = RecentBatches()

    async def subscribe(self, tenant_id: str, topic: str, subscriber: Subscriber) -> Tail:
        """Take part in the topic's tail, which has started when this returns.

        Raises as ``Tail.join`` does.
        """
        key = (tenant_id, topic)
        tail = self._tails.get(key)
        if tail is None or tail.ended:
            tail = self._tails[key] = Tail(current_clients(), tenant_id, topic, self._recents)
        tail.subscribers.add(subscriber)
        try:
            await tail.join()
        except BaseException:
            self.leave(tail, subscriber)
            raise
        return tail

    def leave(self, tail: Tail, subscriber: Subscriber) -> None:
        tail.subscribers.discard(subscriber)
        if not tail.subscribers:
            tail.stop()
            self._recents.drop(tail.mark)
            key = (tail.tenant_id, tail.topic)
            if self._tails.get(key) is tail:
                del self._tails[key]


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Tails]" = WeakKeyDictionary()


def current_tails() -> Tails:
    """The shared tails of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), Tails())
