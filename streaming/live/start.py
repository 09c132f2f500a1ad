"""From which offsets a subscriber starts."""

from collections.abc import Mapping, Sequence

from streaming.live.fanout import Tail
from streaming.live.start_from import (
    FromEarliest,
    FromEnd,
    FromLatest,
    FromOffset,
    FromTimestamp,
    Start,
)
from streaming.records.reader import EARLIEST, LATEST, Reader


async def resolve_starts(
    reader: Reader,
    topic: str,
    partitions: Sequence[int],
    start: Start,
    *,
    resume: Mapping[int, int],
    tail: Tail,
) -> dict[int, int]:
    """First offset by partition: that of ``resume`` where it has one, else by ``start``.

    An offset that is no longer kept becomes the oldest that is, and one past the end the end.
    Raises as ``Reader.offsets`` does.
    """
    others = [partition for partition in partitions if partition not in resume]
    wanted = await _from(reader, topic, others, start, tail)
    wanted.update((p, offset) for p, offset in resume.items() if p in partitions)
    if isinstance(start, FromLatest | FromEarliest) and not resume:
        return wanted
    earliest = await reader.offsets(topic, dict.fromkeys(partitions, EARLIEST))
    latest = await reader.offsets(topic, dict.fromkeys(partitions, LATEST))
    return {p: min(max(offset, earliest[p]), latest[p]) for p, offset in wanted.items()}


async def _from(
    reader: Reader, topic: str, partitions: Sequence[int], start: Start, tail: Tail
) -> dict[int, int]:
    if not partitions:
        return {}
    match start:
        case FromLatest():
            return {partition: tail.positions[partition] for partition in partitions}
        case FromEarliest():
            return await reader.offsets(topic, dict.fromkeys(partitions, EARLIEST))
        case FromTimestamp(timestamp_ms):
            return await reader.offsets(topic, dict.fromkeys(partitions, timestamp_ms))
        case FromOffset(offset):
            return dict.fromkeys(partitions, offset)
        case FromEnd(records):
            ends = await reader.offsets(topic, dict.fromkeys(partitions, LATEST))
            return {partition: end - records for partition, end in ends.items()}
