"""uvicorn's HTTP connection, where a request's head has a size and a request a time to come.

uvicorn waits for the rest of a request for as long as the client likes, and keeps of its head
whatever comes: one connection could fill the memory, and a few thousand silent ones keep everybody
else out, without a credential.
"""

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from streaming.http_door import Door, Guest, door_of
from streaming.rest.streamed_bodies import is_streamed

HEAD_BYTES_MAX: Final = 64 * 1024
"""Request line and headers. Browsers and proxies send at most 16 KiB."""

HEAD_SECONDS_MAX: Final = 10.0
"""For a head, from the connection or its first byte on, as for a login at a broker."""

BODY_SECONDS_MAX: Final = 120.0
"""For a body, which is of 12 MiB at most, but for the stream of a produce request: its view has
asked who sends it."""


class HttpConnection(HttpToolsProtocol):
    """uvicorn's ``http``."""

    takes_over: Guest | None = None
    """What it was at the door until it was secured."""
    _door: Door
    _head_is_open = False
    _head_bytes = 0
    _ended_now = False

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
        self._ended_now = False
        super().data_received(data)
        # Behind the end of another request it is not known how much of the piece is this one's
        # head; one piece is bounded.
        if self._head_is_open and not self._ended_now:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self._door.closed(self)

    # What the parser tells.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_is_open = True
        self._head_bytes = 0
        self._door.owes(self, HEAD_SECONDS_MAX)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._head_is_open = False
        scope = cast("dict[str, Any]", self.scope)
        # One that is to be upgraded is given no path.
        if "path" in scope and is_streamed(scope):
            self._door.settled(self)
        else:
            self._door.owes(self, BODY_SECONDS_MAX)

    def on_message_complete(self) -> None:
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
