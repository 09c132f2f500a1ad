"""One open event socket: what it is told, and why it ends."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async

from brokers.authorization.resource import Operation, ResourceType
from brokers.node.authorization import Rights
from streaming.access.caller import Caller, TenantAccess
from streaming.access.rights import rights_of
from streaming.events.event import Cursor, Entry, control_frame, event_frame, event_of
from streaming.live.close_codes import CloseCode
from streaming.live.socket import Closed, Socket
from streaming.records.identity import READ
from tenants.models import PLATFORM

FRAMES_WAITING_MAX: Final = 2000
"""A console that takes nothing is cut and reads on when it is back: twice what it may miss."""
HEARTBEAT_SECONDS: Final = 15
MESSAGE_CHARACTERS_MAX: Final = 1024


class Ended(Exception):
    """Why the session ends; ``code`` and ``reason`` go into the close frame."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Frame:
    """``about``: what its reader must be allowed to describe; None for no question."""

    text: str
    at: float
    """When it came in, by the loop's clock."""
    about: tuple[ResourceType, str] | None = None


class EventSession:
    """``access`` is None for an operator who looks at no tenant: brokers only."""

    def __init__(
        self, socket: Socket, caller: Caller, access: TenantAccess | None, start: Cursor
    ) -> None:
        self._socket = socket
        self._caller = caller
        self._access = access
        self._scopes = frozenset({READ}) if access is None else access.scopes
        self._tenant = None if access is None else UUID(access.tenant_id)
        self.told: dict[UUID, int] = {PLATFORM: start.platform}
        if self._tenant is not None:
            self.told[self._tenant] = start.tenant
        self._frames: asyncio.Queue[_Frame] = asyncio.Queue(FRAMES_WAITING_MAX)
        self._rights: tuple[float, Rights] | None = None
        """A service account's, and when they were read."""
        self._ending: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        name = None if access is None else access.tenant
        self._put(control_frame("ready", self.cursor, tenant=name))

    @property
    def cursor(self) -> Cursor:
        tenant = 0 if self._tenant is None else self.told[self._tenant]
        return Cursor(tenant, self.told[PLATFORM])

    # --- the hub and the watch of revocations speak (none of these waits) -------------------------

    def on_entry(self, chain: UUID, entry: Entry) -> None:
        event = event_of(entry)
        if event is not None and event.needs in self._scopes:
            whole = chain != PLATFORM or self._caller.is_operator
            by_acls = self._access is not None and self._access.goes_by_acls
            frame = event_frame(event, self.cursor, with_detail=whole)
            self._put(frame, event.about if by_acls else None)
        if entry.object == self._caller.name and entry.action in (
            "member.change_role",
            "operator.dismiss",
        ):
            self.end(CloseCode.GOING_AWAY, "your rights have changed; connect again")

    def on_gap(self, _chain: UUID, _sequence: int) -> None:
        self._put(control_frame("gap", self.cursor))

    @property
    def topics(self) -> list[str]:
        """It is sent no records."""
        return []

    def end(self, code: CloseCode, reason: str) -> None:
        """End the session from outside; the first reason stays."""
        if not self._ending.done():
            self._ending.set_result(Ended(code, reason))

    # ----------------------------------------------------------------------------------------------

    async def run(self, *beside: Coroutine[Any, Any, None]) -> Ended | None:
        """Serve the socket until it ends; None when the other side went away by itself.

        ``beside`` runs along and may raise ``Ended``.
        """
        work = (self._write(), self._listen(), self._beat(), *beside)
        tasks = [asyncio.create_task(each) for each in work]
        try:
            await asyncio.wait([self._ending, *tasks], return_when=asyncio.FIRST_COMPLETED)
            if self._ending.done():
                return self._ending.result()
            for task in tasks:
                if task.done():
                    task.result()
            return None
        except Ended as ended:
            return ended
        except Closed:
            return None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            frame = await self._frames.get()
            if frame.about is None or await self._describes(frame.at, *frame.about):
                await self._socket.send(frame.text)

    async def _describes(self, at: float, resource_type: ResourceType, name: str) -> bool:
        """By rights that were read after what is told of came in: one query for many at once."""
        assert self._access is not None, "nobody goes by ACLs without a tenant"
        if self._rights is None or self._rights[0] <= at:
            now = asyncio.get_running_loop().time()
            self._rights = now, await database_sync_to_async(rights_of)(self._access)
        return self._rights[1].allow(Operation.DESCRIBE, resource_type, name)

    async def _listen(self) -> None:
        while True:
            text = await self._socket.receive()
            if text is None or len(text) > MESSAGE_CHARACTERS_MAX or not _is_ping(text):
                raise Ended(CloseCode.BAD_REQUEST, 'only {"type":"ping"} may be sent here')
            self._put('{"type":"pong"}')

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self._put(control_frame("heartbeat", self.cursor))

    def _put(self, text: str, about: tuple[ResourceType, str] | None = None) -> None:
        frame = _Frame(text, asyncio.get_running_loop().time(), about)
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end(CloseCode.SLOW_READER, "the socket takes nothing; connect again with since")


def _is_ping(text: str) -> bool:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") == "ping"
