"""Every request's id and source: an ASGI layer in front of everything else.

An id that the client sends in ``X-Request-Id`` is kept when it is harmless, and made up otherwise;
it goes back in the answer's header, into the log lines of the request and into the audit log. A
websocket has the id of its upgrade for as long as it lasts.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any, Final

from brokers.node import request_origin
from tenants import origin
from tenants.origin import Origin

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER: Final = b"x-request-id"
ID_BYTES: Final = 16
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_STARTS: Final = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)


class RequestOrigin:
    """ASGI application in front of another."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        request_id = _request_id(scope)
        header = (HEADER, request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] in _STARTS:
                message = {**message, "headers": [*message.get("headers", ()), header]}
            await send(message)

        with origin.acting(Origin(_source(scope), request_id)):
            await self._application(scope, receive, send_with_id)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == HEADER and _ID.fullmatch(value):
            return str(value.decode())
    return token_hex(ID_BYTES)


def _source(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0])[:64] if client else ""


class NameRequest(logging.Filter):
    """Puts the id of the request under way, over HTTP or Kafka, into each record as ``request``."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = origin.current().request_id or request_origin.current.get().request_id
        record.request = f" [{request_id}]" if request_id else ""
        return True
