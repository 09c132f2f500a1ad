"""A division (``division.py``) that threads share, and in which they wait.

A turn also ends when a connection is collected as garbage, by a finalizer, which runs wherever
Python happens to collect: perhaps in a thread that is in here. So ``end`` waits for no lock. What
it cannot do at once is done by whoever is in here, on the way out. For the same reason threads wait
at plain locks, which are opened without any step in between.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from streaming.postgresql.division import Division, State, Turn
from streaming.postgresql.room import Party


class TurnQueue:
    """Thread-safe; each turn that is asked for is to be ended."""

    def __init__(self, turns: int, places: int) -> None:
        self._division = Division(turns, places)
        self._lock = Lock()
        self._ended: deque[Turn] = deque()
        self._gates: dict[Turn, Lock] = {}
        """Closed ones, of those who wait."""

    @property
    def free(self) -> int:
        """How many turns nobody has."""
        return self._division.turns.free

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return self._division.waiting

    def ask(self, party: Party) -> Turn | None:
        """A turn to ``wait`` for; None where the party has too many waiting."""
        with self._inside():
            turn = self._division.ask(party)
            if turn is not None:
                self._close_gate(turn)
        return turn

    def ask_again(self, party: Party) -> Turn:
        """As ``ask``, for a request that had a turn before."""
        with self._inside():
            turn = self._division.ask_again(party)
            self._close_gate(turn)
        return turn

    def wait(self, turn: Turn, seconds: float) -> bool:
        """Whether the turn has come; it is over otherwise. At once when it was there already."""
        gate = self._gates.get(turn)
        if gate is not None:
            gate.acquire(timeout=seconds)
        self.leave(turn)
        return turn.state is State.HELD

    def leave(self, turn: Turn) -> None:
        """Wait for it no more; one that has come already stays."""
        with self._inside():
            if turn.state is State.WAITS:
                self._end(turn)

    def recognise(self, turn: Turn, party: Party) -> bool:
        """Whether the turn is on that party's account from now on: not when it may have no more."""
        with self._inside():
            if turn.state is not State.HELD or turn.party == party:
                return True
            given = self._division.recognise(turn, party)
            for each in given or ():
                self._open_gate(each)
        return given is not None

    def end(self, turn: Turn) -> None:
        """It is over. May be told twice, and from within a finalizer."""
        self._ended.append(turn)
        self._settle()

    @contextmanager
    def _inside(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        finally:
            self._settle()

    def _settle(self) -> None:
        """Whoever is in here when a turn ends looks again on the way out, so none is forgotten."""
        while self._ended and self._lock.acquire(blocking=False):
            try:
                while self._ended:
                    self._end(self._ended.popleft())
            finally:
                self._lock.release()

    def _end(self, turn: Turn) -> None:
        self._open_gate(turn)
        for each in self._division.end(turn):
            self._open_gate(each)

    def _close_gate(self, turn: Turn) -> None:
        if turn.state is State.WAITS:
            gate = self._gates[turn] = Lock()
            gate.acquire()

    def _open_gate(self, turn: Turn) -> None:
        gate = self._gates.pop(turn, None)
        if gate is not None:
            gate.release()
