"""Whose turn is next: turns are divided by party, and so are the places in which one waits. Pure.

Among those who wait and may have another turn (``room.py``), the next is of the party that has the
fewest, then of the one that was served longest ago. Who comes with none therefore stands behind
those who were there before, once each, and behind nobody who comes later. A turn that is free is
given as soon as there is somebody who may have it.
"""

from collections import deque
from collections.abc import Sequence
from enum import Enum, auto

from streaming.postgresql.room import Party, Room


class State(Enum):
    """Where a turn is; it only goes forward."""

    WAITS = auto()
    HELD = auto()
    OVER = auto()


class Turn:
    """One request's, which its party waits for, has, and gives back."""

    __slots__ = ("party", "state")

    def __init__(self, party: Party) -> None:
        self.party = party
        self.state = State.WAITS


class Division:
    """``turns`` and ``places`` to wait in are 1 or more each. Not thread-safe."""

    def __init__(self, turns: int, places: int) -> None:
        self.turns = Room(turns)
        self.places = Room(places)
        self._waiting: dict[Party, deque[Turn]] = {}
        self._served: dict[Party, int] = {}
        """When each party that waits was last given a turn, or else began to wait."""
        self._now = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self.places.size - self.places.free

    def ask(self, party: Party) -> Turn | None:
        """A turn, held already or to be waited for; None where the party has too many waiting."""
        turn = Turn(party)
        if self.turns.may_take(party):
            self._give(turn)
        elif self.places.may_take(party):
            self.places.take(party)
            self._wait(turn).append(turn)
        else:
            return None
        return turn

    def ask_again(self, party: Party) -> Turn:
        """As ``ask``, for a request that had a turn before and has done something with it: it is
        not turned away, and stands in front of what its party has not begun yet."""
        turn = Turn(party)
        if self.turns.may_take(party):
            self._give(turn)
        else:
            self.places.take(party)
            self._wait(turn).appendleft(turn)
        return turn

    def end(self, turn: Turn) -> Sequence[Turn]:
        """Its holder is done, or who waits for it has left; those who are given one for it. May be
        told twice."""
        before, turn.state = turn.state, State.OVER
        if before is State.HELD:
            self.turns.give_back(turn.party)
        elif before is State.WAITS:
            self._leave(turn)
        return self._give_what_is_free()

    def recognise(self, turn: Turn, party: Party) -> Sequence[Turn] | None:
        """A turn that is held goes over to that party's account; those who are given one for it.
        None, and nothing is changed, when that party may have no more."""
        before = turn.party
        self.turns.give_back(before)
        if not self.turns.may_take(party):
            self.turns.take(before)
            return None
        turn.party = party
        self.turns.take(party)
        return self._give_what_is_free()

    def _wait(self, turn: Turn) -> deque[Turn]:
        party = turn.party
        if party not in self._waiting:
            self._waiting[party] = deque()
            self._served[party] = self._tick()
        return self._waiting[party]

    def _leave(self, turn: Turn) -> None:
        party = turn.party
        self.places.give_back(party)
        self._waiting[party].remove(turn)
        if not self._waiting[party]:
            del self._waiting[party], self._served[party]

    def _give_what_is_free(self) -> list[Turn]:
        given: list[Turn] = []
        while self.turns.free:
            able = filter(self.turns.may_take, self._waiting)
            party = min(able, key=self._precedence, default=None)
            if party is None:
                break
            turn = self._waiting[party][0]
            self._served[party] = self._tick()
            self._leave(turn)
            self._give(turn)
            given.append(turn)
        return given

    def _precedence(self, party: Party) -> tuple[int, int]:
        return self.turns.taken(party), self._served[party]

    def _give(self, turn: Turn) -> None:
        self.turns.take(turn.party)
        turn.state = State.HELD

    def _tick(self) -> int:
        self._now += 1
        return self._now
