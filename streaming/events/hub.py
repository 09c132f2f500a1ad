"""Tells the open event sockets of one event loop what the audit log says.

Each socket knows how far it has been told. The hub asks for the lengths of their chains, in one
query for all, whenever there is a hint and at least each ``POLL_SECONDS``.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from streaming.events.event import Entry
from streaming.events.hints import listen
from tenants.models import Outcome
from tenants.selectors.audit_log import chain_lengths, entries_after

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
"""With a slow query this keeps the promise of one second without any hint."""
BACKLOG_MAX: Final = 1000
"""Entries of one chain that a socket is told after it was away; past them it is told of a gap."""

CANCEL_AGAIN_SECONDS: Final = 1


class Listener(Protocol):
    """A socket; ``told`` is the sequence number that it has reached in each of its chains."""

    told: dict[UUID, int]

    def on_entry(self, chain: UUID, entry: Entry) -> None: ...

    def on_gap(self, chain: UUID, sequence: int) -> None: ...


class EventHub:
    """Runs while there are listeners."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, listener: Listener) -> None:
        self._listeners.add(listener)
        self._wake.set()
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._watch()),
                asyncio.create_task(listen(self._wake)),
            ]

    def remove(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            for task in self._tasks:
                _end(task)
            self._tasks = []

    async def _watch(self) -> None:
        while True:
            try:
                await self._look()
            except DatabaseError as error:
                logger.warning("events wait: the database is away (%s)", error)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def _look(self) -> None:
        chains = {chain for listener in self._listeners for chain in listener.told}
        lengths = await database_sync_to_async(chain_lengths)(chains)
        for chain, length in lengths.items():
            behind = [each for each in self._listeners if each.told.get(chain, length) != length]
            if behind:
                await self._tell(chain, length, behind)

    async def _tell(self, chain: UUID, length: int, behind: Iterable[Listener]) -> None:
        reachable = []
        for listener in behind:
            # Ahead: the cursor is of a database that was restored since, or nobody's.
            if 0 < length - listener.told[chain] <= BACKLOG_MAX:
                reachable.append(listener)
            else:
                listener.told[chain] = length
                listener.on_gap(chain, length)
        if not reachable:
            return
        start = min(listener.told[chain] for listener in reachable)
        rows = await database_sync_to_async(entries_after)(chain, start, limit=BACKLOG_MAX)
        for row in rows:
            was_done = row.outcome == Outcome.DONE
            entry = Entry(
                row.sequence, row.at, row.by, row.action, row.object, row.detail, was_done
            )
            for listener in reachable:
                if entry.sequence > listener.told[chain]:
                    listener.told[chain] = entry.sequence
                    listener.on_entry(chain, entry)


def _end(task: asyncio.Task[None]) -> None:
    """Cancel it until it has ended: Redis' client takes some cancellations for a time-out of its
    own, and asks once more."""
    if not task.done():
        task.cancel()
        asyncio.get_running_loop().call_later(CANCEL_AGAIN_SECONDS, _end, task)


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, EventHub]" = WeakKeyDictionary()


def current_hub() -> EventHub:
    """The hub of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), EventHub())
