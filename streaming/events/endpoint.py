"""``/ws/v1/events?tenant=NAME&since=CURSOR``: from the upgrade to the close frame.

Plain ASGI, as record sockets are: a Channels consumer would be closed whenever Redis fails, and
hints are all that Redis carries here.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from channels.db import database_sync_to_async

from streaming.access import directory
from streaming.access.caller import Caller, SessionCredential, TenantAccess
from streaming.access.errors import NotAuthenticated
from streaming.access.management import OPERATOR, managed_tenant
from streaming.events.event import Cursor, parse_cursor
from streaming.events.hub import current_hub
from streaming.events.session import Ended, EventSession
from streaming.live.admission import TooManySockets, process_admission
from streaming.live.close_codes import CloseCode
from streaming.live.revocation import Grant, current_watch
from streaming.live.socket import Closed, Message, Scope, Socket
from streaming.live.socket_caller import caller_of_upgrade
from streaming.problems import Problem, problem_of
from streaming.quotas.charging import charge_tenant
from streaming.quotas.tenant_limits import process_limits
from streaming.records.identity import READ
from streaming.rest.consume_request import InvalidQuery
from tenants.models import PLATFORM
from tenants.selectors.audit_log import chain_lengths

logger = logging.getLogger(__name__)

CLOSE_SECONDS: Final = 5
OPERATOR_CHECK_SECONDS: Final = 3
_PARAMETERS: Final = ("tenant", "since")


@dataclass(frozen=True, slots=True)
class EventsRequest:
    """``tenant`` None: the caller's only one, or none for an operator without any."""

    tenant: str | None
    since: Cursor | None


def parse_events_request(query: bytes) -> EventsRequest:
    """The URL's query. Raises ``InvalidQuery``."""
    given: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in _PARAMETERS:
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: tenant, since")
        given[name] = value
    since = parse_cursor(given["since"]) if "since" in given else None
    if "since" in given and since is None:
        raise InvalidQuery("since must be the cursor of a frame")
    return EventsRequest(given.get("tenant"), since)


async def tenant_events(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """The ASGI application."""
    socket = Socket(scope, receive, send)
    try:
        await socket.connect()
        await _serve(socket)
    except Closed:
        pass
    except Exception as error:
        await _refuse(socket, error)


async def _serve(socket: Socket) -> None:
    request = parse_events_request(socket.scope["query_string"])
    caller = await caller_of_upgrade(socket.scope)
    if caller is None:
        raise NotAuthenticated("Sign in, or send an API key and its secret with HTTP Basic.")
    access = await database_sync_to_async(_access)(caller, request.tenant)
    async with _admitted(access):
        start = request.since or await database_sync_to_async(_newest)(access)
        await socket.accept()
        ended = await _tell(socket, EventSession(socket, caller, access, start), caller, access)
    if ended is not None:
        await _close(socket, ended)


@asynccontextmanager
async def _admitted(access: TenantAccess | None) -> AsyncIterator[None]:
    """The socket is counted as the tenant's while the context lasts; an operator's is nobody's."""
    if access is None or access.role == OPERATOR:
        yield
        return
    limits = await database_sync_to_async(process_limits().refreshed)(access.tenant_id)
    charge_tenant(access)
    with process_admission().admit(access, limits.websockets):
        yield


async def _tell(
    socket: Socket, session: EventSession, caller: Caller, access: TenantAccess | None
) -> Ended | None:
    hub, watch = current_hub(), current_watch()
    hub.add(session)
    if access is not None and not caller.is_operator:
        watch.add(session, Grant(caller, access))
    try:
        return await session.run(*([_while_operator(caller)] if caller.is_operator else []))
    finally:
        hub.remove(session)
        watch.remove(session)


def _access(caller: Caller, tenant: str | None) -> TenantAccess | None:
    if tenant is not None:
        access = managed_tenant(caller, tenant)
    elif len(caller.tenants) == 1:
        access = caller.tenants[0]
    elif caller.is_operator:
        return None
    else:
        raise InvalidQuery(
            f"{caller.name} belongs to {len(caller.tenants)} tenants; name one with tenant"
        )
    access.require(READ)
    return access


def _newest(access: TenantAccess | None) -> Cursor:
    if access is None:
        return Cursor(0, chain_lengths([PLATFORM])[PLATFORM])
    tenant = UUID(access.tenant_id)
    lengths = chain_lengths([PLATFORM, tenant])
    return Cursor(lengths[tenant], lengths[PLATFORM])


async def _while_operator(caller: Caller) -> None:
    """Members are watched all at once (``live/revocation.py``); operators are few."""
    credential = caller.credential
    assert isinstance(credential, SessionCredential), "keys are no operators"
    while True:
        await asyncio.sleep(OPERATOR_CHECK_SECONDS)
        if not await database_sync_to_async(directory.is_operator)(credential):
            raise Ended(CloseCode.NOT_AUTHENTICATED, "the session has ended; sign in again")


async def _refuse(socket: Socket, error: Exception) -> None:
    """Answer an error by HTTP before the upgrade; after it the socket is closed."""
    problem = _problem(error)
    if problem is None:
        logger.error("the event socket failed", exc_info=error)
        problem = Problem(503, 50003, "The socket failed inside the service; connect again.")
    try:
        if socket.accepted:
            await _close(socket, Ended(CloseCode.UNAVAILABLE, problem.message))
        else:
            await socket.refuse(problem)
    except Closed:
        pass


async def _close(socket: Socket, ended: Ended) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close(ended.code, ended.reason)
    except (Closed, TimeoutError):
        pass


def _problem(error: Exception) -> Problem | None:
    match error:
        case InvalidQuery():
            return Problem(400, 400, str(error))
        case TooManySockets():
            return Problem(429, 42901, str(error), {"Retry-After": "5"})
    return problem_of(error)
