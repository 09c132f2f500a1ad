"""What a reset would do, against a log that is nothing but the records that are left."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.groups.extents import Extent
from streaming.groups.lag import records_behind
from streaming.groups.model import Committed, TopicPartition
from streaming.groups.reset_plan import (
    CannotPlan,
    Position,
    ShiftBy,
    ToCurrent,
    ToEarliest,
    ToGiven,
    ToLatest,
    ToOffset,
    ToTime,
    plan_reset,
)

T0 = TopicPartition("t", 0)


@dataclass(frozen=True)
class Log:
    """Records by offset, with their timestamps; those below ``start`` were deleted."""

    start: int
    timestamps: tuple[int, ...]

    @property
    def end(self):
        return self.start + len(self.timestamps)

    def read_from(self, offset):
        """What a consumer that begins there gets to see."""
        return {each for each in range(self.start, self.end) if each >= offset}

    def first_at(self, time):
        late = [n for n, at in enumerate(self.timestamps, self.start) if at >= time]
        return late[0] if late else self.end


logs = st.builds(Log, st.integers(0, 6), st.lists(st.integers(0, 20), max_size=8).map(tuple))
offsets = st.integers(0, 20)
committed_offsets = st.none() | offsets


def plan(strategy, log, committed):
    at_time = log.first_at(strategy.timestamp_ms) if isinstance(strategy, ToTime) else None
    position = Position(Extent(log.start, log.end), committed, at_time)
    (step,) = plan_reset(strategy, {T0: position})
    return step


def expected(strategy, log, committed):
    """The records that are to be read after the reset."""
    match strategy:
        case ToEarliest():
            return log.read_from(0)
        case ToLatest():
            return set()
        case ToCurrent():
            return set() if committed is None else log.read_from(committed)
        case ToOffset(offset):
            return log.read_from(offset)
        case ToTime(time):
            return log.read_from(log.first_at(time))
        case ShiftBy(count):
            return log.read_from(committed + count)
        case ToGiven(given):
            return log.read_from(given[T0])


@given(
    log=logs,
    committed=committed_offsets,
    strategy=st.one_of(
        st.sampled_from([ToEarliest(), ToLatest(), ToCurrent()]),
        offsets.map(ToOffset),
        st.integers(0, 25).map(ToTime),
        st.integers(-15, 15).map(ShiftBy),
        offsets.map(lambda offset: ToGiven({T0: offset})),
    ),
)
def test_every_strategy_reads_what_it_says_and_counts_it(log, committed, strategy):
    if isinstance(strategy, ShiftBy) and committed is None:
        with pytest.raises(CannotPlan, match="t/0"):
            plan(strategy, log, committed)
        return
    step = plan(strategy, log, committed)
    reads = expected(strategy, log, committed)
    assert step.after == min(reads, default=log.end)
    assert log.start <= step.after <= log.end
    assert step.before == committed
    if committed is None:
        assert (step.read_again, step.skipped) == (None, None)
    else:
        before = log.read_from(committed)
        assert step.read_again == len(reads - before)
        assert step.skipped == len(before - reads)


@given(log=logs, offset=offsets)
def test_an_offset_that_is_not_there_is_said_and_one_that_is_is_not(log, offset):
    warning = plan(ToOffset(offset), log, 0).warning
    assert (warning is None) == (log.start <= offset <= log.end)
    if warning:
        assert str(offset) in warning


def test_a_time_after_the_last_record_is_said():
    log = Log(2, (5, 9, 7))
    assert plan(ToTime(8), log, 0).after == 3
    assert plan(ToTime(8), log, 0).warning is None
    late = plan(ToTime(10), log, 0)
    assert (late.after, late.warning) == (5, "no record is that late; at the end")


def test_deleted_records_are_neither_read_again_nor_skipped():
    log = Log(100, (0,) * 10)
    # Committed at 40; 60 records are gone, and a consumer would find 100 first anyway.
    assert plan(ToEarliest(), log, 40).skipped == 0
    assert plan(ToLatest(), log, 40).skipped == 10
    assert plan(ShiftBy(-5), log, 102).read_again == 2


def test_one_uncommitted_partition_stops_a_shift_of_all():
    positions = {
        TopicPartition("t", index): Position(Extent(0, 9), committed)
        for index, committed in enumerate([3, None, 4, None])
    }
    with pytest.raises(CannotPlan, match="t/1, t/3"):
        plan_reset(ShiftBy(1), positions)
    assert [step.after for step in plan_reset(ToCurrent(), positions)] == [3, 9, 4, 9]


@pytest.mark.parametrize(
    ("committed", "extent", "lag"),
    [
        (Committed(3), Extent(0, 10), 7),
        (Committed(3), Extent(8, 10), 7),
        (Committed(12), Extent(0, 10), 0),
        (None, Extent(0, 10), None),
        (Committed(3), None, None),
    ],
)
def test_lag_in_records_is_kafkas(committed, extent, lag):
    assert records_behind(committed, extent) == lag
