"""One connection to another broker's internal listener: log in, ask, get answers in order.

Requests may be pipelined. An answer's memory is made to its size and never copied. Whatever goes
wrong ends the connection: the caller makes a new one.
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final, cast

from brokers.kernel.errors import ErrorCode, HeadwaterError, ProtocolError
from brokers.kernel.limits import FETCH_BYTES_MAX, MESSAGE_BYTES_MAX, MIB
from brokers.wire.headers import RequestHeader, encode_request_header
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey, is_flexible

ANSWER_BYTES_MAX: Final = FETCH_BYTES_MAX + MESSAGE_BYTES_MAX + MIB
"""A broker is believed more than a client, and still not with everything."""

_LENGTH: Final = Struct(">i")
_HEAD_BYTES: Final = 4
_HANDSHAKE_VERSION: Final = 1
_AUTHENTICATE_VERSION: Final = 2


class PeerUnreachable(HeadwaterError):
    """No connection to that broker, or it ended. ``refused``: nothing listens there."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class ExpectedPeer:
    """TLS to a broker whose certificate must be for ``name``."""

    context: ssl.SSLContext
    name: str


class PeerConnection(asyncio.BufferedProtocol):
    """Use ``connect``."""

    def __init__(self) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the connection has ended."""
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[ApiKey, int, int, asyncio.Future[Any]]] = deque()
        self._correlation_id = 0
        self._head = bytearray(_HEAD_BYTES)
        self._body: bytearray | None = None
        self._filled = 0

    @classmethod
    async def connect(
        cls, host: str, port: int, token: bytes, expected: ExpectedPeer | None = None
    ) -> "PeerConnection":
        """A connection that is logged in with the OAUTHBEARER ``token``, without TLS where nobody
        is ``expected``. Raises ``PeerUnreachable``."""
        loop = asyncio.get_running_loop()
        context = None if expected is None else expected.context
        name = None if expected is None else expected.name
        try:
            _, connection = await loop.create_connection(
                cls, host, port, ssl=context, server_hostname=name
            )
        except OSError as error:
            raise PeerUnreachable(
                f"{host}:{port}: {error.strerror or error}",
                refused=isinstance(error, ConnectionRefusedError),
            ) from error
        try:
            await connection._log_in(token)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _log_in(self, token: bytes) -> None:
        handshake = await self.ask(
            ApiKey.SASL_HANDSHAKE, _HANDSHAKE_VERSION, SaslHandshakeRequest("OAUTHBEARER")
        )
        if handshake.error_code:
            raise PeerUnreachable(
                "the other broker offers no OAUTHBEARER: is it its internal port?"
            )
        message = b"n,,\x01auth=Bearer " + token + b"\x01\x01"
        answer = await self.ask(
            ApiKey.SASL_AUTHENTICATE, _AUTHENTICATE_VERSION, SaslAuthenticateRequest(message)
        )
        if answer.error_code:
            code = ErrorCode(answer.error_code).name
            raise PeerUnreachable(f"the other broker does not let this one in: {code}")

    # Asking.

    def ask(self, api_key: ApiKey, version: int, request: Any) -> asyncio.Future[Any]:
        """Send; the future gets the decoded response, or ``PeerUnreachable``."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._transport is None or self.lost.done():
            future.set_exception(PeerUnreachable("the connection has ended"))
            future.exception()  # Whoever asks twice at once hears of it once.
            return future
        self._correlation_id += 1
        header = RequestHeader(api_key, version, self._correlation_id, "broker")
        body = REQUESTS[api_key].encode(version, request)
        pieces = [encode_request_header(header), *body]
        self._waiting.append((api_key, version, self._correlation_id, future))
        size = sum(map(len, pieces))
        self._transport.writelines([_LENGTH.pack(size), *pieces])
        return future

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        target = self._head if self._body is None else self._body
        return memoryview(target)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._body is None:
            if self._filled < _HEAD_BYTES:
                return
            (size,) = _LENGTH.unpack(self._head)
            if not 4 <= size <= ANSWER_BYTES_MAX:
                self._fail(f"an answer of {size} bytes")
                return
            self._body, self._filled = bytearray(size), 0
        elif self._filled == len(self._body):
            body, self._body, self._filled = self._body, None, 0
            self._answered(memoryview(body))

    def _answered(self, body: memoryview) -> None:
        if not self._waiting:
            self._fail("an answer that nobody asked for")
            return
        api_key, version, correlation_id, future = self._waiting.popleft()
        if _LENGTH.unpack_from(body)[0] != correlation_id:
            self._fail("answers out of order")
            return
        position = 4 + (is_flexible(api_key, version) and api_key != ApiKey.API_VERSIONS)
        try:
            response = RESPONSES[api_key].decode(version, body, position)
        except ProtocolError as error:
            self._fail(str(error))
            return
        if not future.done():
            future.set_result(response)

    def _fail(self, reason: str) -> None:
        self._end(PeerUnreachable(f"the other broker sent {reason}"))
        self.close()

    def eof_received(self) -> None:
        """The transport closes itself after this."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(PeerUnreachable("the connection has ended" if exc is None else str(exc)))

    def _end(self, error: PeerUnreachable) -> None:
        waiting, self._waiting = self._waiting, deque()
        for *_, future in waiting:
            if not future.done():
                future.set_exception(error)
                future.exception()  # It may be that nobody waits for it any more.
        if not self.lost.done():
            self.lost.set_result(None)
