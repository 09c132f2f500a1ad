"""Records endpoints for API keys, straight from ASGI.

A request that carries an ``Authorization`` header needs nothing of what Django puts in front of a
view: no session, no CSRF, no messages. Through Django's handler and middleware a request costs more
than producing its record. Sessions take the other way, ``records_views``.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache
from typing import Final

from channels.db import database_sync_to_async
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from streaming.access.basic import parse_basic
from streaming.access.caller import Caller
from streaming.access.key_caller import fresh_caller_of_key
from streaming.access.key_login import caller_of_key_at
from streaming.problems import Problem
from streaming.quotas.charging import charge_key
from streaming.quotas.errors import rate_headers
from streaming.rest.answers import problem_for_request
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.problem_reply import problem_reply
from streaming.rest.records_endpoints import PATH, endpoint_for, parse_query
from streaming.rest.request_body import (
    STREAM_KEY,
    Application,
    Receive,
    Scope,
    Send,
)

Header = tuple[bytes, bytes]
Serve = Callable[[Exchange], Awaitable[Reply]]

_FOREIGN_HOST: Final = Problem(400, 400, "The Host header does not name this service.")


class RecordsDoor:
    """ASGI application in front of Django's."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._headers = _security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            found = PATH.fullmatch(scope["path"])
            if found is not None:
                headers = dict(scope["headers"])
                serve = endpoint_for(scope["method"], found)
                if serve is not None and b"authorization" in headers:
                    call = _Call(scope, headers, found.group("cluster"), serve)
                    await self._answer(call, receive, send)
                    return
        await self._application(scope, receive, send)

    async def _answer(self, call: "_Call", receive: Receive, send: Send) -> None:
        reply = await (call.reply() if call.has_body else _until_gone(call.reply(), receive))
        if reply is None:
            return
        headers: list[Header] = [(b"content-type", b"application/json"), *self._headers]
        for name, value in reply.headers.items():
            if name != "WWW-Authenticate" or b"sec-fetch-mode" not in call.headers:
                headers.append((name.lower().encode(), value.encode()))
        body = reply.body
        if isinstance(body, bytes):
            headers.append((b"content-length", str(len(body)).encode()))
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        else:
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await _send_pieces(body, send)


class _Call:
    """One request and what serves it."""

    def __init__(
        self, scope: Scope, headers: dict[bytes, bytes], cluster_id: str, serve: Serve
    ) -> None:
        self._scope = scope
        self.headers = headers
        self._cluster_id = cluster_id
        self._serve = serve

    @property
    def has_body(self) -> bool:
        return STREAM_KEY in self._scope

    async def reply(self) -> Reply:
        """Whatever goes wrong becomes a reply too."""
        if not _is_ours(self.headers.get(b"host", b"")):
            return problem_reply(_FOREIGN_HOST)
        try:
            caller = await self._caller()
            verdict = charge_key(caller)
        except Exception as error:
            return self._failed(error)
        reply = await self._served(caller)
        reply.headers.update(rate_headers(verdict))
        return reply

    async def _served(self, caller: Caller) -> Reply:
        scope = self._scope
        try:
            exchange = Exchange(
                caller.access(self._cluster_id),
                scope["path"],
                parse_query(scope["query_string"]),
                self._header,
                self._origin,
                scope.get(STREAM_KEY),
            )
            return await self._serve(exchange)
        except Exception as error:
            return self._failed(error)

    async def _caller(self) -> Caller:
        key_id, secret = parse_basic(self.headers[b"authorization"].decode("latin-1"))
        known = fresh_caller_of_key(key_id, secret)
        if known is not None:
            return known
        client = self._scope.get("client")
        return await database_sync_to_async(caller_of_key_at)(
            client[0] if client else "", key_id, secret
        )

    def _failed(self, error: Exception) -> Reply:
        scope = self._scope
        return problem_reply(problem_for_request(error, scope["method"], scope["path"]))

    def _header(self, name: str) -> str | None:
        value = self.headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    def _origin(self) -> str:
        host = self.headers[b"host"].decode("latin-1")
        return f"{self._scope.get('scheme', 'http')}://{host}"


async def _until_gone(reply: Awaitable[Reply], receive: Receive) -> Reply | None:
    """The reply, or None when the client goes away before there is one."""
    serving = asyncio.ensure_future(reply)
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
        return serving.result() if serving.done() else None
    finally:
        serving.cancel()
        leaving.cancel()
        await asyncio.gather(serving, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_pieces(pieces: AsyncIterator[bytes], send: Send) -> None:
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        # Also when the reader stalled or the service stops: what the pieces hold is let go now.
        await pieces.aclose()  # type: ignore[attr-defined]


@lru_cache(256)
def _is_ours(host: bytes) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1").lower())
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _security_headers() -> list[Header]:
    """What Django's middleware puts on its answers."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
        (b"x-frame-options", settings.X_FRAME_OPTIONS.encode()),
    ]
    if settings.SECURE_HSTS_SECONDS:
        value = f"max-age={settings.SECURE_HSTS_SECONDS}".encode()
        headers.append((b"strict-transport-security", value))
    return headers
