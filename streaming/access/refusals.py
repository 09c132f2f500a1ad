"""HTTP requests that were refused, on their way to the audit log: an ASGI layer.

403 is a refusal, and so is 401 where a credential was shown, or 429 where it was not even looked
at; without one 401 only asks for one. What a quota did not allow is told by ``over_quota`` and
``over_quota_of``, whatever it is answered with. What the caller is called is told on the way
(``recognised``, ``claimed``), the tenant follows from that and from the path. What an open socket's
messages ask for in vain is told by ``denied``, and what one request asks for in vain beside what is
done by ``denied_in_part``. Counted as brokers count theirs, and written each second.
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

from brokers.metering import refusal_tally
from brokers.metering.refusal_tally import Act, RefusalTally
from brokers.services.log_refusals import log_refusals
from streaming.access.caller import Caller, TenantAccess
from streaming.access.request_origin import Application, Message, Receive, Scope, Send
from streaming.postgresql import turns
from tenants import origin

logger = logging.getLogger(__name__)

WRITE_SECONDS: Final = 1.0
OBJECT_CHARACTERS_MAX: Final = 300
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_CLUSTER: Final = re.compile(r"/clusters/([^/]+)")
_TENANT: Final = re.compile(r"/tenants/([^/]+)")


@dataclass(slots=True)
class _Who:
    """What is known of the caller of a request, or of a socket, so far."""

    path: str
    caller: Caller | None = None
    login: str | None = None
    denied: list[Act] = field(default_factory=list)
    """Parts of what was asked for, where others are done."""
    quotas: list[Act] = field(default_factory=list)
    """What quotas did not allow, and is not noted yet."""


_who: ContextVar[_Who | None] = ContextVar("headwater_caller", default=None)


def recognised(caller: Caller) -> None:
    """The request under way is this caller's."""
    who = _who.get()
    if who is not None:
        who.caller = caller
        turns.recognised(_account(caller, who.path))


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


def over_quota(quota: str) -> None:
    """The caller of the request under way has used up the tenant's limit of that name."""
    who = _who.get()
    if who is not None:
        who.quotas.append(refusal_tally.over_quota(*_whose(who), quota))


def over_quota_of(access: TenantAccess, quota: str) -> None:
    """As ``over_quota``, of a request or a socket to this tenant."""
    who = _who.get()
    if who is not None:
        who.quotas.append(refusal_tally.over_quota(access.tenant_id, access.principal, quota))


def held_back(access: TenantAccess, quota: str) -> None:
    """An open socket has to wait for what there is to tell, by the tenant's limit of that name."""
    current_notes().note(refusal_tally.over_quota(access.tenant_id, access.principal, quota))


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
        who = _Who(scope["path"])

        async def send_and_note(message: Message) -> None:
            if message["type"] in _STARTS:
                for act in (act_of(scope, message["status"], who), *who.denied):
                    if act is not None:
                        current_notes().note(act)
                _note_quotas(who)
            await send(message)

        token = _who.set(who)
        try:
            await self._application(scope, receive, send_and_note)
        finally:
            _note_quotas(who)  # Of a socket that was open before anybody had said whose it is.
            _who.reset(token)


def _note_quotas(who: _Who) -> None:
    for act in who.quotas:
        current_notes().note(act)
    who.quotas.clear()


def act_of(scope: Scope, status: int, who: _Who) -> Act | None:
    """What was refused as a whole; None for a request that showed no credential and is asked for
    one."""
    if status == 401 or (status == 429 and who.caller is None):
        return _failed_login(scope, who)
    if status != 403:
        return None
    action = f"http.{scope.get('method', 'websocket').lower()}"
    return Act(*_whose(who), action, who.path[:OBJECT_CHARACTERS_MAX])


def _whose(who: _Who) -> tuple[str | None, str]:
    """The tenant's id, None where it is no tenant's, and who asks."""
    if who.caller is None:
        return None, "nobody"
    return _tenant(who.caller, who.path) or (None, who.caller.name)


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


def _account(caller: Caller, path: str) -> str:
    """On whose a request is that takes a turn for PostgreSQL. A person's is a tenant's whatever the
    path names: else one with many people would have more."""
    tenant = _tenant(caller, path)
    if tenant is not None:
        return tenant[0]
    return caller.tenants[0].tenant_id if caller.tenants else f"person:{caller.name}"


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
