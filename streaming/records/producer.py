"""Writing a tenant's records: idempotent, on all in-sync replicas, within a deadline.

The shell around ``Lane``: one sender per broker with one request on its way, so that whatever
arrives meanwhile shares the next. Batches are built by aiokafka's compiled builder and travel on
its connections. Its own producer does not stand in between: after one refused record it can only
be thrown away with all that was on its way, and it costs tens of microseconds a record.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import errors as kafka
from aiokafka.client import AIOKafkaClient

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.registry import ApiKey
from streaming.records.failures import BrokersUnavailable, broker_errors, refusal_of
from streaming.records.lane import Batch, Lane, ProducerId
from streaming.records.outgoing import Delivered, OutgoingRecord, Parcel, check_size
from streaming.records.reader import NO_LEADER, PartitionPlace, Reader
from streaming.records.wire_request import WireRequest

__all__ = ["Delivered", "OutgoingRecord", "Producer", "check_size"]

DELIVERY_SECONDS: Final = 30
"""A record that is not written by then is given up, and its caller told what is known."""

STOP_SECONDS: Final = 5
RETRY_SECONDS: Final = 0.1
PLACES_SECONDS: Final = 5
"""How long a topic's partitions are taken to be as they were; leaders that moved say so sooner."""
REQUEST_BYTES_MAX: Final = 4 * 1024 * 1024
PENDING_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of one identity; past it ``submit`` waits."""
PENDING_RECORD_BYTES: Final = 512
"""What a record takes in memory beside its content, which may be nothing."""
ACKNOWLEDGED_MS_MAX: Final = 10_000
_ALL_REPLICAS: Final = -1
_PRODUCE_VERSION_MAX: Final = 12
"""The newest that names topics; 13 wants their ids."""


class Producer:
    """Writes in the name of one identity, shared by all its requests."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client
        self._conversation = Reader(client)
        self._places: dict[str, tuple[float, dict[int, PartitionPlace]]] = {}
        self._asking: dict[str, asyncio.Task[dict[int, PartitionPlace]]] = {}
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._ready: dict[int, dict[Lane, None]] = {}
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._placing: dict[Lane, asyncio.Task[None]] = {}
        self._producer_id: ProducerId | None = None
        self._ids_given: set[Lane] = set()
        self._pending = 0
        self._pending_bytes = 0
        self._room = asyncio.Event()
        self._muted_until: dict[int, float] = {}
        self._loop = asyncio.get_running_loop()

    async def start(self) -> None:
        """Connect; raises ``BrokersUnavailable``."""
        await self._conversation.start()

    async def stop(self) -> None:
        """Deliver what is under way, for ``STOP_SECONDS`` at most, then disconnect."""
        tasks = [*self._senders.values(), *self._placing.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in (*self._senders.values(), *self._placing.values(), *self._asking.values()):
            task.cancel()
        for lane in self._lanes.values():
            lane.refuse_all(_stopping(lane))
        await self._client.close()

    @property
    def in_use(self) -> bool:
        """Whether records are on their way."""
        return self._pending > 0

    @property
    def throttle_seconds(self) -> float:
        """How long brokers want nothing more in this identity's name; 0 when they take it now."""
        return max(0.0, max(self._muted_until.values(), default=0.0) - self._loop.time())

    async def partitions(self, topic: str) -> dict[int, PartitionPlace]:
        """The topic's partitions as they were within ``PLACES_SECONDS``; asked for otherwise.

        Raises as ``Reader.partitions`` does.
        """
        known = self._places.get(topic)
        if known is not None and known[0] > self._loop.time():
            return known[1]
        return await self.current_partitions(topic)

    async def current_partitions(self, topic: str) -> dict[int, PartitionPlace]:
        """The topic's partitions, asked of a broker now; concurrent callers share the question."""
        asking = self._asking.get(topic)
        if asking is None:
            asking = self._asking[topic] = asyncio.create_task(self._ask_partitions(topic))
            asking.add_done_callback(lambda _task: self._asking.pop(topic, None))
        return await asyncio.shield(asking)

    async def submit(self, records: Sequence[OutgoingRecord]) -> Parcel:
        """Put records of one partition on their way; waits while there is no room.

        Records of one partition are written in the order in which this returned.
        """
        while self._pending_bytes > PENDING_BYTES_MAX:
            self._room.clear()
            await self._room.wait()
        deadline = self._loop.time() + DELIVERY_SECONDS
        parcel = Parcel(records, deadline, self._loop.create_future())
        size = sum(parcel.sizes) + PENDING_RECORD_BYTES * len(records)
        self._pending += 1
        self._pending_bytes += size
        parcel.done.add_done_callback(lambda _done: self._release(size))
        first = records[0]
        lane = self._lane(first.topic, first.partition)
        lane.add(parcel)
        self._route(lane)
        return parcel

    # --- where a lane's records go ----------------------------------------------------------------

    def _lane(self, topic: str, partition: int) -> Lane:
        key = (topic, partition)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(topic, partition)
        return lane

    def _route(self, lane: Lane) -> None:
        """Have the lane's next batch sent, if it is not seen to already."""
        if lane in self._placing or not lane.waiting:
            return
        _until, places = self._places.get(lane.topic, (0.0, {}))
        place = places.get(lane.partition)
        if place is None or place.leader == NO_LEADER or lane.producer is None:
            task = self._placing[lane] = asyncio.create_task(self._place(lane))
            task.add_done_callback(lambda _task: self._placed(lane))
            return
        self._ready.setdefault(place.leader, {})[lane] = None
        if place.leader not in self._senders:
            self._senders[place.leader] = asyncio.create_task(self._send_to(place.leader))

    async def _place(self, lane: Lane) -> None:
        """Find the lane's leader and give it a producer id, or refuse what it holds."""
        reason = "no leader was found"
        while lane.waiting:
            try:
                places = await self.partitions(lane.topic)
                place = places.get(lane.partition)
                if place is None:
                    lane.refuse_all(self._no_partition(lane, len(places)))
                    return
                if place.leader != NO_LEADER:
                    if lane.producer is None:
                        lane.producer = await self._id_for(lane)
                    return
            except Refusal as refusal:
                if not refusal.code.retriable or _is_absent(refusal):
                    lane.refuse_all(refusal)
                    return
                reason = refusal.message
            except BrokersUnavailable as failure:
                reason = str(failure)
            except Exception as error:
                lane.refuse_all(error)
                raise
            self._forget(lane.topic)
            await asyncio.sleep(RETRY_SECONDS)
            lane.expire(self._loop.time(), reason)

    def _placed(self, lane: Lane) -> None:
        self._placing.pop(lane, None)
        self._route(lane)

    async def _place_again(self, lane: Lane, reason: str) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        lane.expire(self._loop.time(), reason)
        await self._place(lane)

    async def _ask_partitions(self, topic: str) -> dict[int, PartitionPlace]:
        places = await self._conversation.partitions(topic)
        self._places[topic] = (self._loop.time() + PLACES_SECONDS, places)
        return places

    def _forget(self, topic: str) -> None:
        self._places.pop(topic, None)

    async def _id_for(self, lane: Lane) -> ProducerId:
        """An id that the lane never had: numbers it has used under one are not used again."""
        if self._producer_id is None or lane in self._ids_given:
            message = InitProducerIdRequest(None, 0)
            request = WireRequest(ApiKey.INIT_PRODUCER_ID, message)
            answer = await self._conversation.ask_any(request, "a producer id")
            if answer.error_code:
                raise refusal_of(answer.error_code, "a producer id")
            self._producer_id = ProducerId(answer.producer_id, answer.producer_epoch)
            self._ids_given.clear()
        self._ids_given.add(lane)
        return self._producer_id

    # --- sending ----------------------------------------------------------------------------------

    async def _send_to(self, leader: int) -> None:
        """Requests to one broker, one after the other, until no lane of it has anything."""
        try:
            # Whatever else becomes ready in this turn of the loop shares the first request.
            await asyncio.sleep(0)
            while leader in self._ready:
                # A broker that has asked for a pause reads nothing meanwhile (KIP-219).
                pause = self._muted_until.get(leader, 0.0) - self._loop.time()
                if pause > 0:
                    await asyncio.sleep(pause)
                ready = self._ready.pop(leader)
                await self._send(leader, _taken(ready, self._loop.time()))
                for lane in ready:
                    self._route_while_sending(leader, lane)
        finally:
            del self._senders[leader]
            if leader in self._ready:  # only when cancelled
                self._ready.pop(leader)

    def _route_while_sending(self, leader: int, lane: Lane) -> None:
        _until, places = self._places.get(lane.topic, (0.0, {}))
        place = places.get(lane.partition)
        is_here = place is not None and place.leader == leader
        if is_here and lane.waiting and lane not in self._placing and lane.producer is not None:
            self._ready.setdefault(leader, {})[lane] = None
        else:
            self._route(lane)

    async def _send(self, leader: int, taken: dict[Lane, Batch]) -> None:
        if not taken:
            return
        try:
            with broker_errors("records"):
                answer = await self._client.send(leader, _request(taken))
        except BrokersUnavailable as failure:
            for lane in taken:
                lane.on_unsent() if _is_unsent(failure) else lane.on_lost()
                self._hold(lane, str(failure))
            self._client.force_metadata_update()
        except BaseException as error:
            for lane in taken:
                lane.on_lost()
                lane.refuse_all(error if isinstance(error, Exception) else _stopping(lane))
            raise
        else:
            if answer.throttle_time_ms > 0:
                seconds = min(answer.throttle_time_ms / 1000, DELIVERY_SECONDS)
                self._muted_until[leader] = self._loop.time() + seconds
            self._read(answer, taken)

    def _read(self, answer: Any, taken: dict[Lane, Batch]) -> None:
        lanes = {(lane.topic, lane.partition): lane for lane in taken}
        for topic in answer.responses:
            for row in topic.partition_responses:
                lane = lanes.pop((topic.name, row.index), None)
                if lane is None:
                    continue
                if not row.error_code:
                    lane.on_written(row.base_offset, row.log_append_time_ms)
                    continue
                code = _code(row.error_code)
                lane.on_error(code, row.error_message)
                if lane.repeats:
                    self._hold(lane, f"the broker answered {code.name}")
        for lane in lanes.values():
            lane.on_lost()
            self._hold(lane, "the broker left it out of its answer")

    def _hold(self, lane: Lane, reason: str) -> None:
        """Ask anew where the lane's leader is before its next batch is sent."""
        self._forget(lane.topic)
        if lane.waiting and lane not in self._placing:
            task = self._placing[lane] = asyncio.create_task(self._place_again(lane, reason))
            task.add_done_callback(lambda _task: self._placed(lane))

    def _release(self, size: int) -> None:
        self._pending -= 1
        self._pending_bytes -= size
        if self._pending_bytes <= PENDING_BYTES_MAX:
            self._room.set()

    def _no_partition(self, lane: Lane, count: int) -> Refusal:
        return Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"topic {lane.topic!r} has no partition {lane.partition}; it has {count}, from 0",
        )


def _taken(lanes: dict[Lane, None], now: float) -> dict[Lane, Batch]:
    """The next batch of each lane, as many as one request holds."""
    taken: dict[Lane, Batch] = {}
    size = 0
    for lane in lanes:
        if taken and size > REQUEST_BYTES_MAX:
            break
        lane.expire(now, "the brokers were too slow")
        batch = lane.take()
        if batch is not None:
            taken[lane] = batch
            size += len(batch.payload)
    return taken


def _request(taken: dict[Lane, Batch]) -> WireRequest:
    topics: dict[str, list[PartitionProduceData]] = {}
    for lane, batch in taken.items():
        data = PartitionProduceData(lane.partition, memoryview(batch.payload))
        topics.setdefault(lane.topic, []).append(data)
    message = ProduceRequest(
        transactional_id=None,
        acks=_ALL_REPLICAS,
        timeout_ms=ACKNOWLEDGED_MS_MAX,
        topic_data=[
            TopicProduceData(name=topic, partition_data=rows) for topic, rows in topics.items()
        ],
    )
    return WireRequest(ApiKey.PRODUCE, message, max_version=_PRODUCE_VERSION_MAX)


def _stopping(lane: Lane) -> BrokersUnavailable:
    return BrokersUnavailable(f"{lane.subject}: the service is stopping; send it again")


def _is_unsent(failure: BrokersUnavailable) -> bool:
    """Whether there was no connection to send on."""
    return isinstance(failure.__cause__, kafka.NodeNotReadyError)


def _is_absent(refusal: Refusal) -> bool:
    return refusal.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def _code(number: int) -> ErrorCode:
    try:
        return ErrorCode(number)
    except ValueError:
        return ErrorCode.UNKNOWN_SERVER_ERROR
