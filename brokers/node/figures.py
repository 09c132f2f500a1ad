"""A broker's figures for people: read every few seconds, and published where they changed.

All brokers read at the same moments of the wall clock, so that what one interval added up to is the
same interval everywhere. Serving waits for none of this: readings are taken in slices that give way
to requests, and a store that is away costs the missing sample.
"""

import asyncio
import heapq
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex, TopicId
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.ports import BrokerReading, FiguresStore, MetadataUnavailable, ReplicaReading

if TYPE_CHECKING:
    from brokers.node.node import Node

REPLICAS_MAX: Final = 5_000
"""Published at once: about a tenth of a second of PostgreSQL's time. The others' turn comes next,
those that have waited longest first."""

SLICE: Final = 200
"""Replicas that are read without giving way to requests: less than a millisecond."""

Key = tuple[TopicId, PartitionIndex]


class NoFigures:
    """A node by itself: nobody looks at it."""

    async def publish(
        self,
        broker_id: BrokerId,
        incarnation: Incarnation,
        broker: BrokerReading,
        replicas: Sequence[ReplicaReading],
    ) -> None: ...

    async def roll_up(self) -> None: ...


class Published:
    """What the store has of each replica, as far as it has said so."""

    def __init__(self) -> None:
        self._taken: dict[Key, tuple[int, ReplicaReading]] = {}
        self._number = 0
        self._generation = 0

    def forget_before(self, generation: int) -> None:
        """The store was restored from the past and rebuilt: it may have forgotten."""
        if generation > self._generation:
            self._generation = generation
            self._taken.clear()

    def changed(self, readings: Iterable[ReplicaReading]) -> list[ReplicaReading]:
        """Those that the store does not have so; at most ``REPLICAS_MAX``, and those first that it
        heard of longest ago."""
        news: list[tuple[int, ReplicaReading]] = []
        for reading in readings:
            taken = self._taken.get(reading[:2])
            if taken is None:
                news.append((0, reading))
            elif taken[1] != reading:
                news.append((taken[0], reading))
        if len(news) > REPLICAS_MAX:
            news = heapq.nsmallest(REPLICAS_MAX, news)
        return [reading for _, reading in news]

    def were_taken(self, readings: Iterable[ReplicaReading]) -> None:
        self._number += 1
        for reading in readings:
            self._taken[reading[:2]] = (self._number, reading)


async def publish_figures(node: "Node", store: FiguresStore) -> None:
    """Read and publish at each interval, and roll up half an interval later, until cancelled."""
    published = Published()
    interval_ms = max(1, round(node.config.figures_interval_s * 1000))
    while True:
        await asyncio.sleep((interval_ms - node.clock.now_ms() % interval_ms) / 1000)
        if not node.is_serving:
            continue
        published.forget_before(node.image.generation)
        replicas = await read_replicas([*node.partitions])
        changed = published.changed(replicas)
        try:
            await store.publish(
                node.broker_id, node.incarnation, read_broker(node, replicas), changed
            )
            published.were_taken(changed)
            await asyncio.sleep(interval_ms / 2000)
            await store.roll_up()
        except MetadataUnavailable:
            continue


async def read_replicas(partitions: Sequence[PartitionRuntime]) -> list[ReplicaReading]:
    """All of them, between requests."""
    readings = []
    for start in range(0, len(partitions), SLICE):
        readings += [
            _reading(each) for each in partitions[start : start + SLICE] if not each.is_closed
        ]
        await asyncio.sleep(0)
    return readings


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
    )


def read_broker(node: "Node", replicas: Sequence[ReplicaReading]) -> BrokerReading:
    """How the broker is now; ``replicas`` is what it holds."""
    disk_bytes, disk_free_bytes = _room(node.config.volume)
    metrics = node.metrics
    return BrokerReading(
        disk_bytes=disk_bytes,
        disk_free_bytes=disk_free_bytes,
        leaders=sum(partition.is_leader for partition in node.partitions),
        replicas=len(replicas),
        stored_bytes=sum(reading.stored_bytes for reading in replicas),
        bytes_in=sum(counter.bytes_in for counter in metrics.partitions.values()),
        bytes_out=sum(counter.bytes_out for counter in metrics.partitions.values()),
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
