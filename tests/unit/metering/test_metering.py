"""Series that were thinned tell the same, and rates add up to what was counted."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from brokers.metering.series import bucket_end, grid, last_in_buckets, rates, values_at
from brokers.metering.steps import RESOLUTIONS
from brokers.metering.thinning import horizon, kept

FINE, COARSE = 10, 60

ticks = st.lists(st.integers(1, 60).map(lambda n: n * FINE), unique=True, min_size=1).map(sorted)


@st.composite
def sparse_counters(draw):
    """Ticks, and a counter's points at some of them."""
    at = draw(ticks)
    points, count = [], 0
    for tick in at:
        added = draw(st.integers(0, 3))
        count += added
        if added:
            points.append((tick, count))
    return at, points


def test_a_bucket_is_named_by_its_end():
    assert [bucket_end(at, 60) for at in (0, 1, 59, 60, 61)] == [0, 60, 60, 60, 120]
    assert grid(60, 240, 60) == [120, 180, 240]
    assert grid(59, 239, 60) == [60, 120, 180]


def test_a_series_is_as_at_its_last_point():
    points = [(20, 5), (50, 9)]
    assert values_at(points, [10, 20, None, 40, 50, 60], 0) == [0, 5, None, 5, 9, 9]


def test_a_gap_is_not_known_and_its_end_tells_the_average():
    assert rates([10, None, None, 40], [5, None, None, 35], (0, 0)) == [0.5, None, None, 1.0]
    assert rates([10, 20], [5, 15], None) == [None, 1.0]


def test_a_counter_that_fell_is_no_negative_rate():
    assert rates([10, 20], [3, 13], (0, 100)) == [0.0, 1.0]


@given(sparse_counters())
def test_thinning_changes_nothing_that_a_coarser_grid_shows(series):
    at, points = series
    ends = grid(0, 600, COARSE)
    before = last_in_buckets(at, ends, COARSE)
    thin_at = sorted(kept(at, COARSE))
    thin_times = kept([each for each, _ in points], COARSE)
    thin_points = [each for each in points if each[0] in thin_times]
    after = last_in_buckets(thin_at, ends, COARSE)
    assert after == before
    assert values_at(thin_points, after, 0) == values_at(points, before, 0)


@given(st.sets(st.integers(1, 5_000)))
def test_thinning_twice_is_thinning_once(times):
    once = kept(times, 60)
    assert kept(once, 60) == once
    assert kept(kept(times, 60), 900) == kept(times, 900)


@given(sparse_counters(), st.sampled_from([FINE, COARSE]))
def test_rates_add_up_to_what_was_counted(series, step_s):
    at, points = series
    ends = grid(0, 600, step_s)
    looked = last_in_buckets(at, ends, step_s)
    counts = values_at(points, looked, 0)
    total, last = 0.0, 0
    for tick, rate in zip(looked, rates(looked, counts, (0, 0)), strict=True):
        assert (tick is None) == (rate is None)
        if tick is not None and rate is not None:
            total += rate * (tick - last)
            last = tick
    assert round(total) == (points[-1][1] if points else 0)


def test_only_whole_buckets_that_are_old_enough_are_thinned():
    assert horizon(10_000, 3_600, 60) == 6_360
    assert horizon(10_019, 3_600, 60) == 6_360


def test_each_resolution_is_made_of_the_one_before():
    for finer, coarser in itertools.pairwise(RESOLUTIONS):
        assert coarser.step_s % finer.step_s == 0
        assert coarser.age_s > finer.age_s
        assert finer.age_s % coarser.step_s == 0
