"""Each rule, taken away, is missed: else the simulation would not prove that it is there."""

import pytest

from tests.sim.planted import PLANTED
from tests.sim.runs import run_one

SEEDS_MAX = 400


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_caught(name: str) -> None:
    planted = PLANTED[name]
    for seed in range(SEEDS_MAX):
        with planted.bug():
            outcome = run_one(planted.trouble, seed)
        if outcome.is_broken_promise:
            return
        assert outcome.failure is None, outcome.failure
    pytest.fail(f"{name}: not caught in {SEEDS_MAX} seeds of {planted.trouble!r}")
