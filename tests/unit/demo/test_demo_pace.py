"""When departures are due: a burst, a steady rate, and no flood after a pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.demo.pace import BURST, LATE_SECONDS_MAX, PER_SECOND, Pace


def seconds_for(pace, records):
    """Plays the feed on a clock that only waiting moves."""
    now = pace.due
    for _ in range(records):
        now += pace.wait(now)
        pace.sent(now)
    return now


def test_the_burst_does_not_wait_and_the_rest_keeps_the_rate():
    assert seconds_for(Pace(0, due=10.0), BURST) == 10.0
    a_minute = seconds_for(Pace(BURST, due=10.0), PER_SECOND * 60 + 1) - 10.0
    assert a_minute == pytest.approx(60.0)


def test_a_topic_that_has_its_burst_gets_no_second_one():
    assert seconds_for(Pace(BURST + 1, due=0.0), 51) > 0.9


@given(st.floats(min_value=0, max_value=1e6))
def test_after_any_pause_at_most_a_second_of_departures_is_made_up(pause):
    pace = Pace(BURST, due=0.0)
    at_once = 0
    while pace.wait(pause) == 0:
        pace.sent(pause)
        at_once += 1
    assert at_once <= LATE_SECONDS_MAX * PER_SECOND + 1
