"""A process's share of processor time, against one that does whatever it likes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.worker.cpu_share import BURST_S, HOLD_MAX_S, LOOK_S, CpuShare

CORES = st.floats(0.1, 4.0)


@given(CORES, st.lists(st.tuples(st.floats(0.05, 1.0), st.floats(0.0, 1.0)), max_size=200))
def test_nobody_gets_more_over_time(cores: float, turns: list[tuple[float, float]]) -> None:
    """Each turn is how long until the next look, and how much of eight cores it would use."""
    share = CpuShare(cores, 0.0)
    now = used = longest = 0.0
    for seconds, busy in turns:
        now += seconds
        longest = max(longest, seconds)
        if share.held_until is None:
            used += seconds * busy * min(8.0, 12 * cores)
        share.look(used, now)
    most_at_once = longest * min(8.0, 12 * cores)
    # A debt is paid at HOLD_MAX_S at a time: what is still owed is bounded by what runs between.
    assert used <= cores * (now + BURST_S) + most_at_once * (1 + longest / LOOK_S)


def test_one_within_its_share_is_never_held() -> None:
    share = CpuShare(0.5, 0.0)
    assert not any(share.look(0.5 * second, float(second)) for second in range(1, 1000))


def test_it_is_held_for_as_long_as_its_share_takes_to_come_up() -> None:
    share = CpuShare(1.0, 0.0)
    assert not share.look(BURST_S, 0.0)
    assert share.look(BURST_S + 0.5, 0.0)
    assert share.held_until == pytest.approx(0.5)
    assert share.look(BURST_S + 0.5, 0.4)
    assert not share.look(BURST_S + 0.5, 0.5)


def test_no_hold_is_so_long_that_a_consumer_loses_its_group() -> None:
    share = CpuShare(0.1, 0.0)
    assert share.look(100.0, 1.0)
    assert share.held_until == 1.0 + HOLD_MAX_S
    assert not share.look(100.0, 1.0 + HOLD_MAX_S)
    assert share.look(100.0, 1.25 + HOLD_MAX_S)


def test_a_look_that_reads_nothing_takes_nothing_back() -> None:
    """The kernel does not tell of a process that has ended."""
    share = CpuShare(1.0, 0.0)
    share.look(4.0, 0.0)
    share.look(0.0, 0.0)
    assert share.left_s == BURST_S - 4.0
    assert share.used_s == 4.0
