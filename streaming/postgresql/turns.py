"""Whose turn it is to have a connection to PostgreSQL: requests have so many at once.

Django's ASGI handler gives each request a thread of its own, and the thread a connection: whoever
sends enough requests at once would take all that the server has (``max_connections``), and brokers,
workers and commands would be turned away. What a process does beside requests has a thread or two
and waits for nobody.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import connection

from streaming.access.request_origin import Application, Receive, Scope, Send
from tenants.errors import Unavailable

CONNECTIONS_MAX: Final = 40
"""Of a web process's requests. PostgreSQL has 100 by default for all, the embedded one 200."""

TURN_SECONDS: Final = 5.0
"""As long as Django may take to connect, and more than a console's page waits for."""

_turns: Final = threading.BoundedSemaphore(CONNECTIONS_MAX)
_takes_turns: ContextVar[bool] = ContextVar("headwater_takes_turns", default=False)


class TakingTurns:
    """ASGI application in front of Django's: threads of its requests wait for their turn."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _takes_turns.set(True)
        try:
            await self._application(scope, receive, send)
        finally:
            _takes_turns.reset(token)


@contextmanager
def out_of_turn() -> Iterator[None]:
    """For what is to be written down of a thing that is done already, and cannot be refused."""
    token = _takes_turns.set(False)
    try:
        yield
    finally:
        _takes_turns.reset(token)


def turn() -> Callable[[], None] | None:
    """Wait for a connection's turn: what ends it, or None where none is needed.

    Raises ``Unavailable``, and not Django's ``OperationalError``: that says that the database is
    away, when nothing can have been revoked and what it said last still holds.
    """
    if not _takes_turns.get():
        return None
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise Unavailable(
            f"The service is busy: {CONNECTIONS_MAX} requests ask its database already, and none "
            f"of them ended within {TURN_SECONDS:g} s. Try again in a moment."
        )
    return _turns.release


def end_turn() -> None:
    """Give this thread's connection back before it waits for something else; the next query takes
    another. Within a transaction it is kept."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
