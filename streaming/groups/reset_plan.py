"""What a reset of a group's offsets would do, partition by partition. Asks nobody: see ``reset``.

The strategies are those of Kafka's tool. Whatever is asked for, a group is only ever put where the
partition has records, or at its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from brokers.kernel.errors import HeadwaterError
from streaming.groups.extents import Extent
from streaming.groups.model import TopicPartition


@dataclass(frozen=True, slots=True)
class ToEarliest:
    """The oldest record that is left."""


@dataclass(frozen=True, slots=True)
class ToLatest:
    """The end: only what is written from now on."""


@dataclass(frozen=True, slots=True)
class ToCurrent:
    """Where it is; the end of a partition for which nothing is committed."""


@dataclass(frozen=True, slots=True)
class ToOffset:
    offset: int


@dataclass(frozen=True, slots=True)
class ToTime:
    """The first record at or after a time (Unix ms), else the end."""

    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class ShiftBy:
    """So many offsets forward, or back when negative, from where it is."""

    count: int


@dataclass(frozen=True, slots=True)
class ToGiven:
    """An offset of its own for each partition."""

    offsets: Mapping[TopicPartition, int]


Strategy = ToEarliest | ToLatest | ToCurrent | ToOffset | ToTime | ShiftBy | ToGiven


@dataclass(frozen=True, slots=True)
class Position:
    """Where a partition stands. ``committed`` is None before the first commit; ``at_time`` is what
    ``ToTime`` found, the end where no record is that late, and None for other strategies."""

    extent: Extent
    committed: int | None
    at_time: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One partition of a plan: the committed offset ``before`` and ``after``.

    ``read_again`` and ``skipped`` count offsets that still exist between the two, one of them being
    0; both are None when nothing was committed before. ``warning`` says what became of a wish that
    the partition cannot fulfil.
    """

    partition: TopicPartition
    before: int | None
    after: int
    extent: Extent
    read_again: int | None
    skipped: int | None
    warning: str | None


class CannotPlan(HeadwaterError):
    """The strategy needs something that a partition does not have."""


def plan_reset(
    strategy: Strategy, positions: Mapping[TopicPartition, Position]
) -> tuple[Step, ...]:
    """One step for each partition, in order. Raises ``CannotPlan``."""
    uncommitted = [str(each) for each in sorted(positions) if positions[each].committed is None]
    if isinstance(strategy, ShiftBy) and uncommitted:
        raise CannotPlan(
            f"nothing is committed for {', '.join(uncommitted)}, so nothing can be shifted there; "
            "leave them out, or reset them to an offset first"
        )
    return tuple(_step(each, strategy, positions[each]) for each in sorted(positions))


def _step(partition: TopicPartition, strategy: Strategy, position: Position) -> Step:
    extent, before = position.extent, position.committed
    wanted = _wanted(partition, strategy, position)
    after = extent.nearest(wanted)
    # Records that are deleted can be neither read again nor skipped.
    stood = None if before is None else extent.nearest(before)
    return Step(
        partition=partition,
        before=before,
        after=after,
        extent=extent,
        read_again=None if stood is None else max(stood - after, 0),
        skipped=None if stood is None else max(after - stood, 0),
        warning=_warning(strategy, wanted, position),
    )


def _wanted(partition: TopicPartition, strategy: Strategy, position: Position) -> int:
    extent, committed = position.extent, position.committed
    match strategy:
        case ToEarliest():
            return extent.start
        case ToLatest():
            return extent.end
        case ToCurrent():
            return extent.end if committed is None else committed
        case ToOffset(offset):
            return offset
        case ToTime():
            assert position.at_time is not None
            return position.at_time
        case ShiftBy(count):
            assert committed is not None
            return committed + count
        case ToGiven(offsets):
            return offsets[partition]


def _warning(strategy: Strategy, wanted: int, position: Position) -> str | None:
    extent = position.extent
    if isinstance(strategy, ToTime):
        return "no record is that late; at the end" if wanted >= extent.end else None
    if wanted < extent.start:
        return f"offset {wanted} is deleted; the first that is left is {extent.start}"
    if wanted > extent.end:
        return f"offset {wanted} is beyond the end, which is {extent.end}"
    if isinstance(strategy, ToCurrent) and position.committed is None:
        return "nothing is committed; at the end"
    return None
