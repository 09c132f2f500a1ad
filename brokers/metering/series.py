"""Sparse points of rising counters, laid on an even grid. Times are whole Unix seconds.

A *tick* is a moment at which somebody looked at everything. A series has a point only at ticks at
which it had changed; between two points it is as at the first. Where there was no tick, nothing is
known.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

V = TypeVar("V")


def bucket_end(at_s: int, step_s: int) -> int:
    """The bucket that ``at_s`` is in, named by its end: the multiple of ``step_s`` at or after
    it."""
    return -(-at_s // step_s) * step_s


def grid(since_s: int, until_s: int, step_s: int) -> list[int]:
    """The ends of the buckets that lie in (``since_s``, ``until_s``]."""
    return list(range(bucket_end(since_s + 1, step_s), until_s + 1, step_s))


def last_in_buckets(ticks: Sequence[int], ends: Sequence[int], step_s: int) -> list[int | None]:
    """The last of the rising ``ticks`` in each bucket; None where nobody looked."""
    last = {bucket_end(tick, step_s): tick for tick in ticks}
    return [last.get(end) for end in ends]


def values_at(
    points: Sequence[tuple[int, V]], ticks: Sequence[int | None], before: V
) -> list[V | None]:
    """What the series was at each tick, None where that is None. ``points`` rise in time;
    ``before`` is what it was before its first point."""
    times = [at for at, _ in points]
    found: list[V | None] = []
    for tick in ticks:
        if tick is None:
            found.append(None)
            continue
        index = bisect_right(times, tick)
        found.append(points[index - 1][1] if index else before)
    return found


def rates(
    ticks: Sequence[int | None], counts: Sequence[int | None], base: tuple[int, int] | None
) -> list[float | None]:
    """Per second, between each tick and the one before it that is known; ``base`` is the tick and
    the count before the first. Over a gap it is the average, told at the gap's end. Never negative:
    a counter that fell, as after a restore, counts from there on."""
    found: list[float | None] = []
    last = base
    for tick, count in zip(ticks, counts, strict=True):
        if tick is None or count is None:
            found.append(None)
            continue
        rate = None if last is None else max(0, count - last[1]) / (tick - last[0])
        found.append(rate)
        last = tick, count
    return found
