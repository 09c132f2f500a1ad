"""A sample of the random attempts; ``./headwater isolate`` makes as many as one likes."""

import random

import pytest

from tests.isolation.attempts import CASES, Attempts
from tests.isolation.wire_world import two_tenants

COUNT = 400


@pytest.fixture(scope="module")
def attempts(edge, sides):
    with two_tenants(edge) as wire:
        yield Attempts(edge, wire, *sides, random.Random(20))


def test_no_attempt_leaks(attempts):
    outcome = attempts.make(COUNT, print)
    assert outcome.leaks == []
    assert sum(outcome.attempts.values()) == COUNT
    assert len(outcome.apis) > 30, "they were all the same"


def test_a_leak_would_be_seen(attempts, monkeypatch):
    """One byte of difference, in one answer of many, is found."""
    answer = type(attempts.wire.me).answer

    def leaky(self, case, api_key, *asked):
        told = answer(self, case, api_key, *asked)
        names = asked[1]
        return told + b"!" if names.topic.startswith("frn") and api_key == CASES[0][0] else told

    monkeypatch.setattr(type(attempts.wire.me), "answer", leaky)
    before = len(attempts.outcome.leaks)
    attempts.make(200, print)
    assert len(attempts.outcome.leaks) > before
