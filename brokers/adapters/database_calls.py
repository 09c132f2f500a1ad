"""Django's database code, called from a node's event loop without ever blocking or hanging it.

Calls run in a few threads of their own, each with its own connection. A connection that broke while
nobody looked is replaced before it is used; a call that takes too long is given up, its outcome
unknown, and its thread comes back when PostgreSQL or the kernel ends the wait.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from brokers.node import request_origin
from brokers.node.ports import MetadataUnavailable
from brokers.services.control_state import Halted
from tenants import origin
from tenants.origin import Origin

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseCalls:
    """A pool of ``threads`` threads; more calls than that wait for their turn.

    ``greet`` is called first on each new connection.
    """

    def __init__(self, threads: int, name: str, greet: Callable[[], None] = lambda: None) -> None:
        self._greet = greet
        self._is_closed = False
        self._own = threading.local()
        self._sessions: list[_Session] = []
        self._pool = ThreadPoolExecutor(threads, name, self._open_session)

    async def call(
        self, within_s: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``function(*args, **kwargs)`` in a thread, in the name of the request under way.

        Raises ``MetadataUnavailable`` when the database fails it, when the cell is halted (to wait
        for an operator is like waiting for PostgreSQL), or when it takes longer than ``within_s``
        seconds, waiting for its turn included.
        """
        loop = asyncio.get_running_loop()
        asked = request_origin.current.get()
        came_from = Origin(asked.source, asked.request_id)
        work = partial(function, *args, **kwargs)
        try:
            async with asyncio.timeout(within_s):
                return await loop.run_in_executor(
                    self._pool, partial(self._in_session, work, came_from)
                )
        except TimeoutError:
            raise MetadataUnavailable(
                f"PostgreSQL did not answer {function.__name__} within {within_s:g} s"
            ) from None

    def close(self) -> None:
        """Take no more calls; those that wait are dropped, those that run are not waited for.

        Connections are given back, each when nothing runs over it.
        """
        self._is_closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        for session in self._sessions:
            session.close_unless_used()

    def _open_session(self) -> None:
        """First in each thread of the pool."""
        self._own.session = _Session(connections[DEFAULT_DB_ALIAS])
        self._sessions.append(self._own.session)

    def _in_session(self, function: Callable[[], T], asked: Origin) -> T:
        session: _Session = self._own.session
        try:
            with session.used:
                return _with_connection(self._greet, function, asked)
        finally:
            if self._is_closed:
                session.close_unless_used()


class _Session:
    """A thread's connection. Another thread may close it, so it is locked while it is ``used``."""

    def __init__(self, wrapper: BaseDatabaseWrapper) -> None:
        self._wrapper = wrapper
        self.used = threading.Lock()

    def close_unless_used(self) -> None:
        """For good: the lock is kept. The driver's ``close``, which only says goodbye: Django's may
        not be called on an event loop."""
        if self.used.acquire(blocking=False) and self._wrapper.connection is not None:
            self._wrapper.connection.close()


def _with_connection(greet: Callable[[], None], function: Callable[[], T], asked: Origin) -> T:
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    try:
        if connection.connection is None:
            greet()
        with origin.acting(asked):
            return function()
    except Halted as halted:
        raise MetadataUnavailable(halted.message) from halted
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        reason = " ".join(str(error).split())
        raise MetadataUnavailable(f"PostgreSQL did not do it: {reason}") from error
