"""Closes live sockets whose credential no longer holds, or is worth less than it was.

Records keep flowing without a database, so nothing on their way asks it. Instead one watcher per
web process polls the number of the newest change; when it has risen, and every few seconds for what
has no number (a session that ended, a key that expired), it asks about all open sockets at once.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from brokers.authorization.resource import Operation, ResourceType
from brokers.node.authorization import Rights
from streaming.access import directory
from streaming.access.caller import Caller, KeyCredential, SessionCredential, TenantAccess
from streaming.access.rights import rights_of
from streaming.live.close_codes import CloseCode
from streaming.quotas.tenant_limits import process_limits
from streaming.records.identity import READ
from tenants.selectors.changes import newest_change_number

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1
CHECK_SECONDS: Final = 3
"""With ``POLL_SECONDS`` this keeps the promise of five seconds, with room for a slow database."""


class Revocable(Protocol):
    """Something open that can be ended at once."""

    @property
    def topics(self) -> list[str]:
        """What it is sent records of."""
        ...

    def end(self, code: CloseCode, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """By what right a socket is open."""

    caller: Caller
    access: TenantAccess


class RevocationWatch:
    """The open sockets of one event loop. Runs while there are any."""

    def __init__(self) -> None:
        self._open: dict[Revocable, Grant] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: Revocable, grant: Grant) -> None:
        self._open[socket] = grant
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def remove(self, socket: Revocable) -> None:
        self._open.pop(socket, None)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        # The number and the time of the last check; -1 asks for one at once, since a key may have
        # been revoked between the socket's login and now.
        number, checked_at = -1, 0.0
        while self._open:
            try:
                newest = await database_sync_to_async(newest_change_number)()
                if newest != number or loop.time() - checked_at >= CHECK_SECONDS:
                    await self._check()
                    if newest != number:
                        await self._renew_limits()
                    number, checked_at = newest, loop.time()
            except DatabaseError as error:
                logger.warning("live sockets stay open unchecked: the database is away (%s)", error)
            await asyncio.sleep(POLL_SECONDS)

    async def _renew_limits(self) -> None:
        """One of the changes may have been a limit, and a socket looks none up while it is open."""
        for tenant_id in {grant.access.tenant_id for grant in self._open.values()}:
            await database_sync_to_async(process_limits().renewed)(tenant_id)

    async def _check(self) -> None:
        grants = dict(self._open)
        for socket, code, reason in await database_sync_to_async(_lapsed)(grants):
            socket.end(code, reason)
        for socket, reason in await database_sync_to_async(_no_longer_allowed)(grants):
            socket.end(CloseCode.NOT_ALLOWED, reason)


def _no_longer_allowed(grants: dict[Revocable, Grant]) -> list[tuple[Revocable, str]]:
    """Sockets of service accounts whose ACLs do not let them read what they are sent; one query
    for each account."""
    rights: dict[tuple[str, str], Rights] = {}
    ended: list[tuple[Revocable, str]] = []
    for socket, grant in grants.items():
        access = grant.access
        if not access.goes_by_acls:
            continue
        whose = (access.principal, access.key_id or "")
        if whose not in rights:
            rights[whose] = rights_of(access)
        for topic in socket.topics:
            if not rights[whose].allow(Operation.READ, ResourceType.TOPIC, topic):
                ended.append((socket, f"{access.principal} may no longer read topic {topic!r}"))
                break
    return ended


def _lapsed(grants: dict[Revocable, Grant]) -> list[tuple[Revocable, CloseCode, str]]:
    """Sockets that must close, and why; three queries for all of them."""
    keys = {
        c.key_id for g in grants.values() if isinstance(c := g.caller.credential, KeyCredential)
    }
    sessions: set[str] = set()
    members: set[tuple[str, str]] = set()
    for grant in grants.values():
        if isinstance(credential := grant.caller.credential, SessionCredential):
            sessions.add(credential.session_key)
            members.add((credential.user_id, grant.access.tenant_id))
    valid_keys = directory.valid_keys(keys) if keys else set()
    valid_sessions = directory.valid_sessions(sessions) if sessions else set()
    scopes = directory.scopes_of(members) if members else {}
    lapsed: list[tuple[Revocable, CloseCode, str]] = []
    for socket, grant in grants.items():
        match grant.caller.credential:
            case KeyCredential(key_id=key_id):
                if key_id not in valid_keys:
                    said = f"API key {key_id} was revoked or has expired"
                    lapsed.append((socket, CloseCode.NOT_AUTHENTICATED, said))
            case SessionCredential(session_key=session_key, user_id=user_id):
                now = scopes.get((user_id, grant.access.tenant_id), frozenset())
                if session_key not in valid_sessions:
                    said = "the session has ended; sign in again"
                    lapsed.append((socket, CloseCode.NOT_AUTHENTICATED, said))
                elif READ not in now:
                    said = "the session may no longer read this tenant's records"
                    lapsed.append((socket, CloseCode.NOT_AUTHENTICATED, said))
                elif not grant.access.scopes <= now:
                    # It goes by what it was opened with: a viewer would write on.
                    said = "your rights have changed; connect again"
                    lapsed.append((socket, CloseCode.GOING_AWAY, said))
    return lapsed


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, RevocationWatch]" = WeakKeyDictionary()


def current_watch() -> RevocationWatch:
    """The watch of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), RevocationWatch())
