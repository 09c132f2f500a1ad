"""``/ws/v1/topics/{topic}``: from the upgrade to the close frame.

Whatever can be refused before the upgrade is refused with an HTTP status and a JSON error; after
it, with a close code of ``close_codes``. A plain ASGI application: record sockets have no channel
layer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from weakref import WeakKeyDictionary

from streaming.access.caller import Caller, TenantAccess
from streaming.access.errors import NotAuthenticated
from streaming.live.admission import UNAUTHENTICATED, Admission, TooManySockets
from streaming.live.client_message import Authenticate, InvalidMessage, parse_client_message
from streaming.live.close_codes import CloseCode
from streaming.live.frames import error_frame
from streaming.live.revocation import Grant, current_watch
from streaming.live.session import Ending, LiveSession
from streaming.live.socket import Closed, Message, Scope, Socket
from streaming.live.socket_caller import caller_of_secret, caller_of_upgrade
from streaming.live.tail_request import InvalidRequest, TailRequest, parse_tail_request
from streaming.problems import Problem, problem_of
from streaming.records.identity import READ

logger = logging.getLogger(__name__)

AUTH_SECONDS: Final = 10
CLOSE_SECONDS: Final = 5

_admissions: "WeakKeyDictionary[asyncio.AbstractEventLoop, Admission]" = WeakKeyDictionary()


async def live_tail(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """The ASGI application; ``url_route`` in the scope names the topic."""
    socket = Socket(scope, receive, send)
    try:
        await socket.connect()
        await _serve(socket, scope["url_route"]["kwargs"]["topic"])
    except Closed:
        pass
    except Exception as error:
        await _refuse(socket, error)


async def no_such_socket(
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """What every other path answers."""
    socket = Socket(scope, receive, send)
    await socket.connect()
    path = scope["path"]
    await socket.refuse(Problem(404, 404, f"{path} is not a live endpoint; see /ws/v1/topics/…"))


async def _serve(socket: Socket, topic: str) -> None:
    request = parse_tail_request(socket.scope["query_string"])
    admission = _admissions.setdefault(asyncio.get_running_loop(), Admission())
    caller = await caller_of_upgrade(socket.scope)
    if caller is None:
        with admission.admit(UNAUTHENTICATED):
            await socket.accept()
            caller = await _first_message(socket)
    access = _access(caller, request)
    with admission.admit(access.tenant_id):
        await _tail(socket, Grant(caller, access), topic, request)


def _access(caller: Caller, request: TailRequest) -> TenantAccess:
    if request.cluster_id is not None:
        access = caller.access(request.cluster_id)
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
            message = parse_client_message(await socket.receive())
    except TimeoutError:
        raise NotAuthenticated(
            f"No credential within {AUTH_SECONDS} seconds. Send an Authorization header, or a "
            'first message {"type":"auth","api_key":…,"api_secret":…}.'
        ) from None
    if not isinstance(message, Authenticate):
        raise NotAuthenticated("The first message must be of type auth.")
    return await caller_of_secret(message.api_key, message.api_secret)


async def _tail(socket: Socket, grant: Grant, topic: str, request: TailRequest) -> None:
    session = LiveSession(socket, grant.access, topic, request)
    watch = current_watch()
    try:
        await session.open()
        if not socket.accepted:
            await socket.accept()
        watch.add(session, grant)
        ending = await session.run()
    finally:
        watch.remove(session)
        session.leave()
    if ending is not None:
        await _close(socket, ending.code, ending.reason)


async def _refuse(socket: Socket, error: Exception) -> None:
    """Answer an error by HTTP before the upgrade, and by a close code after it."""
    problem = _problem(error)
    if problem is None:
        logger.error("live socket %s failed", socket.scope["path"], exc_info=error)
        problem = Problem(503, 50003, "The socket failed inside the service; connect again.")
    try:
        if socket.accepted:
            await socket.send(error_frame(4000 + problem.status, problem.message))
            await _close(socket, _close_code(problem.status), problem.message)
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
        case InvalidRequest() | InvalidMessage():
            return Problem(400, 400, str(error))
        case TooManySockets():
            return Problem(429, 42901, str(error), {"Retry-After": "5"})
        case Ending():
            return Problem(error.code.http_status, error.code.http_status, error.reason)
    return problem_of(error)


def _close_code(status: int) -> CloseCode:
    try:
        return CloseCode(4000 + status)
    except ValueError:
        return CloseCode.UNAVAILABLE
