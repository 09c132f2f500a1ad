"""A websocket as ASGI speaks it, with just the calls that a live socket needs.

Source: ASGI specification, "WebSocket" and the "Websocket Denial Response" extension.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from streaming.live.close_codes import CloseCode
from streaming.problems import Problem, problem_body

Scope = dict[str, Any]
Message = dict[str, Any]

REASON_BYTES_MAX: Final = 123  # RFC 6455, section 5.5


class Closed(Exception):
    """The other side is gone."""


class Socket:
    """One connection. Every call raises ``Closed`` once the other side is gone."""

    def __init__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.accepted = False

    async def accept(self) -> None:
        """Finish the upgrade."""
        await self._out({"type": "websocket.accept"})
        self.accepted = True

    async def refuse(self, problem: Problem) -> None:
        """Answer the upgrade with an HTTP error; nothing may follow."""
        body = problem_body(problem)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
        ]
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self._out({"type": "websocket.close"})
            return
        start = {"type": "websocket.http.response.start", "status": problem.status}
        await self._out({**start, "headers": headers})
        await self._out({"type": "websocket.http.response.body", "body": body})

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close with a code of the published table."""
        short = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
        await self._out({"type": "websocket.close", "code": int(code), "reason": short})

    async def send(self, text: str) -> None:
        """Send one text frame; waits while the socket takes no more."""
        await self._out({"type": "websocket.send", "text": text})

    async def receive(self) -> str | None:
        """The next message; None for a binary one."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Closed
        text = message.get("text")
        return text if isinstance(text, str) else None

    async def connect(self) -> None:
        """Take the server's announcement of the connection; comes first."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            raise Closed

    async def _out(self, message: Message) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:
            raise Closed from error
