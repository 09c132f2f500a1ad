"""``/ws/v1/topics/{topic}`` and ``/ws/v1/stream``: from the upgrade to the close frame.

Whatever can be refused before the upgrade is refused with an HTTP status and a JSON error; after
it, with a close code of ``close_codes``. A plain ASGI application: record sockets have no channel
layer.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from channels.db import database_sync_to_async

from streaming.access.caller import Caller, TenantAccess
from streaming.access.errors import NotAuthenticated
from streaming.filters.filter import InvalidFilter
from streaming.live.admission import TooManySockets, process_admission
from streaming.live.client_message import (
    Authenticate,
    parse_stream_message,
    parse_topic_message,
)
from streaming.live.close_codes import CloseCode
from streaming.live.ending import Ending
from streaming.live.feed_request import FeedRequest
from streaming.live.frames import bye_frame, error_frame
from streaming.live.message_fields import InvalidMessage
from streaming.live.revocation import Grant, current_watch
from streaming.live.session import LiveSession
from streaming.live.socket import Closed, Message, Scope, Socket
from streaming.live.socket_caller import caller_of_secret, caller_of_ticket, caller_of_upgrade
from streaming.live.start_from import InvalidRequest
from streaming.live.stream_request import parse_stream_request
from streaming.live.tail_request import parse_tail_request
from streaming.problems import Problem, problem_of
from streaming.quotas.charging import charge_tenant
from streaming.quotas.tenant_limits import process_limits
from streaming.records.identity import READ

logger = logging.getLogger(__name__)

AUTH_SECONDS: Final = 10
CLOSE_SECONDS: Final = 5


async def live_tail(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """One subscription, said in the URL; ``url_route`` in the scope names the topic."""
    await _answer(Socket(scope, receive, send), _serve_topic)


async def live_stream(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Many subscriptions, said in messages."""
    await _answer(Socket(scope, receive, send), _serve_stream)


async def no_such_socket(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """What every other path answers."""
    socket = Socket(scope, receive, send)
    await socket.connect()
    path = scope["path"]
    await socket.refuse(Problem(404, 404, f"{path} is not a live endpoint; see /ws/v1/stream"))


async def _answer(socket: Socket, serve: Callable[[Socket], Awaitable[None]]) -> None:
    try:
        await socket.connect()
        await serve(socket)
    except Closed:
        pass
    except Exception as error:
        await _refuse(socket, error)


async def _serve_topic(socket: Socket) -> None:
    request = parse_tail_request(socket.scope["query_string"])
    topic = socket.scope["url_route"]["kwargs"]["topic"]
    async with _admitted(socket, request.cluster_id, None) as grant:
        session = LiveSession(socket, grant.access, parse_topic_message)
        ending = await _live(socket, grant, session, request.feed(topic))
        if ending is not None:
            await _close(socket, ending.code, ending.reason)


async def _serve_stream(socket: Socket) -> None:
    request = parse_stream_request(socket.scope["query_string"])
    async with _admitted(socket, request.cluster_id, request.ticket) as grant:
        href = f"/kafka/v3/clusters/{grant.access.cluster_id}/topics/"
        session = LiveSession(socket, grant.access, partial(parse_stream_message, href=href))
        ending = await _live(socket, grant, session, None)
        if ending is not None:
            await _say_bye(socket, ending)
            await _close(socket, ending.code, ending.reason)


@asynccontextmanager
async def _admitted(
    socket: Socket, cluster_id: str | None, ticket: str | None
) -> AsyncIterator[Grant]:
    """By what right the socket is open; it is counted while the context lasts."""
    if ticket is not None:
        caller: Caller | None = await caller_of_ticket(ticket)
    else:
        caller = await caller_of_upgrade(socket.scope)
    if caller is None:
        with process_admission().admit_unauthenticated():
            await socket.accept()
            caller = await _first_message(socket)
    access = _access(caller, cluster_id)
    limits = await database_sync_to_async(process_limits().refreshed)(access.tenant_id)
    charge_tenant(access)
    with process_admission().admit(access, limits.websockets):
        yield Grant(caller, access)


def _access(caller: Caller, cluster_id: str | None) -> TenantAccess:
    if cluster_id is not None:
        access = caller.access(cluster_id)
    elif len(caller.tenants) == 1:
        access = caller.tenants[0]
    else:
        raise InvalidRequest(
            f"{caller.name} belongs to {len(caller.tenants)} tenants; name one with cluster_id"
        )
    access.require(READ)
    return access


async def _first_message(socket: Socket) -> Caller:
    try:
        async with asyncio.timeout(AUTH_SECONDS):
            message = parse_topic_message(await socket.receive())
    except TimeoutError:
        raise NotAuthenticated(
            f"No credential within {AUTH_SECONDS} seconds. Send an Authorization header, or a "
            'first message {"type":"auth","api_key":…,"api_secret":…}.'
        ) from None
    if not isinstance(message, Authenticate):
        raise NotAuthenticated("The first message must be of type auth.")
    return await caller_of_secret(socket.scope, message.api_key, message.api_secret)


async def _live(
    socket: Socket, grant: Grant, session: LiveSession, first: FeedRequest | None
) -> Ending | None:
    watch = current_watch()
    try:
        if first is not None:
            await session.subscribe(first)
        if not socket.accepted:
            await socket.accept()
        watch.add(session, grant)
        ending = await session.run()
    finally:
        watch.remove(session)
        session.leave()
    return ending


async def _say_bye(socket: Socket, ending: Ending) -> None:
    """The last words, for clients that are not told close codes; a full socket gets none."""
    if ending.code is CloseCode.SLOW_READER:
        return
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.send(bye_frame(None, ending.code, ending.reason, None))
    except (Closed, TimeoutError):
        pass


async def _refuse(socket: Socket, error: Exception) -> None:
    """Answer an error by HTTP before the upgrade, and by a close code after it."""
    problem = _problem(error)
    if problem is None:
        logger.error("live socket %s failed", socket.scope["path"], exc_info=error)
        problem = Problem(503, 50003, "The socket failed inside the service; connect again.")
    try:
        if socket.accepted:
            await socket.send(error_frame(4000 + problem.status, problem.message))
            await _close(socket, CloseCode.of_status(problem.status), problem.message)
        else:
            await socket.refuse(problem)
    except Closed:
        pass


async def _close(socket: Socket, code: CloseCode, reason: str) -> None:
    """Close; a socket that takes not even that is left to the server's own time-out."""
    logger.info("live socket %s closed: %d %s", socket.scope["path"], code, reason)
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close(code, reason)
    except (Closed, TimeoutError):
        pass


def _problem(error: Exception) -> Problem | None:
    match error:
        case InvalidRequest() | InvalidMessage() | InvalidFilter():
            return Problem(400, 400, str(error))
        case TooManySockets():
            return Problem(429, 42901, str(error), {"Retry-After": "5"})
        case Ending():
            return Problem(error.code.http_status, error.code.http_status, error.reason)
    return problem_of(error)
