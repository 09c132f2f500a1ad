"""Turns for PostgreSQL: whatever comes, ends and leaves, in whatever order, they are divided so
that nobody is kept out."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from streaming.postgresql.division import Division, State
from streaming.postgresql.room import Party

TENANTS = [Party(name, is_stranger=False) for name in "abcd"]
STRANGERS = [Party(name, is_stranger=True) for name in "vwxyz"]
PARTIES = st.sampled_from(TENANTS + STRANGERS)
INDEX = st.integers(0, 1000)


class TurnsModel(RuleBasedStateMachine):
    """The model keeps every turn by itself, and what each that waits has seen go to others."""

    @initialize(turns=st.integers(1, 9), places=st.integers(1, 12))
    def begins(self, turns, places) -> None:
        self.division = Division(turns, places)
        self.sizes = (turns, places)
        self.held = []
        self.waiting = []
        self.passed_by = {}
        """By party that has nothing and waits: how often others were given something."""

    @rule(party=PARTIES)
    def asks(self, party) -> None:
        free, places = self.division.turns.free, self.sizes[1] - len(self.waiting)
        has, waits = self.count(self.held)[party], self.count(self.waiting)[party]
        turn = self.division.ask(party)
        if not party.is_stranger and not has:
            assert (turn is not None and turn.state is State.HELD) == (free > 0)
        if turn is None:
            assert waits >= places - self.left_free_by(party, self.waiting)
        elif turn.state is State.HELD:
            self.held.append(turn)
        else:
            self.waiting.append(turn)

    @rule(party=PARTIES)
    def asks_again(self, party) -> None:
        turn = self.division.ask_again(party)
        if turn.state is State.HELD:
            self.held.append(turn)
            return
        first = next((n for n, each in enumerate(self.waiting) if each.party == party), None)
        self.waiting.insert(len(self.waiting) if first is None else first, turn)

    @precondition(lambda self: self.held)
    @rule(index=INDEX)
    def ends(self, index) -> None:
        turn = self.held.pop(index % len(self.held))
        self.given(self.division.end(turn))
        assert not self.division.end(turn), "twice is harmless"

    @precondition(lambda self: self.waiting)
    @rule(index=INDEX)
    def leaves(self, index) -> None:
        turn = self.waiting.pop(index % len(self.waiting))
        self.given(self.division.end(turn))
        assert turn.state is State.OVER

    @precondition(lambda self: self.held)
    @rule(index=INDEX, party=st.sampled_from(TENANTS))
    def is_recognised(self, index, party) -> None:
        turn = self.held[index % len(self.held)]
        before = turn.party
        given = self.division.recognise(turn, party)
        assert turn.state is State.HELD
        assert turn.party == (before if given is None else party)
        self.given(given or ())

    def given(self, turns) -> None:
        for turn in turns:
            (first, *_) = (each for each in self.waiting if each.party == turn.party)
            assert turn is first, "in the order in which its party asked"
            self.waiting.remove(turn)
            self.held.append(turn)
            self.passed_by.pop(turn.party, None)
            for waiting, passed in self.passed_by.items():
                if turn.party.is_stranger or not waiting.is_stranger:
                    passed[turn.party] += 1

    @staticmethod
    def count(turns) -> Counter:
        return Counter(each.party for each in turns)

    @staticmethod
    def left_free_by(party, turns) -> int:
        return sum(each.party.is_stranger for each in turns) if party.is_stranger else 0

    @invariant()
    def each_turn_is_somebodys_once(self) -> None:
        turns, places = self.division.turns, self.division.places
        assert len(self.held) == self.sizes[0] - turns.free <= self.sizes[0]
        assert len(self.waiting) == self.sizes[1] - places.free == self.division.waiting
        assert all(each.state is State.HELD for each in self.held)
        assert all(each.state is State.WAITS for each in self.waiting)

    @invariant()
    def nobody_has_more_than_half(self) -> None:
        half = (self.sizes[0] + 1) // 2
        assert max(self.count(self.held).values(), default=0) <= half
        assert self.left_free_by(STRANGERS[0], self.held) <= half

    @invariant()
    def one_address_has_no_more_than_a_third(self) -> None:
        held = self.count(self.held)
        assert max(held[stranger] for stranger in STRANGERS) <= (self.sizes[0] + 2) // 3

    @invariant()
    def nobody_waits_who_may_have_a_turn(self) -> None:
        free, held = self.division.turns.free, self.count(self.held)
        for each in self.waiting:
            assert held[each.party] >= free - self.left_free_by(each.party, self.held)

    @invariant()
    def nobody_with_nothing_sees_another_served_twice(self) -> None:
        held = self.count(self.held)
        starving = {each.party for each in self.waiting if not held[each.party]}
        kept = {party: self.passed_by.get(party, Counter()) for party in starving}
        self.passed_by = kept
        for passed in self.passed_by.values():
            assert max(passed.values(), default=0) <= 1

    def teardown(self) -> None:
        """When all that is held ends, one after the other, everybody is served."""
        while getattr(self, "held", None):
            self.ends(0)
        assert not getattr(self, "waiting", None)


def test_whatever_comes_and_ends_nobody_is_kept_out() -> None:
    run_state_machine_as_test(TurnsModel)
