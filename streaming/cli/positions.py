"""From where to start, as it was typed, to one offset per partition."""

from dataclasses import dataclass

from streaming.cli.offsets import At, BeforeEnd, Earliest, Latest, Since, Start


@dataclass(frozen=True, slots=True)
class Range:
    """What a partition has: from ``low`` to before ``high``, the offset of its next record."""

    low: int
    high: int


def position(start: Start, available: Range, at_time: int | None) -> int:
    """The offset to begin with, always within ``available`` (or its end).

    ``at_time`` is the first offset at or after the time of a ``Since``, None when there is none. An
    offset outside of what the partition has becomes the nearest one that it has: with several
    partitions one number seldom fits all.
    """
    match start:
        case Earliest():
            return available.low
        case Latest():
            return available.high
        case At(offset):
            return min(max(offset, available.low), available.high)
        case BeforeEnd(count):
            return max(available.high - count, available.low)
        case Since():
            return available.high if at_time is None else max(at_time, available.low)
