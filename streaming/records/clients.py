"""The pool of the edge's Kafka clients: one per event loop, none shared across identities."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary

from aiokafka.client import AIOKafkaClient
from django.conf import settings

from streaming.records.connection import WayIn, client_options, way_in
from streaming.records.failures import Throttled, TooManyClients
from streaming.records.identity import Identity
from streaming.records.outgoing import Delivered, OutgoingRecord, Parcel
from streaming.records.producer import ACKNOWLEDGED_MS_MAX, Producer
from streaming.records.reader import THROTTLE_SECONDS_MAX, PartitionPlace, Reader

logger = logging.getLogger(__name__)

IDLE_SECONDS: Final = 60
READERS_MAX: Final = 512
"""Readers in use at one web process; each is a connection to as many brokers as it asks."""
READERS_PER_TENANT_MAX: Final = 128
PRODUCE_LIMITS: Final = ("produce_bytes_per_s", "request_time_percent")
PRODUCE_TIMEOUT_MS: Final = ACKNOWLEDGED_MS_MAX + 5_000
"""A broker that says nothing for so long is taken for lost, and its connection closed."""


class Clients:
    """Readers to lease and producers to share. Lives on one event loop; closes what is idle."""

    def __init__(self, way: WayIn) -> None:
        self._way = way
        self._idle_readers: dict[Identity, list[tuple[float, Reader]]] = {}
        self._readers_by_tenant: Counter[str] = Counter()
        self._producers: dict[Identity, asyncio.Task[Producer]] = {}
        self._producer_used: dict[Identity, float] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._upkeep: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def reader(self, identity: Identity) -> AsyncIterator[Reader]:
        """Lease a reader. Raises ``TooManyClients`` and ``BrokersUnavailable``."""
        self._admit(identity.tenant_id)
        try:
            reader = self._idle_reader(identity) or await self._new_reader(identity)
            try:
                yield reader
            finally:
                self._give_back(identity, reader)
        finally:
            self._readers_by_tenant[identity.tenant_id] -= 1
            self._readers_by_tenant += Counter()  # drops tenants at zero

    async def partitions(self, identity: Identity, topic: str) -> Mapping[int, PartitionPlace]:
        """A topic's partitions as they were a few seconds ago at most.

        Raises ``Refusal`` (UNKNOWN_TOPIC_OR_PARTITION among others) and ``BrokersUnavailable``.
        """
        return await (await self._producer(identity)).partitions(topic)

    async def current_partitions(
        self, identity: Identity, topic: str
    ) -> Mapping[int, PartitionPlace]:
        """``partitions``, asked of a broker now: for one that is not among those known."""
        return await (await self._producer(identity)).current_partitions(topic)

    def require_unthrottled(self, identity: Identity) -> None:
        """Raise ``Throttled`` when the brokers want no records in this name for longer than a
        request should wait."""
        seconds = self._throttle_seconds(identity)
        if seconds > THROTTLE_SECONDS_MAX:
            raise Throttled(PRODUCE_LIMITS, seconds)

    async def until_unthrottled(self, identity: Identity) -> None:
        """Wait until the brokers take records in this name again."""
        seconds = self._throttle_seconds(identity)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _throttle_seconds(self, identity: Identity) -> float:
        starting = self._producers.get(identity)
        if starting is None or not starting.done() or starting.cancelled() or starting.exception():
            return 0.0
        return starting.result().throttle_seconds

    async def submit(
        self, identity: Identity, record: OutgoingRecord
    ) -> "asyncio.Future[Delivered]":
        """Put a record on its way; the future tells what became of it.

        Records of one partition are written in the order in which this returned. The future raises
        ``Refusal`` and ``BrokersUnavailable``, this the latter.
        """
        parcel = await self.submit_many(identity, [record])
        delivered: asyncio.Future[Delivered] = asyncio.get_running_loop().create_future()
        parcel.done.add_done_callback(lambda _done: _tell(parcel, delivered))
        return delivered

    async def submit_many(self, identity: Identity, records: Sequence[OutgoingRecord]) -> Parcel:
        """Put records of one partition on their way, in their order; at least one.

        Wait for ``done``; each has its own outcome then. Raises ``BrokersUnavailable``.
        """
        return await (await self._producer(identity)).submit(records)

    async def close(self) -> None:
        """Close every client that is not leased."""
        if self._upkeep:
            self._upkeep.cancel()
            self._upkeep = None
        for identity in list(self._producers):
            self._retire(identity)
        for readers in self._idle_readers.values():
            self._close_later(*(reader for _since, reader in readers))
        self._idle_readers.clear()
        if self._closing:
            await asyncio.wait(self._closing)

    def _admit(self, tenant_id: str) -> None:
        if self._readers_by_tenant[tenant_id] >= READERS_PER_TENANT_MAX:
            raise TooManyClients("This tenant", READERS_PER_TENANT_MAX)
        if self._readers_by_tenant.total() >= READERS_MAX:
            raise TooManyClients("The service", READERS_MAX)
        self._readers_by_tenant[tenant_id] += 1

    def _idle_reader(self, identity: Identity) -> Reader | None:
        waiting = self._idle_readers.get(identity)
        if not waiting:
            return None
        _since, reader = waiting.pop()
        if not waiting:
            del self._idle_readers[identity]
        return reader

    async def _new_reader(self, identity: Identity) -> Reader:
        options = client_options(self._way, identity)
        reader = Reader(AIOKafkaClient(**options))
        try:
            await reader.start()
        except BaseException:
            self._close_later(reader)
            raise
        return reader

    def _give_back(self, identity: Identity, reader: Reader) -> None:
        if reader.broken:
            self._close_later(reader)
            return
        now = asyncio.get_running_loop().time()
        self._idle_readers.setdefault(identity, []).append((now, reader))
        self._keep_up()

    async def _producer(self, identity: Identity) -> Producer:
        """The identity's producer, started; concurrent callers wait for the same start."""
        starting = self._producers.get(identity)
        if starting is None:
            starting = asyncio.create_task(self._new_producer(identity))
            self._producers[identity] = starting
            self._keep_up()
        try:
            producer = await asyncio.shield(starting)
        except Exception:
            if self._producers.get(identity) is starting:
                del self._producers[identity]
            raise
        self._producer_used[identity] = asyncio.get_running_loop().time()
        return producer

    async def _new_producer(self, identity: Identity) -> Producer:
        options = client_options(self._way, identity)
        options["request_timeout_ms"] = PRODUCE_TIMEOUT_MS
        producer = Producer(AIOKafkaClient(**options))
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer

    def _retire(self, identity: Identity) -> None:
        starting = self._producers.pop(identity)
        self._producer_used.pop(identity, None)
        if starting.done() and not starting.cancelled() and starting.exception() is None:
            self._close_later(starting.result())
        else:
            starting.cancel()

    def _close_later(self, *clients: Reader | Producer) -> None:
        for client in clients:
            ending = client.close() if isinstance(client, Reader) else client.stop()
            task = asyncio.create_task(ending)
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _keep_up(self) -> None:
        if self._upkeep is None or self._upkeep.done():
            self._upkeep = asyncio.create_task(self._close_idle())

    async def _close_idle(self) -> None:
        """Runs while anything is pooled, so that a service at rest holds no connection."""
        while self._idle_readers or self._producers:
            await asyncio.sleep(IDLE_SECONDS / 4)
            before = asyncio.get_running_loop().time() - IDLE_SECONDS
            for identity, waiting in list(self._idle_readers.items()):
                self._close_later(*(reader for since, reader in waiting if since < before))
                kept = [entry for entry in waiting if entry[0] >= before]
                if kept:
                    self._idle_readers[identity] = kept
                else:
                    del self._idle_readers[identity]
            for identity, starting in list(self._producers.items()):
                used = self._producer_used.setdefault(identity, before + IDLE_SECONDS)
                if not starting.done() or used >= before:
                    continue
                if starting.exception() or not starting.result().in_use:
                    self._retire(identity)


def _tell(parcel: Parcel, delivered: "asyncio.Future[Delivered]") -> None:
    (outcome,) = parcel.outcomes
    if delivered.done():
        return
    if isinstance(outcome, Exception):
        delivered.set_exception(outcome)
    elif outcome is not None:
        delivered.set_result(outcome)


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Clients]" = WeakKeyDictionary()


def current_clients() -> Clients:
    """The pool of the running event loop, made on first use from the deployment's settings."""
    loop = asyncio.get_running_loop()
    clients = _by_loop.get(loop)
    if clients is None:
        clients = _by_loop[loop] = Clients(way_in(settings.HEADWATER))
    return clients
