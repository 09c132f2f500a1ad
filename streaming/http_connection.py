"""uvicorn's HTTP connection, where a request's head has a size and a request a time to come, and
where a request ends is read in one way only.

uvicorn waits for the rest of a request for as long as the client likes, and keeps of its head
whatever comes: one connection could fill the memory, and a few thousand silent ones keep everybody
else out, without a credential. What stands behind the body's last chunk (trailers) it makes headers
of the request, though the application has begun with those before; and the body of a request that
asks for another protocol (``Upgrade: h2c``) it takes for the next request.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from streaming.http_door import Door, Guest, door_of
from streaming.http_head import is_ambiguous, may_open_websocket, without_upgrade
from streaming.rest.streamed_bodies import is_streamed

HEAD_BYTES_MAX: Final = 64 * 1024
"""Request line and headers. Browsers and proxies send at most 16 KiB. As much again may come in a
row of what is no body behind it: trailers, and what chunks are called."""

HEAD_SECONDS_MAX: Final = 10.0
"""For a head, from the connection or its first byte on, as for a login at a broker."""

BODY_SECONDS_MAX: Final = 120.0
"""For a body, which is of 12 MiB at most, but for the stream of a produce request: its view has
asked who sends it."""

_UNREADABLE: Final = "Invalid HTTP request received."


class HttpConnection(HttpToolsProtocol):
    """uvicorn's ``http``."""

    takes_over: Guest | None = None
    """What it was at the door until it was secured."""
    _door: Door
    _head_is_open = False
    _head_bytes = 0
    """Also of what comes behind the head and is no body, since the last of the body."""
    _ended_now = False
    _has_body_now = False
    _takes_upgrade = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._door = door_of(self.loop)
        if self.takes_over is not None:
            self._door.closed(self.takes_over)
        self._door.opened(self, self.client[0] if self.client else "")
        if not transport.is_closing():
            self._door.owes(self, HEAD_SECONDS_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._ended_now = self._has_body_now = False
        self._read(data)
        # Behind the end of another request it is not known how much of the piece is this one's
        # head; one piece is bounded.
        if not (self._ended_now or self._has_body_now or self.transport.is_closing()):
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _read(self, data: bytes) -> None:
        """uvicorn's ``data_received``, but for upgrades that are not taken: there what follows the
        head is the request's body still."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response(_UNREADABLE)
        except httptools.HttpParserUpgrade as upgrade:
            if self._takes_upgrade:
                self.handle_websocket_upgrade()
                return
            method, version = self.parser.get_method(), self.parser.get_http_version()
            head = without_upgrade(method, self.url, version, self.headers)
            # This parser holds that the head was all; uvicorn has its own as lenient.
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self._read(head + data[upgrade.args[0] :])

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self._door.closed(self)

    # What the parser tells.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_is_open = True
        self._head_bytes = 0
        self._door.owes(self, HEAD_SECONDS_MAX)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_is_open:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if is_ambiguous(version, self.headers) or method == b"CONNECT":
            raise ValueError(_UNREADABLE)
        asks_upgrade = self.parser.should_upgrade()
        self._takes_upgrade = (
            asks_upgrade
            and self._should_upgrade()
            and may_open_websocket(method, version, self.headers)
        )
        self._head_is_open = False
        self._head_bytes = 0
        if asks_upgrade and not self._takes_upgrade:
            return
        super().on_headers_complete()
        scope = cast("dict[str, Any]", self.scope)
        # One that is to be upgraded is given no path.
        if "path" in scope and is_streamed(scope):
            self._door.settled(self)
        else:
            self._door.owes(self, BODY_SECONDS_MAX)

    def on_body(self, body: bytes) -> None:
        self._has_body_now = True
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade() and not self._takes_upgrade:
            return
        super().on_message_complete()
        self._ended_now = True
        # One that was answered before it was there wholly is followed by another, or by the end.
        if self.cycle is None or not self.cycle.response_complete:
            self._door.settled(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # uvicorn's own time for the next request ends with any byte, of a body that nobody reads
        # or an empty line. The latest request is another where several came at once.
        if self.cycle.response_complete and not self.transport.is_closing():
            self._door.owes(self, HEAD_SECONDS_MAX)

    # What the door tells.

    def too_slow(self) -> None:
        self._end(HTTPStatus.REQUEST_TIMEOUT)

    def give_way(self) -> None:
        self.transport.abort()

    def _end(self, status: HTTPStatus) -> None:
        """Say why, unless an answer is under way, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
            return
        if self._head_is_open:
            self.transport.write(
                f"HTTP/1.1 {status.value} {status.phrase}\r\n"
                "content-length: 0\r\nconnection: close\r\n\r\n".encode()
            )
        self.transport.close()
