"""How far a group is behind: in records, and in seconds.

In records it is Kafka's number: the partition's end minus the committed offset. In seconds it is
the age of the first record that the group has not read, by this host's clock and the record's
timestamp; nothing but that record's batch is read for it. What is not known is None.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.groups.extents import Extent, extents_of
from streaming.groups.model import Committed, Group, Member, TopicPartition
from streaming.groups.offsets import committed_offsets
from streaming.records.decoding import decode
from streaming.records.reader import Reader

PROBE_BYTES: Final = 16 * 1024
"""Asked for to see one record; a broker sends one whole batch at least, however large."""

PROBES_MAX: Final = 4
"""Fetches for one partition: more than one where the offset stands before batches without records,
as transactions' markers and compaction leave them."""

PROBES_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition that a group has committed for or that a member of it is assigned.

    ``committed`` is None before the first commit; ``extent`` when the partition is gone or does not
    answer; ``records`` and ``seconds`` when either is unknown, or the record's age is.
    """

    partition: TopicPartition
    committed: Committed | None
    extent: Extent | None
    records: int | None
    seconds: float | None
    owner: Member | None


def records_behind(committed: Committed | None, extent: Extent | None) -> int | None:
    """Offsets between the committed one and the end, those of deleted records included."""
    if committed is None or extent is None:
        return None
    # A commit is ahead of the end when records were lost or the topic was made anew.
    return max(extent.end - committed.offset, 0)


async def lag_of(reader: Reader, group: Group, now_ms: int) -> list[PartitionLag]:
    """The group's lag on every partition, in order; ``now_ms`` is Unix time.

    Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    committed = await committed_offsets(reader, group.name)
    owners = group.owners()
    partitions = sorted(set(committed) | set(owners))
    extents = (await extents_of(reader, partitions)).known
    seconds = await _seconds_behind(reader, committed, extents, now_ms)
    return [
        PartitionLag(
            partition=each,
            committed=committed.get(each),
            extent=extents.get(each),
            records=records_behind(committed.get(each), extents.get(each)),
            seconds=seconds.get(each),
            owner=owners.get(each),
        )
        for each in partitions
    ]


async def _seconds_behind(
    reader: Reader,
    committed: Mapping[TopicPartition, Committed],
    extents: Mapping[TopicPartition, Extent],
    now_ms: int,
) -> dict[TopicPartition, float | None]:
    """Of the partitions that have a committed offset and an extent."""
    slots = asyncio.Semaphore(PROBES_AT_ONCE)

    async def of(partition: TopicPartition) -> float | None:
        async with slots:
            offset, extent = committed[partition].offset, extents[partition]
            return await _seconds(reader, partition, offset, extent, now_ms)

    known: Iterable[TopicPartition] = [each for each in committed if each in extents]
    found = await asyncio.gather(*map(of, known))
    return dict(zip(known, found, strict=True))


async def _seconds(
    reader: Reader, partition: TopicPartition, offset: int, extent: Extent, now_ms: int
) -> float | None:
    """0 when everything was read; None when the record cannot be had or has no timestamp."""
    # What retention has removed nobody can read any more: the first record that is left counts.
    position = max(offset, extent.start)
    for _ in range(PROBES_MAX):
        if position >= extent.end:
            return 0.0
        try:
            fetched = await reader.fetch_partition(
                partition.topic, partition.partition, position, wait_ms=0, max_bytes=PROBE_BYTES
            )
        except Refusal:
            return None
        if fetched.error is not ErrorCode.NONE:
            return None
        decoded = await decode(fetched.records, position, max_records=1, max_bytes=1)
        if decoded.records and not decoded.unreadable:
            timestamp_ms = decoded.records[0].timestamp_ms
            # Producers' clocks differ from ours: a record from the future is not behind.
            return None if timestamp_ms < 0 else max(now_ms - timestamp_ms, 0) / 1000
        if decoded.unreadable or decoded.next_offset <= position:
            return None
        position = decoded.next_offset
    return None
