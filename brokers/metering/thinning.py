"""Which points of a series stay when it is thinned to a coarser step."""

from collections.abc import Iterable

from brokers.metering.series import bucket_end


def kept(times: Iterable[int], step_s: int) -> set[int]:
    """The last of each bucket: what a counter was at the bucket's end, it still is."""
    last: dict[int, int] = {}
    for at in times:
        end = bucket_end(at, step_s)
        last[end] = max(at, last.get(end, at))
    return set(last.values())


def horizon(now_s: int, age_s: int, step_s: int) -> int:
    """Where a series ends that is old enough to be thinned to ``step_s``: buckets that are whole,
    and all of them at least ``age_s`` old."""
    return (now_s - age_s) // step_s * step_s
