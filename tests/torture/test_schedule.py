"""The schedule: the same seed breaks the same things, and leaves time to recover."""

from itertools import pairwise

from tests.torture.faults import KINDS
from tests.torture.schedule import BETWEEN_FAULTS_S, plan

HOUR_S = 3600.0


def test_a_seed_always_gives_the_same_plan() -> None:
    assert plan(7, HOUR_S, list(KINDS)) == plan(7, HOUR_S, list(KINDS))
    assert plan(7, HOUR_S, list(KINDS)) != plan(8, HOUR_S, list(KINDS))


def test_an_hour_has_every_kind_and_a_quarter_of_it_is_calm() -> None:
    planned = plan(1, HOUR_S, list(KINDS))
    assert {each.kind for each in planned} == set(KINDS)
    assert all(0 <= each.at < HOUR_S for each in planned)
    gaps = [after.at - before.at for before, after in pairwise(planned)]
    assert min(gaps) > 0
    calm = sum(gap for gap in gaps if gap > 20)
    assert 0.1 < calm / HOUR_S < 0.5, "calm mixes last at least 20 s each"
    assert sorted(gaps)[len(gaps) // 2] >= BETWEEN_FAULTS_S[0]


def test_a_short_run_breaks_something_at_once() -> None:
    assert all(plan(seed, 1.0, ["kill-leader"])[0].at == 0 for seed in range(50))


def test_nothing_asked_for_breaks_nothing() -> None:
    assert plan(1, HOUR_S, []) == []
