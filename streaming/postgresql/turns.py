"""Whose turn it is to have a connection to PostgreSQL: requests have so many at once.

Django's ASGI handler gives each request a thread of its own, and the thread a connection: whoever
sends enough requests at once would take all that the server has (``max_connections``), and brokers,
workers and commands would be turned away. What a process does beside requests has a thread or two
and waits for nobody.

Turns are divided by tenant (``division.py``), and so are the places in which requests wait, each
with its thread: neither a tenant's flood nor one from before anybody has said who it is keeps
another's requests out. Until a request's caller is recognised it counts where its credential
belonged the last time, else where it comes from.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Final

from asgiref.sync import sync_to_async
from django.db import connection

from brokers.kernel.addresses import network_of
from streaming.access.request_origin import Application, Message, Receive, Scope, Send
from streaming.postgresql.division import State, Turn
from streaming.postgresql.familiar import Familiar
from streaming.postgresql.room import Party
from streaming.postgresql.turn_queue import TurnQueue
from tenants.errors import Unavailable

CONNECTIONS_MAX: Final = 40
"""Of a web process's requests. PostgreSQL has 100 by default for all, the embedded one 200."""

WAITING_MAX: Final = 400
"""Each of them keeps a thread. Ten for a turn, of which one may be half a second."""

TURN_SECONDS: Final = 5.0
"""As long as Django may take to connect, and more than a console's page waits for."""

_queue: Final = TurnQueue(CONNECTIONS_MAX, WAITING_MAX)
_familiar: Final = Familiar()


class Visitor:
    """A request that takes turns, one at a time."""

    def __init__(self, party: Party, credential: bytes | None = None) -> None:
        self.party = party
        self.credential = credential
        self._turn: Turn | None = None
        self._was_served = False
        self._is_gone = False

    def turn(self) -> Callable[[], None]:
        """Wait for it: what ends it. Raises ``Unavailable``."""
        turn = self._ask()
        try:
            self._turn = turn
            if self._is_gone:
                self._leave()
            has_come = _queue.wait(turn, TURN_SECONDS)
        except BaseException:
            _queue.end(turn)
            raise
        if not has_come:
            raise Unavailable(
                f"The service is busy: {CONNECTIONS_MAX} requests ask its database already, and "
                f"none of them ended for this one within {TURN_SECONDS:g} s. Try again in a moment."
            )
        self._was_served = True
        return partial(_queue.end, turn)

    def recognised(self, party: Party) -> None:
        """It is that party's. What it has a turn for goes on, now or when the party has one."""
        self.party = party
        if self.credential is not None:
            _familiar.remember(self.credential, party)
        if self._turn is not None and not _queue.recognise(self._turn, party):
            end_turn()

    async def answered(self, status: int) -> None:
        """Its answer is there and is to be sent; whoever reads it slowly keeps no turn."""
        if status == 401 and self.credential is not None:
            _familiar.forget(self.credential)
        if self._turn is not None and self._turn.state is State.HELD:
            await sync_to_async(end_turn)()

    def gone(self) -> None:
        """Nobody is there any more to be answered."""
        self._is_gone = True
        self._leave()

    def _ask(self) -> Turn:
        if self._was_served:
            return _queue.ask_again(self.party)
        turn = _queue.ask(self.party)
        if turn is None:
            raise Unavailable(
                "The service is busy: as many requests of yours wait for its database as may. "
                "Try again in a moment."
            )
        return turn

    def _leave(self) -> None:
        """Unless it has done something that is to be finished."""
        if self._turn is not None and not self._was_served:
            _queue.leave(self._turn)


_visitor: ContextVar[Visitor | None] = ContextVar("headwater_takes_turns", default=None)


class TakingTurns:
    """ASGI application in front of Django's: threads of its requests wait for their turn."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = _visitor_of(scope)

        async def receive_and_note() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                visitor.gone()
            return message

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                await visitor.answered(message["status"])
            await send(message)

        token = _visitor.set(visitor)
        try:
            await self._application(scope, receive_and_note, send_and_note)
        finally:
            _visitor.reset(token)


def _visitor_of(scope: Scope) -> Visitor:
    headers = dict(scope["headers"])
    credential = headers.get(b"authorization") or headers.get(b"cookie")
    party = None if credential is None else _familiar.party(credential)
    if party is None:
        client = scope.get("client")
        party = Party(network_of(client[0] if client else ""), is_stranger=True)
    return Visitor(party, credential)


def recognised(name: str) -> None:
    """The request under way is on the account of whoever has that name."""
    visitor = _visitor.get()
    if visitor is not None:
        visitor.recognised(Party(name, is_stranger=False))


@contextmanager
def out_of_turn() -> Iterator[None]:
    """For what is to be written down of a thing that is done already, and cannot be refused."""
    token = _visitor.set(None)
    try:
        yield
    finally:
        _visitor.reset(token)


def turn() -> Callable[[], None] | None:
    """Wait for a connection's turn: what ends it, or None where none is needed.

    Raises ``Unavailable``, and not Django's ``OperationalError``: that says that the database is
    away, when nothing can have been revoked and what it said last still holds.
    """
    visitor = _visitor.get()
    return None if visitor is None else visitor.turn()


def end_turn() -> None:
    """Give this thread's connection back before it waits for something else; the next query takes
    another. Within a transaction it is kept."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
