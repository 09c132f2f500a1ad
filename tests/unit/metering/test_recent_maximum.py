"""The largest of the last hour, forgotten when the hour is over."""

from hypothesis import given
from hypothesis import strategies as st

from brokers.metering.recent_maximum import STEP_MS, STEPS, RecentMaximum

HOUR_MS = STEPS * STEP_MS

seen = st.lists(st.tuples(st.integers(0, HOUR_MS // 2), st.integers(0, 1000)), max_size=40)


@given(seen, st.integers(0, 2 * HOUR_MS))
def test_it_is_the_largest_of_an_hour_but_for_a_step(steps, later_ms):
    recent, now_ms, noted = RecentMaximum(), 7_000_000, []
    for passed_ms, value in steps:
        now_ms += passed_ms
        recent.note(value, now_ms)
        noted.append((now_ms, value))
    now_ms += later_ms

    def largest(age_ms):
        return max((value for at_ms, value in noted if now_ms - at_ms < age_ms), default=0)

    assert largest(HOUR_MS - STEP_MS) <= recent.value(now_ms) <= largest(HOUR_MS)
    assert len(recent._steps) <= STEPS
