"""A client that is never blocked by its own request: a new attempt every few milliseconds."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.registry import ApiKey
from tests.torture.measure.connection import Connections

ATTEMPT_EVERY_S: Final = 0.025
METADATA_EVERY_S: Final = 0.02
PRODUCE_VERSION: Final = 9
METADATA_VERSION: Final = 9
WITHIN_MS: Final = 5_000

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Led:
    """A partition as the newest answer told it; ``leader`` is -1 while it has none."""

    leader: int
    epoch: int
    isr: frozenset[int]
    replicas: frozenset[int]

    @property
    def is_whole(self) -> bool:
        return self.leader >= 0 and self.isr == self.replicas


class Probe:
    """Asks every broker for Metadata all the time. ``partitions`` is the newest of all answers."""

    def __init__(self, connections: Connections, topics: Sequence[str]) -> None:
        self.partitions: dict[Partition, Led] = {}
        self._connections = connections
        self._topics = topics
        self._sent = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Probe"]:
        tasks = [asyncio.create_task(self._connections.keep())]
        tasks += [asyncio.create_task(self._watch(each)) for each in self._connections.brokers]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, broker: int) -> None:
        asked = [MetadataRequestTopic(name=topic) for topic in self._topics]
        request = MetadataRequest(topics=asked, allow_auto_topic_creation=False)
        while True:
            future = self._connections.ask(broker, ApiKey.METADATA, METADATA_VERSION, request)
            if future is not None:
                await asyncio.wait([future])
                if future.exception() is None:
                    self._take(future.result())
            await asyncio.sleep(METADATA_EVERY_S)

    def _take(self, answer: Any) -> None:
        for topic in answer.topics:
            for told in topic.partitions:
                where = topic.name, told.partition_index
                known = self.partitions.get(where)
                if known is None or told.leader_epoch >= known.epoch:
                    self.partitions[where] = Led(
                        told.leader_id,
                        told.leader_epoch,
                        frozenset(told.isr_nodes),
                        frozenset(told.replica_nodes),
                    )

    async def until_whole(self, count: int) -> None:
        """``count`` partitions are known, all with a leader and their full ISR."""
        while True:
            found = self.partitions.values()
            if len(found) == count and all(each.is_whole for each in found):
                return
            await asyncio.sleep(METADATA_EVERY_S)

    async def first_write(self, where: Partition) -> float:
        """When a write that was sent after this call was acknowledged by the whole ISR."""
        attempts: set[asyncio.Future[Any]] = set()
        while True:
            found = self.partitions.get(where)
            attempt = None if found is None else self.attempt(found.leader, [where])
            if attempt is not None:
                attempts.add(attempt)
            if not attempts:
                await asyncio.sleep(ATTEMPT_EVERY_S)
                continue
            begun = time.monotonic()
            done, attempts = await asyncio.wait(
                attempts, timeout=ATTEMPT_EVERY_S, return_when=asyncio.FIRST_COMPLETED
            )
            if any(acknowledged(each) for each in done):
                return time.monotonic()
            await asyncio.sleep(max(0.0, begun + ATTEMPT_EVERY_S - time.monotonic()))

    def attempt(self, broker: int, partitions: Sequence[Partition]) -> Any:
        """Send one record to each partition, ``acks=all``: a future, or None without connection."""
        by_topic: dict[str, list[PartitionProduceData]] = {}
        for topic, number in partitions:
            self._sent += 1
            batch = build_batch(
                [NewRecord(None, b"%d" % self._sent)], base_timestamp=time.time_ns() // 1_000_000
            )
            by_topic.setdefault(topic, []).append(PartitionProduceData(number, memoryview(batch)))
        topics = [TopicProduceData(name=name, partition_data=d) for name, d in by_topic.items()]
        request = ProduceRequest(None, -1, WITHIN_MS, topics)
        return self._connections.ask(broker, ApiKey.PRODUCE, PRODUCE_VERSION, request)


def acknowledged(attempt: asyncio.Future[Any]) -> list[Partition]:
    """The partitions that took the record; none of an attempt that failed."""
    if attempt.exception() is not None:
        return []
    return [
        (topic.name, each.index)
        for topic in attempt.result().responses
        for each in topic.partition_responses
        if each.error_code == 0
    ]


def by_leader(partitions: Mapping[Partition, Led]) -> dict[int, list[Partition]]:
    found: dict[int, list[Partition]] = {}
    for where, led in partitions.items():
        if led.leader >= 0:
            found.setdefault(led.leader, []).append(where)
    return found
