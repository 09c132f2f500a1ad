"""Time series of tenants, topics and consumer groups, on an even grid up to now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from brokers.metering.series import bucket_end, grid, last_in_buckets, rates, values_at
from brokers.metering.steps import FINEST_S, GROUPS_S
from brokers.models import FiguresTick, GroupPoint, TenantPoint, TopicPoint
from tenants import scope

Values = Sequence[float | int | None]

LATE_S: Final = 3 * FINEST_S
"""The newest tick may be so long ago and still be the end of the grid."""

GROUPS_LATE_S: Final = 3 * GROUPS_S

COUNTERS: Final = ("bytes_in", "bytes_out", "records_in")
GAUGES: Final = ("stored_bytes", "stored_records", "partitions", "under_replicated", "offline")
_COLUMNS: Final = (*COUNTERS, *GAUGES)
_NOTHING: Final = (0,) * len(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Window:
    """The last ``seconds`` until ``now_s``, in steps of ``step_s``."""

    now_s: int
    seconds: int
    step_s: int


@dataclass(frozen=True, slots=True)
class Series:
    """``times_s`` are the ends of steps; each of ``values`` has one for each, None where nothing is
    known."""

    step_s: int
    times_s: list[int]
    values: dict[str, Values]


@dataclass(frozen=True, slots=True)
class GroupSeries:
    """``lag`` in records over all topics, ``lag_seconds`` of the partition that is most behind."""

    step_s: int
    times_s: list[int]
    lag: Values
    lag_seconds: Values
    per_topic: dict[str, Values]


def tenant_series(tenant_id: UUID | str, window: Window) -> Series:
    """All of a tenant's topics together, those of them that were deleted included."""
    with scope.tenant(tenant_id):
        return _series(TenantPoint.objects.filter(tenant_id=tenant_id), window)


def topic_series(tenant_id: UUID | str, topic_id: UUID, window: Window) -> Series:
    """One topic of the tenant."""
    with scope.tenant(tenant_id):
        return _series(TopicPoint.objects.filter(topic_id=topic_id), window)


def _series(rows: QuerySet[Any], window: Window) -> Series:
    since_s = window.now_s - window.seconds
    ticks = _ticks(since_s)
    ends = grid(since_s, _last_end(ticks, window), window.step_s)
    looked = last_in_buckets(ticks, ends, window.step_s)
    before = [tick for tick in ticks if not ends or tick <= ends[0] - window.step_s]
    base = before[-1] if before else None
    points = _points(rows, since_s)
    found = values_at(points, looked, _NOTHING)
    (at_base,) = values_at(points, [base], _NOTHING)
    values: dict[str, Values] = {}
    for number, name in enumerate(_COLUMNS):
        counts = [None if each is None else each[number] for each in found]
        if name not in COUNTERS:
            values[name] = counts
            continue
        started = None if base is None or at_base is None else (base, at_base[number])
        values[f"{name}_per_s"] = rates(looked, counts, started)
    return Series(window.step_s, ends, values)


def _ticks(since_s: int) -> list[int]:
    """All since then, and the one before."""
    since = _moment(since_s)
    ticks = FiguresTick.objects.order_by("at").values_list("at", flat=True)
    before = FiguresTick.objects.filter(at__lte=since).order_by("-at").values_list("at", flat=True)
    return [int(at.timestamp()) for at in [*before[:1], *ticks.filter(at__gt=since)]]


def _last_end(ticks: Sequence[int], window: Window) -> int:
    """The last whole step: up to the newest tick, or to now where that is late."""
    newest = max(ticks[-1] if ticks else 0, window.now_s - LATE_S)
    return newest // window.step_s * window.step_s


def _points(rows: QuerySet[Any], since_s: int) -> list[tuple[int, tuple[int, ...]]]:
    since = _moment(since_s)
    columns = rows.values_list("at", *_COLUMNS)
    # What it was when the window began is told by the last point before, however old.
    found = [*columns.filter(at__lte=since).order_by("-at")[:1]]
    found += columns.filter(at__gt=since).order_by("at")
    return [(int(at.timestamp()), tuple(values)) for at, *values in found]


def group_series(tenant_id: UUID | str, group: str, window: Window) -> GroupSeries:
    """One consumer group's lag; all None where it was not sampled."""
    since_s = window.now_s - window.seconds
    with scope.tenant(tenant_id):
        rows = GroupPoint.objects.filter(
            tenant_id=tenant_id, group=group, at__gt=_moment(since_s)
        ).order_by("at")
        found = [*rows.values_list("at", "topic_name", "lag", "lag_ms")]
    newest = max(int(found[-1][0].timestamp()) if found else 0, window.now_s - GROUPS_LATE_S)
    ends = grid(since_s, newest // window.step_s * window.step_s, window.step_s)
    last: dict[int, int] = {}
    by_time: dict[int, dict[str, tuple[int | None, int | None]]] = defaultdict(dict)
    for at, topic, lag, lag_ms in found:
        at_s = int(at.timestamp())
        last[bucket_end(at_s, window.step_s)] = at_s
        by_time[at_s][topic] = lag, lag_ms
    looked = [by_time[last[end]] if end in last else {} for end in ends]
    topics = sorted({topic for each in looked for topic in each})
    per_topic = {
        topic: [each[topic][0] if topic in each else None for each in looked] for topic in topics
    }
    return GroupSeries(
        window.step_s,
        ends,
        lag=[_whole([lag for lag, _ in each.values()], sum) for each in looked],
        lag_seconds=[_seconds([lag_ms for _, lag_ms in each.values()]) for each in looked],
        per_topic=per_topic,
    )


def _whole(values: list[int | None], join: Any) -> int | None:
    """``join`` of all; None when there is none, or one that is not known."""
    known = [value for value in values if value is not None]
    return join(known) if known and len(known) == len(values) else None


def _seconds(values: list[int | None]) -> float | None:
    longest = _whole(values, max)
    return None if longest is None else longest / 1000


def _moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
