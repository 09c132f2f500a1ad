"""A rate is kept on average, whatever is taken when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.quotas.token_bucket import TokenBucket


def bucket(rate=100.0, burst_ms=1_000) -> TokenBucket:
    return TokenBucket.full(rate, burst_ms=burst_ms, now_ms=0)


def test_a_full_bucket_has_its_burst_and_no_more_for_waiting():
    assert bucket().available(0) == 100
    assert bucket().available(60_000) == 100


def test_a_debt_is_paid_before_anything_is_to_be_had():
    one = bucket()
    one.take(350, 0)
    assert one.available(0) == -250
    assert one.wait_ms(0) == 2_500
    assert one.available(2_499) < 0
    assert one.wait_ms(2_499) == 1
    assert one.available(2_600) == pytest.approx(10)
    assert one.wait_ms(2_600) == 0


def test_a_clock_that_stands_still_or_goes_back_gives_nothing():
    one = bucket()
    one.take(100, 1_000)
    assert one.available(1_000) == 0
    one.take(0, 500)
    assert one.available(1_000) == 0


@pytest.mark.parametrize(("rate", "burst_ms"), [(0, 1), (-1, 1), (1, 0)])
def test_a_rate_is_positive(rate, burst_ms):
    with pytest.raises(ValueError, match="positive"):
        TokenBucket.full(rate, burst_ms=burst_ms, now_ms=0)


@given(
    rate=st.integers(1, 10_000),
    steps=st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 50_000)), max_size=60),
)
def test_who_asks_only_when_something_is_available_keeps_the_rate(rate, steps):
    """Beyond rate and burst there is at most the last piece, which may have overdrawn."""
    one, now_ms, taken = bucket(rate), 0, 0
    for passed, size in steps:
        now_ms += passed
        if one.available(now_ms) > 0:
            assert taken <= rate * (now_ms / 1000 + 1)
            one.take(size, now_ms)
            taken += size
        else:
            later = now_ms + one.wait_ms(now_ms)
            assert one.available(later) >= -1e-6
