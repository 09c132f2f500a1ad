"""Request bodies within bounds: an ASGI layer in front of Django.

Django's ASGI handler stores a whole body on disk before anyone has said who is sending it. This
layer ends a body that is too long, and hands the one body that may last as long as its connection,
the records of a produce request, to the view piece by piece.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from streaming.problems import Problem, problem_body
from streaming.rest.streamed_bodies import is_streamed

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES_MAX: Final = 1024 * 1024
"""Every body but produce's: the largest honest one creates a topic with all its configs."""

PRODUCE_V2_BYTES_MAX: Final = 12 * 1024 * 1024
"""A produce body of REST v2 is one JSON document: the largest record in base64, or many small."""

SEND_SECONDS_MAX: Final = 30
"""For one piece of an answer to find room on its way to the client."""

STREAM_KEY: Final = "headwater.request_body"
_PRODUCE_V2_PATH: Final = re.compile(r"^/kafka/v2/topics/[^/]+(/partitions/[^/]+)?/?$")


class ReaderStalled(Exception):
    """The client took nothing of the answer for ``SEND_SECONDS_MAX``; the connection closes."""


class BodyTooLarge(Exception):
    """A body is longer than its endpoint takes."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(
            f"The body is larger than {bytes_max} bytes, the most this endpoint takes."
        )


class RequestBody:
    """The body of one request, read once, as it arrives; ``len`` bytes are never kept."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.ended = False
        self.disconnected = False

    async def chunks(self) -> AsyncIterator[bytes]:
        """Non-empty pieces until the body ends or the client goes away."""
        while not self.ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.ended = self.disconnected = True
                return
            self.ended = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def whole(self, bytes_max: int) -> bytes:
        """All of it. Raises ``BodyTooLarge`` past ``bytes_max``."""
        pieces: list[bytes] = []
        size = 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > bytes_max:
                raise BodyTooLarge(bytes_max)
            pieces.append(chunk)
        return b"".join(pieces)


class BoundedBody:
    """ASGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, _impatient(send))
        except ReaderStalled:
            logger.warning("%s %s: nobody reads the answer", scope["method"], scope["path"])

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_streamed(scope):
            await self._stream(scope, receive, send)
        else:
            await self._bounded(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Django sees an empty body; the view reads the real one under ``STREAM_KEY``."""
        body = RequestBody(receive)
        told = False

        async def receive_nothing() -> Message:
            nonlocal told
            if not told:
                told = True
                return {"type": "http.request", "body": b"", "more_body": False}
            # Django listens here for the client going away, and the view reads the same channel.
            # The view is the one that must not miss anything, so this waits until Django gives up.
            return await asyncio.get_running_loop().create_future()

        await self._application({**scope, STREAM_KEY: body}, receive_nothing, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = _limit(scope)
        if _content_length(scope) > limit:
            await _refuse(send, limit)
            return
        received = 0
        refused = False

        async def receive_bounded() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit and not refused:
                refused = True
                await _refuse(send, limit)
                return {"type": "http.disconnect"}
            return message

        async def send_unless_refused(message: Message) -> None:
            if not refused:
                await send(message)

        await self._application(scope, receive_bounded, send_unless_refused)


def _impatient(send: Send) -> Send:
    async def send_in_time(message: Message) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                await send(message)
        except TimeoutError:
            raise ReaderStalled from None

    return send_in_time


def _limit(scope: Scope) -> int:
    is_produce_v2 = scope["method"] == "POST" and _PRODUCE_V2_PATH.match(scope["path"])
    return PRODUCE_V2_BYTES_MAX if is_produce_v2 else BODY_BYTES_MAX


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(send: Send, limit: int) -> None:
    problem = Problem(
        413, 413, f"The body is larger than {limit} bytes, the most this endpoint takes."
    )
    body = problem_body(problem)
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
