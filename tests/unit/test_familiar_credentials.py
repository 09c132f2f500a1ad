"""Whose a credential was when it was last recognised."""

import pytest

from streaming.postgresql import familiar
from streaming.postgresql.familiar import Familiar
from streaming.postgresql.room import Party

ACME = Party("acme", is_stranger=False)
RIVAL = Party("rival", is_stranger=False)


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(clock) -> Familiar:
    return Familiar(clock)


def test_it_is_whose_it_was_for_a_quarter_of_an_hour(known, clock):
    known.remember(b"Basic a", ACME)
    clock.seconds += familiar.SECONDS
    assert known.party(b"Basic a") == ACME
    assert known.party(b"Basic b") is None
    clock.seconds += 1
    assert known.party(b"Basic a") is None


def test_one_that_is_nobodys_any_more_is_forgotten(known):
    known.remember(b"Basic a", ACME)
    known.remember(b"Basic a", RIVAL)
    assert known.party(b"Basic a") == RIVAL
    known.forget(b"Basic a")
    known.forget(b"Basic a")
    assert known.party(b"Basic a") is None


def test_whoever_writes_one_in_many_ways_forgets_his_own(known):
    known.remember(b"Basic b", RIVAL)
    for spaces in range(familiar.PARTY_ENTRIES_MAX * 2):
        known.remember(b"Basic a" + b" " * spaces, ACME)
    assert known.party(b"Basic b") == RIVAL
    assert known.party(b"Basic a") is None
    assert known.party(b"Basic a" + b" " * spaces) == ACME


def test_there_are_so_many_and_no_more(known, monkeypatch):
    monkeypatch.setattr(familiar, "ENTRIES_MAX", 3)
    for number in range(5):
        known.remember(b"%d" % number, Party(str(number), is_stranger=False))
    assert [known.party(b"%d" % number) is not None for number in range(5)] == [
        *(False, False, True, True, True),
    ]
