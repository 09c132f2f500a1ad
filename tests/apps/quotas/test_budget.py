"""One rate at one web process."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.quotas.budget import NEVER_SECONDS, Budget


def test_a_second_of_the_limit_may_be_had_at_once_and_then_the_limit():
    budget = Budget(10, now_ms=0)
    assert [budget.ask(0).allowed for _ in range(12)] == [True] * 10 + [False] * 2
    assert budget.ask(99).allowed is False
    assert budget.ask(100).allowed is True
    assert budget.ask(101).allowed is False


def test_a_client_is_told_where_it_stands():
    budget = Budget(10, now_ms=0)
    first = budget.ask(0)
    assert (first.limit, first.remaining, first.reset_seconds) == (10, 9, 1)
    assert first.retry_after_seconds == 0
    for _ in range(9):
        last = budget.ask(0)
    assert (last.allowed, last.remaining) == (True, 0)
    refused = budget.ask(0)
    assert (refused.allowed, refused.remaining, refused.retry_after_seconds) == (False, 0, 1)


def test_less_than_one_a_second_still_comes_round():
    budget = Budget(0.25, now_ms=0)
    assert budget.ask(0).allowed
    refused = budget.ask(1)
    assert not refused.allowed
    assert refused.retry_after_seconds == 4
    assert budget.ask(4_000).allowed


def test_a_limit_of_nothing_refuses_everything():
    budget = Budget(0, now_ms=0)
    refused = budget.ask(1_000_000)
    assert (refused.allowed, refused.retry_after_seconds) == (False, NEVER_SECONDS)
    assert budget.wait_ms(0) == NEVER_SECONDS * 1000
    budget.set_share(5, now_ms=1_000_000)
    assert budget.ask(1_000_000).allowed


def test_what_was_spent_has_to_be_waited_for():
    budget = Budget(1_000, now_ms=0)
    budget.spend(4_000, 0)
    assert budget.wait_ms(0) == 3_000
    assert budget.wait_ms(2_000) == 1_000
    # A greater share pays the same debt sooner.
    budget.set_share(2_000, 2_000)
    assert budget.wait_ms(2_000) == 500


def test_demand_counts_what_was_refused_too():
    budget = Budget(1, now_ms=0)
    for _ in range(50):
        budget.ask(0)
    assert budget.demand(500) == 100
    assert budget.demand(1_000) == 0


@given(
    limit=st.floats(0.1, 1_000),
    steps=st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 40)), max_size=40),
    shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=5),
)
def test_no_pattern_of_asking_gets_more_than_the_limit_and_one_second(limit, steps, shares):
    budget, now, allowed = Budget(limit, now_ms=0), 0, 0
    for turn, (pause, count) in enumerate(steps):
        now += pause
        budget.set_share(limit * shares[turn % len(shares)], now)
        allowed += sum(budget.ask(now).allowed for _ in range(count))
    assert allowed <= limit * now / 1000 + max(limit, 1) + 1
