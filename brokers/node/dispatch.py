"""From one request frame to the work that answers it.

``Dispatcher`` holds the table of one listener; the table itself is in ``routes.py``. What is not in
the table does not exist for clients: ApiVersions is built from the same table.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any

from brokers.kernel.errors import ProtocolError
from brokers.node.answers import Buffers
from brokers.node.authentication.login import Stage
from brokers.node.config import ListenerName
from brokers.node.framing import framed, framed_token
from brokers.node.handlers import api_versions, sasl_authenticate, sasl_handshake
from brokers.node.request_origin import RequestOrigin, current
from brokers.node.session import RequestContext, Session
from brokers.node.timed_work import TimedWork
from brokers.wire.headers import RequestHeader, decode_request_header
from brokers.wire.messages.api_versions_response import ApiVersion
from brokers.wire.primitives import DECODE_ERRORS, skip_tags
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey, is_flexible

if TYPE_CHECKING:
    from brokers.node.connection import Connection, Outcome
    from brokers.node.node import Node

Handler = Callable[[Any, RequestContext, "Node"], Awaitable[Any]]
"""``async def handle(request, context, node) -> response``: later requests of its connection wait.
It may raise ``Refusal`` only where its response has no place for a code: the connection closes
then."""

Starter = Callable[["Call"], "Outcome"]
"""The hot path's form: begins at once, in the connection's read callback."""

_head_at = Struct(">hhih").unpack_from
_HEAD_BYTES = 10


@dataclass(slots=True, eq=False)
class Call:
    """One request of the hot path.

    ``frame`` lies in memory that the next read overwrites: what waits must not keep it.
    """

    frame: memoryview
    position: int
    """Where the body starts."""
    version: int
    correlation_id: int
    has_tags: bool
    """Whether the response has the flexible header."""
    connection: "Connection"
    session: Session
    node: "Node"


@dataclass(frozen=True, slots=True)
class Route:
    """One API as this broker answers it; both ends of the version range are inclusive.

    Either ``handle`` or, on the hot path, ``start``. ``advertised_from`` is what ApiVersions tells
    where that is not what is parsed. ``internal_only``: absent from listeners for clients; on the
    internal one it stands in place of an earlier route of its API.
    """

    api_key: ApiKey
    max_version: int
    handle: Handler | None = None
    start: Starter | None = None
    advertised_from: int | None = None
    internal_only: bool = False

    @property
    def min_version(self) -> int:
        return REQUESTS[self.api_key].min_version


LOGIN_ROUTES = (
    Route(ApiKey.API_VERSIONS, max_version=4),
    Route(ApiKey.SASL_HANDSHAKE, max_version=1),
    Route(ApiKey.SASL_AUTHENTICATE, max_version=2),
)
"""What may be asked before there is a session; answered by the dispatcher itself."""


class Dispatcher:
    """The requests that one listener answers, and how."""

    def __init__(self, node: "Node", routes: Iterable[Route], *, listener: ListenerName) -> None:
        self._node = node
        self._routes = {
            int(route.api_key): route
            for route in (*LOGIN_ROUTES, *routes)
            if listener is ListenerName.INTERNAL or not route.internal_only
        }
        table = self._routes.values()
        self._hot = {
            int(route.api_key): (
                route.start, route.min_version, route.max_version,
                REQUESTS[route.api_key].flexible_from,
            )
            for route in table
            if route.start is not None
        }  # fmt: skip
        self._offered = [
            ApiVersion(
                route.api_key,
                route.min_version if route.advertised_from is None else route.advertised_from,
                route.max_version,
            )
            for route in sorted(table, key=lambda route: route.api_key)
        ]
        self._versions_bodies: dict[int, Buffers] = {}

    def start(self, frame: memoryview, connection: "Connection") -> "Outcome":
        """Begin one request. Raises ``ProtocolError`` when it cannot be one."""
        session = connection.session
        if session is None:
            return self.start_login(frame, connection)
        try:
            api_key, version, correlation_id, length = _head_at(frame)
            hot = self._hot.get(api_key)
            if hot is None:
                return self._answer(frame, connection, session)
            start, first, last, flexible_from = hot
            if not first <= version <= last:
                raise _unsupported(api_key, version)
            # The client id is skipped: nothing on the hot path looks at it.
            position = _HEAD_BYTES + length if length > 0 else _HEAD_BYTES
            has_tags: bool = version >= flexible_from
            if has_tags:
                tags = frame[position]
                position += 1
                if tags:
                    position = skip_tags(frame, position, tags)
        except DECODE_ERRORS as error:
            raise ProtocolError(f"request header cannot be read: {error}") from error
        connection.requests[api_key] += 1
        connection.charges.identify(frame)
        connection.usage.requests += 1
        return start(
            Call(
                frame,
                position,
                version,
                correlation_id,
                has_tags,
                connection,
                session,
                self._node,
            )
        )

    def start_login(self, frame: memoryview, connection: "Connection") -> "Outcome":
        """Begin one request of a connection that has no session, or has to prove it anew. Raises
        ``ProtocolError`` for any that is no part of a login."""
        login = connection.login
        if login.stage is Stage.FAILED:
            return None  # The connection is about to close.
        if login.bare_tokens:
            return self._bare_token(bytes(frame), connection)
        header, position = decode_request_header(frame)
        if header.api_key == ApiKey.API_VERSIONS:
            return self._api_versions(header, frame, position)
        if header.api_key == ApiKey.SASL_HANDSHAKE:
            return self._sasl_handshake(header, frame, position, connection)
        if header.api_key == ApiKey.SASL_AUTHENTICATE:
            request = self._decode(header, frame, position)
            return self._sasl_authenticate(header, request, connection)
        raise ProtocolError(
            f"API key {header.api_key} was asked for before login, or for a session that "
            "has to be authenticated again first"
        )

    def _answer(self, frame: memoryview, connection: "Connection", session: Session) -> "Outcome":
        header, position = decode_request_header(frame)
        if header.api_key == ApiKey.API_VERSIONS:
            return self._api_versions(header, frame, position)
        if header.api_key == ApiKey.SASL_HANDSHAKE:
            return self._sasl_handshake(header, frame, position, connection)
        request = self._decode(header, frame, position)
        connection.requests[header.api_key] += 1
        connection.usage.requests += 1
        if header.api_key == ApiKey.SASL_AUTHENTICATE:
            return self._sasl_authenticate(header, request, connection)
        context = RequestContext(
            session,
            header.api_version,
            header.client_id,
            connection.entrance,
            connection.peer,
            connection.rights,
        )
        handler = self._routes[header.api_key].handle
        assert handler is not None
        connection.charges.identify(frame)
        begin = partial(handler, request, context, self._node)
        return self._handled(begin, header, connection)

    async def _handled(
        self,
        begin: Callable[[], Awaitable[Any]],
        header: RequestHeader,
        connection: "Connection",
    ) -> Buffers:
        # A task of its own, so it need not be put back.
        current.set(self.origin_of(connection, header.correlation_id))
        timed = TimedWork(begin())
        response = await timed
        wait_ms = connection.charges.charge_time(timed.spent_ms)
        if wait_ms:
            connection.mute(wait_ms, header.correlation_id)
            if hasattr(response, "throttle_time_ms"):
                response.throttle_time_ms = max(response.throttle_time_ms, wait_ms)
        return self._encoded(header, response)

    def origin_of(self, connection: "Connection", correlation_id: int) -> RequestOrigin:
        """Where a request comes from, for the audit log."""
        node = self._node
        request_id = f"{node.broker_id}.{node.incarnation}.{connection.number}.{correlation_id}"
        return RequestOrigin(connection.address, request_id)

    def _decode(self, header: RequestHeader, frame: memoryview, position: int) -> Any:
        """Unknown APIs and versions fail closed, as they do in Kafka."""
        route = self._routes.get(header.api_key)
        if route is None or not route.min_version <= header.api_version <= route.max_version:
            raise _unsupported(header.api_key, header.api_version)
        return REQUESTS[header.api_key].decode(header.api_version, frame, position)

    def _encoded(self, header: RequestHeader, response: Any) -> Buffers:
        body = RESPONSES[header.api_key].encode(header.api_version, response)
        # The exception that every implementation has: an ApiVersions answer may be for a reader
        # that knows no flexible versions.
        has_tags = header.api_key != ApiKey.API_VERSIONS and is_flexible(
            header.api_key, header.api_version
        )
        return framed(header.correlation_id, body, has_tags=has_tags)

    # ApiVersions and SASL, which need no session.

    def _api_versions(self, header: RequestHeader, frame: memoryview, position: int) -> Buffers:
        version = header.api_version
        if not 0 <= version <= self._routes[ApiKey.API_VERSIONS].max_version:
            header = header._replace(api_version=0)
            return self._encoded(header, api_versions.unsupported_version(self._offered))
        request = REQUESTS[ApiKey.API_VERSIONS].decode(version, frame, position)
        response = api_versions.answer(request, version, self._offered)
        if response.error_code:
            return self._encoded(header, response)
        body = self._versions_bodies.get(version)
        if body is None:
            body = RESPONSES[ApiKey.API_VERSIONS].encode(version, response)
            self._versions_bodies[version] = body
        return framed(header.correlation_id, body, has_tags=False)

    def _sasl_handshake(
        self, header: RequestHeader, frame: memoryview, position: int, connection: "Connection"
    ) -> Buffers:
        request = self._decode(header, frame, position)
        response = sasl_handshake.handle(request, header.api_version, connection)
        return self._encoded(header, response)

    async def _sasl_authenticate(
        self, header: RequestHeader, request: Any, connection: "Connection"
    ) -> Buffers:
        response = await sasl_authenticate.handle(request, connection, self._node)
        return self._encoded(header, response)

    async def _bare_token(self, token: bytes, connection: "Connection") -> Buffers:
        answer = await sasl_authenticate.handle_bare(token, connection, self._node)
        return framed_token(answer)


def _unsupported(api_key: int, version: int) -> ProtocolError:
    return ProtocolError(f"API key {api_key} in version {version} is not answered here")
