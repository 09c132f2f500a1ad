"""What partitions hold: where their logs start and end, and where a time is in them."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.model import TopicPartition
from streaming.groups.offsets import by_topic
from streaming.records.failures import refusal_of
from streaming.records.reader import EARLIEST, LATEST, NO_LEADER, PartitionPlace, Reader


@dataclass(frozen=True, slots=True)
class Extent:
    """The offsets from ``start`` up to, without, ``end``; the end is the high watermark."""

    start: int
    end: int

    def nearest(self, offset: int) -> int:
        """``offset``, or the nearest that a group can go on from here."""
        return min(max(offset, self.start), self.end)


@dataclass(frozen=True, slots=True)
class Extents:
    """What is known, and why of some partitions nothing is."""

    known: Mapping[TopicPartition, Extent]
    refused: Mapping[TopicPartition, Refusal]


async def extents_of(reader: Reader, partitions: Iterable[TopicPartition]) -> Extents:
    """The extents of ``partitions``, all topics at once. A topic that is gone, a partition that is
    not there or that nobody leads is refused alone. Raises ``BrokersUnavailable``.
    """
    topics = by_topic(partitions)
    parts = await asyncio.gather(
        *(_of_topic(reader, topic, indexes) for topic, indexes in topics.items())
    )
    return Extents(
        {partition: extent for part in parts for partition, extent in part.known.items()},
        {partition: refusal for part in parts for partition, refusal in part.refused.items()},
    )


async def _of_topic(reader: Reader, topic: str, indexes: list[int]) -> Extents:
    try:
        places = await reader.partitions(topic)
        refused = {
            TopicPartition(topic, index): refusal
            for index in indexes
            if (refusal := _refusal(topic, index, places.get(index), len(places))) is not None
        }
        served = [index for index in indexes if TopicPartition(topic, index) not in refused]
        starts = await reader.offsets(topic, dict.fromkeys(served, EARLIEST))
        ends = await reader.offsets(topic, dict.fromkeys(served, LATEST))
    except Refusal as refusal:
        return Extents({}, {TopicPartition(topic, index): refusal for index in indexes})
    known = {
        # Retention may move the start between the two answers.
        TopicPartition(topic, index): Extent(min(starts[index], ends[index]), ends[index])
        for index in served
    }
    return Extents(known, refused)


def _refusal(topic: str, index: int, place: PartitionPlace | None, count: int) -> Refusal | None:
    if place is None:
        return Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"topic {topic!r} has no partition {index}; it has {count}, from 0",
        )
    if place.leader == NO_LEADER:
        return refusal_of(ErrorCode.LEADER_NOT_AVAILABLE, f"topic {topic!r}/{index}")
    return None


async def all_partitions(reader: Reader, topic: str) -> list[TopicPartition]:
    """Every partition of a topic. Raises ``Refusal`` and ``BrokersUnavailable``."""
    return [TopicPartition(topic, index) for index in sorted(await reader.partitions(topic))]


async def offsets_at(
    reader: Reader, partitions: Iterable[TopicPartition], timestamp_ms: int
) -> dict[TopicPartition, int]:
    """The first offset at or after a time (Unix ms); the end where no record is that late.

    Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    topics = by_topic(partitions)
    found = await asyncio.gather(
        *(
            reader.offsets(topic, dict.fromkeys(indexes, timestamp_ms))
            for topic, indexes in topics.items()
        )
    )
    return {
        TopicPartition(topic, index): offset
        for topic, offsets in zip(topics, found, strict=True)
        for index, offset in offsets.items()
    }
