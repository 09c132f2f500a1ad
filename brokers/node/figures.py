"""A broker's figures for people: read every few seconds, and published where they changed.

All brokers read at the same moments of the wall clock, so that what one interval added up to is the
same interval everywhere. Serving waits for none of this: readings are taken in slices that give way
to requests, and a store that is away costs the missing sample.
"""

import asyncio
import heapq
import logging
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex, TenantId, TopicId
from brokers.node.authentication.broker_token import BROKERS
from brokers.node.client_uses import ClientUses
from brokers.node.metrics import TenantCounter
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.ports import (
    BrokerReading,
    FiguresStore,
    MetadataUnavailable,
    PrincipalReading,
    Readings,
    ReplicaReading,
    UseReading,
)
from brokers.quotas.client_use import ClientUse
from brokers.quotas.tenant_quotas import GROUPS, TenantQuotas

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

REPLICAS_MAX: Final = 5_000
"""Published at once: about a tenth of a second of PostgreSQL's time. The others' turn comes next,
those that have waited longest first."""

PRINCIPALS_MAX: Final = 2_000
"""Published at once, as ``REPLICAS_MAX``."""

LEAVE_SECONDS: Final = 0.5

SLICE: Final = 200
"""Replicas that are looked at without giving way to requests: half a millisecond."""

T = TypeVar("T")
Key = tuple[TopicId, PartitionIndex]


class NoFigures:
    """A node by itself: nobody looks at it."""

    async def publish(
        self, broker_id: BrokerId, incarnation: Incarnation, readings: Readings
    ) -> None: ...

    async def roll_up(self) -> None: ...

    async def stored_bytes(self) -> dict[TenantId, int]:
        return {}


@dataclass(slots=True)
class Look:
    """One reading of everything, as far as it has come."""

    leaders: int = 0
    replicas: int = 0
    stored_bytes: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    changed: list[tuple[int, ReplicaReading]] = field(default_factory=list)
    """With the number of the publication that told of the replica last, 0 for none."""

    def first_changed(self) -> list[ReplicaReading]:
        """At most ``REPLICAS_MAX``: those that the store heard of longest ago."""
        chosen = self.changed
        if len(chosen) > REPLICAS_MAX:
            chosen = heapq.nsmallest(REPLICAS_MAX, chosen)
        return [reading for _, reading in chosen]


class Published:
    """What the store has of each replica, as far as it has said so."""

    def __init__(self) -> None:
        self._taken: dict[Key, tuple[int, ReplicaReading]] = {}
        self._principals: dict[tuple[TenantId, str], PrincipalReading] = {}
        self._uses: dict[TenantId, UseReading] = {}
        self._turn = 0
        self._number = 0
        self._generation = 0

    def forget_before(self, generation: int) -> None:
        """The store was restored from the past and rebuilt: it may have forgotten."""
        if generation > self._generation:
            self._generation = generation
            self._taken.clear()
            self._principals.clear()
            self._uses.clear()

    def changed(self, readings: Iterable[ReplicaReading]) -> list[tuple[int, ReplicaReading]]:
        """Those that the store does not have so, as in ``Look``."""
        news = []
        for reading in readings:
            taken = self._taken.get(reading[:2])
            if taken is None:
                news.append((0, reading))
            elif taken[1] != reading:
                news.append((taken[0], reading))
        return news

    def were_taken(self, readings: Iterable[ReplicaReading]) -> None:
        self._number += 1
        for reading in readings:
            self._taken[reading[:2]] = (self._number, reading)

    def changed_principals(self, readings: Iterable[PrincipalReading]) -> list[PrincipalReading]:
        """Those that the store does not have so: ``PRINCIPALS_MAX`` at most, in turn."""
        news = [each for each in readings if self._principals.get(each[:2]) != each]
        if len(news) <= PRINCIPALS_MAX:
            return news
        start = self._turn % len(news)
        self._turn = start + PRINCIPALS_MAX
        return (news[start:] + news[:start])[:PRINCIPALS_MAX]

    def changed_uses(self, readings: Iterable[UseReading]) -> list[UseReading]:
        """Those that the store does not have so."""
        return [each for each in readings if self._uses.get(each.tenant_id) != each]

    def uses_were_taken(self, readings: Iterable[UseReading]) -> None:
        for reading in readings:
            self._uses[reading.tenant_id] = reading

    def principals_were_taken(self, readings: Iterable[PrincipalReading]) -> None:
        for reading in readings:
            self._principals[reading[:2]] = reading


class Figures:
    """A node's figures on their way to the store."""

    def __init__(self, node: "Node", store: FiguresStore) -> None:
        self._node = node
        self._store = store
        self._published = Published()
        self._clients = ClientUses(node)

    async def work(self) -> None:
        """Read and publish at each interval, and roll up half an interval later, until
        cancelled."""
        node = self._node
        interval_ms = max(1, round(node.config.figures_interval_s * 1000))
        while True:
            await asyncio.sleep((interval_ms - node.clock.now_ms() % interval_ms) / 1000)
            if not node.is_serving:
                continue
            try:
                await self._publish()
                await asyncio.sleep(interval_ms / 2000)
                await self._store.roll_up()
                node.quotas.have_stored(await self._store.stored_bytes())
            except MetadataUnavailable:
                continue

    async def leave(self) -> None:
        """The broker stops: what it counted since it last published would be lost."""
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._publish()
        except (MetadataUnavailable, TimeoutError):
            log.info("the last figures could not be published")

    async def _publish(self) -> None:
        node = self._node
        self._published.forget_before(node.image.generation)
        look = await look_at(node, self._published)
        changed = look.first_changed()
        principals = self._published.changed_principals(_principals(node))
        uses = self._published.changed_uses(_uses(node, await self._clients.look()))
        readings = Readings(_broker_reading(node, look), changed, principals, uses)
        await self._store.publish(node.broker_id, node.incarnation, readings)
        self._published.uses_were_taken(uses)
        self._published.were_taken(changed)
        self._published.principals_were_taken(principals)


async def look_at(node: "Node", published: Published) -> Look:
    """Read all replicas and counters, between requests."""
    look = Look()
    async for partitions in _slices([*node.partitions]):
        readings = []
        for partition in partitions:
            if partition.is_closed:
                continue
            reading = _reading(partition)
            readings.append(reading)
            look.leaders += partition.is_leader
            look.stored_bytes += reading.stored_bytes
        look.replicas += len(readings)
        look.changed += published.changed(readings)
    # Those of partitions that have left are among them.
    async for counters in _slices([*node.metrics.partitions.values()]):
        look.bytes_in += sum(counter.bytes_in for counter in counters)
        look.bytes_out += sum(counter.bytes_out for counter in counters)
    return look


async def _slices(things: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    for start in range(0, len(things), SLICE):
        yield things[start : start + SLICE]
        await asyncio.sleep(0)


def _reading(partition: PartitionRuntime) -> ReplicaReading:
    counter, sizes = partition.counter, partition.log.describe()
    return ReplicaReading(
        partition.topic_id,
        partition.index,
        counter.records_in,
        counter.bytes_in,
        counter.bytes_out,
        sizes.log_start_offset,
        partition.high_watermark,
        sizes.size_bytes,
        counter.requests,
    )


def _principals(node: "Node") -> list[PrincipalReading]:
    return [
        PrincipalReading(
            tenant_id,
            name,
            counter.records_in,
            counter.bytes_in,
            counter.bytes_out,
            counter.requests,
        )
        for tenant_id, tenant in node.metrics.tenants.items()
        if tenant_id != BROKERS  # Copying is nobody's use.
        for name, counter in tenant.principals.items()
    ]


def _uses(node: "Node", clients: Mapping[TenantId, tuple[ClientUse, ...]]) -> list[UseReading]:
    now_ms = node.clock.monotonic_ms()
    return [
        _use(tenant, node.metrics.tenant(tenant_id), clients.get(tenant_id, ()), now_ms)
        for tenant_id, tenant in node.quotas.tenants.items()
        if tenant_id in node.image.tenants
    ]


def _use(
    tenant: TenantQuotas, counter: TenantCounter, clients: tuple[ClientUse, ...], now_ms: int
) -> UseReading:
    return UseReading(
        tenant.tenant_id,
        counter.connections,
        tenant.counts[GROUPS].count,
        round(tenant.busy_ms),
        counter.logins,
        counter.recent_batch(now_ms),
        clients,
    )


def _broker_reading(node: "Node", look: Look) -> BrokerReading:
    disk_bytes, disk_free_bytes = _room(node.config.volume)
    metrics = node.metrics
    return BrokerReading(
        disk_bytes=disk_bytes,
        disk_free_bytes=disk_free_bytes,
        leaders=look.leaders,
        replicas=look.replicas,
        stored_bytes=look.stored_bytes,
        bytes_in=look.bytes_in,
        bytes_out=look.bytes_out,
        network_in=metrics.network_in,
        network_out=metrics.network_out,
        requests=metrics.requests,
    )


def _room(volume: Path) -> tuple[int | None, int | None]:
    try:
        usage = shutil.disk_usage(volume)
    except OSError:
        return None, None
    return usage.total, usage.free
