"""HTTP requests that were refused, on their way to the audit log: an ASGI layer.

403 is a refusal, and 401 where a credential was shown; without one it only asks for one. What the
caller is called is told on the way (``recognised``, ``claimed``), the tenant follows from that and
from the path. What an open socket's messages ask for in vain is told by ``denied``, and what one
request asks for in vain beside what is done by ``denied_in_part``. Counted as brokers count theirs,
and written each second.
"""

import asyncio
import binascii
import logging
import re
import time
from base64 import b64decode
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from brokers.metering.refusal_tally import Act, RefusalTally
from brokers.services.log_refusals import log_refusals
from streaming.access.caller import Caller, TenantAccess
from streaming.access.request_origin import Application, Message, Receive, Scope, Send
from tenants import origin

logger = logging.getLogger(__name__)

WRITE_SECONDS: Final = 1.0
OBJECT_CHARACTERS_MAX: Final = 300
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_CLUSTER: Final = re.compile(r"/clusters/([^/]+)")
_TENANT: Final = re.compile(r"/tenants/([^/]+)")


@dataclass(slots=True)
class _Who:
    """What is known of a request's caller so far."""

    caller: Caller | None = None
    login: str | None = None
    denied: list[Act] = field(default_factory=list)
    """Parts of what was asked for, where others are done."""


_who: ContextVar[_Who | None] = ContextVar("headwater_caller", default=None)


def recognised(caller: Caller) -> None:
    """The request under way is this caller's."""
    who = _who.get()
    if who is not None:
        who.caller = caller


def claimed(login: str) -> None:
    """Whoever sends the request under way says to be this person."""
    who = _who.get()
    if who is not None:
        who.login = login


def denied(access: TenantAccess, action: str, name: str) -> None:
    """A message of the open socket asked for ``action`` (``topic.read``) on what has the name, and
    its caller may not."""
    current_notes().note(_act(access, action, name))


def denied_in_part(access: TenantAccess, action: str, name: str) -> None:
    """As ``denied``, of the HTTP request under way, whose answer is no 403."""
    who = _who.get()
    if who is not None:
        who.denied.append(_act(access, action, name))


def _act(access: TenantAccess, action: str, name: str) -> Act:
    return Act(access.tenant_id, access.principal, action, name[:OBJECT_CHARACTERS_MAX])


class NoteRefusals:
    """ASGI application in front of another, behind ``RequestOrigin``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        who = _Who()

        async def send_and_note(message: Message) -> None:
            if message["type"] in _STARTS:
                for act in (act_of(scope, message["status"], who), *who.denied):
                    if act is not None:
                        current_notes().note(act)
            await send(message)

        token = _who.set(who)
        try:
            await self._application(scope, receive, send_and_note)
        finally:
            _who.reset(token)


def act_of(scope: Scope, status: int, who: _Who) -> Act | None:
    """What was refused as a whole; None for a request that showed no credential and is asked for
    one."""
    if status not in (401, 403):
        return None
    if status == 401:
        return _failed_login(scope, who)
    path = scope["path"][:OBJECT_CHARACTERS_MAX]
    action = f"http.{scope.get('method', 'websocket').lower()}"
    if who.caller is None:
        return Act(None, "nobody", action, path)
    access = _tenant(who.caller, path)
    if access is None:
        return Act(None, who.caller.name, action, path)
    return Act(access[0], access[1], action, path)


def _failed_login(scope: Scope, who: _Who) -> Act | None:
    if who.login is not None:
        return Act(None, "nobody", "login.password", who.login[:OBJECT_CHARACTERS_MAX])
    for name, value in scope["headers"]:
        if name == b"authorization":
            return Act(None, "nobody", "login.http", _key_of(value))
    return None


def _key_of(header: bytes) -> str:
    """What stands in front of the colon, and never what stands behind it."""
    _scheme, _, encoded = header.partition(b" ")
    try:
        key, colon, _secret = b64decode(encoded.strip(), validate=True).partition(b":")
    except binascii.Error:
        return ""
    return key[:64].decode(errors="replace") if colon else ""


def _tenant(caller: Caller, path: str) -> tuple[str, str] | None:
    """(tenant id, principal) of the tenant that a path names, else of the caller's only one."""
    cluster, tenant = _CLUSTER.search(path), _TENANT.search(path)
    for access in caller.tenants:
        if (cluster and access.cluster_id == cluster[1]) or (tenant and access.tenant == tenant[1]):
            return access.tenant_id, access.principal
    if len(caller.tenants) == 1 and not (cluster or tenant):
        return caller.tenants[0].tenant_id, caller.tenants[0].principal
    return None


class RefusalNotes:
    """Those of one event loop; a task writes while there are any."""

    def __init__(self) -> None:
        self._tally = RefusalTally()
        self._writing: asyncio.Task[None] | None = None

    def note(self, act: Act) -> None:
        """Count one refusal, of the request under way."""
        came_from = origin.current()
        self._tally.note(act, came_from.source, came_from.request_id, _now_ms())
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while not self._tally.is_empty:
            await asyncio.sleep(WRITE_SECONDS)
            due = self._tally.due(_now_ms())
            if not due:
                continue
            try:
                await database_sync_to_async(log_refusals)(due)
            except DatabaseError as error:
                logger.warning("refusals wait: the database is away (%s)", error)
                self._tally.take_back(due)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, RefusalNotes]" = WeakKeyDictionary()


def current_notes() -> RefusalNotes:
    """Those of the running event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), RefusalNotes())
