"""One live socket: what it is sent, what it says, and when it ends.

A writer that awaits the socket, a reader of the subscriber's messages and a heartbeat run side by
side; subscriptions (``Feed``) put their frames in the outbox. A socket is of one dialect: with one
subscription, which it lives and dies with, or with many.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from brokers.authorization.resource import Operation
from brokers.kernel.errors import Refusal
from streaming.access.caller import TenantAccess
from streaming.access.errors import AccessError, NotAllowed
from streaming.access.refusals import denied
from streaming.access.rights import require_topic
from streaming.filters.filter import InvalidFilter
from streaming.live.client_message import (
    Authenticate,
    ClientMessage,
    Commit,
    Pause,
    Permit,
    Ping,
    Refilter,
    Release,
    Resume,
    Seek,
    Unsubscribe,
)
from streaming.live.close_codes import CloseCode
from streaming.live.egress import Egress
from streaming.live.ending import Ending
from streaming.live.feed import Feed
from streaming.live.feed_request import FeedRequest
from streaming.live.frames import bye_frame, committed_frame, error_frame, idle_frame, pong_frame
from streaming.live.group_member import GroupMember, NotAssigned
from streaming.live.message_fields import InvalidMessage, MessageTooBig
from streaming.live.outbox import Outbox, ReaderStalled
from streaming.live.produce_message import Produce
from streaming.live.production import Production
from streaming.live.socket import Closed, Socket
from streaming.live.start_from import InvalidRequest
from streaming.problems import problem_of
from streaming.records.failures import BrokersUnavailable, Throttled, TooManyClients

HEARTBEAT_SECONDS: Final = 5
SUBSCRIPTIONS_MAX: Final = 100
"""Of one socket."""
OPERATIONS_MAX: Final = 16
"""Of one socket, at a time, that have to ask brokers."""

REFUSALS: Final = (
    Refusal,
    InvalidRequest,
    InvalidFilter,
    BrokersUnavailable,
    Throttled,
    TooManyClients,
    AccessError,
    NotAssigned,
)
"""What a message may be answered with while the socket stays open."""

_pending: "WeakKeyDictionary[asyncio.AbstractEventLoop, Counter[str]]" = WeakKeyDictionary()


class LiveSession:
    """``run`` lasts as long as the socket. ``parse`` reads what the subscriber says."""

    def __init__(
        self,
        socket: Socket,
        access: TenantAccess,
        parse: Callable[[str | None], ClientMessage],
    ) -> None:
        self._socket = socket
        self._access = access
        self._parse = parse
        loop = asyncio.get_running_loop()
        pending = _pending.setdefault(loop, Counter())
        self._outbox = Outbox(socket, pending, access.tenant_id, Egress(access))
        self._feeds: dict[str | None, Feed] = {}
        self._members: dict[str | None, GroupMember] = {}
        self._production = Production(access, self.send)
        self._busy: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(OPERATIONS_MAX)
        self._ending: asyncio.Future[Ending] = loop.create_future()
        self.blocked = False

    async def subscribe(self, request: FeedRequest) -> None:
        """Open a subscription before the socket runs. Raises as ``Feed.open`` does."""
        feed = self._feeds[request.id] = Feed(self, self._access, request)
        await self._open(feed)

    async def _open(self, feed: Feed) -> None:
        id, group = feed.request.id, feed.request.group
        try:
            # A tail that many share reads by no one's right: each is judged here.
            await database_sync_to_async(require_topic)(
                self._access, Operation.READ, feed.request.topic
            )
            await feed.open()
        except BaseException:
            if self._feeds.get(id) is feed:
                del self._feeds[id]
            raise
        if self._feeds.get(id) is not feed:  # unsubscribed in the meantime
            feed.close()
        elif group is not None:
            self._members[id] = member = GroupMember(self._access, group, feed, self)
            member.start()

    async def _open_or_note(self, feed: Feed) -> None:
        """For a message: before the upgrade the refusal is an HTTP answer, and noted as such."""
        try:
            await self._open(feed)
        except NotAllowed:
            denied(self._access, "topic.read", feed.request.topic)
            raise

    @property
    def topics(self) -> list[str]:
        """Those that it is subscribed to."""
        return [feed.request.topic for feed in self._feeds.values()]

    def leave(self) -> None:
        """Take no further part in any shared tail or group."""
        for member in self._members.values():
            member.leave()
        for feed in self._feeds.values():
            feed.close()
        self._members.clear()
        self._feeds.clear()

    async def run(self) -> Ending | None:
        """Serve the socket until it ends; None when the other side went away by itself."""
        tasks = [
            asyncio.create_task(work) for work in (self._write(), self._listen(), self._beat())
        ]
        try:
            waiting: list[asyncio.Future[Any]] = [self._ending, *tasks]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if self._ending.done():
                return self._ending.result()
            for task in tasks:
                if task.done():
                    task.result()
            return None
        except Ending as ending:
            return ending
        except Closed:
            return None
        finally:
            tasks += self._busy
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.leave()
            await self._production.close()
            self._outbox.close()

    def end(self, code: CloseCode, reason: str) -> None:
        """End the session from outside; the first reason stays."""
        if not self._ending.done():
            self._ending.set_result(Ending(code, reason))

    # --- what its subscriptions say (none of these waits) -----------------------------------------

    def send(self, *frame: str) -> None:
        self._outbox.put(*frame)
        self._tell_room()

    def on_feed_end(self, feed: Feed, ending: Ending) -> None:
        """A subscription is over: the socket with it, where there is but one."""
        id = feed.request.id
        if self._feeds.get(id) is not feed:
            return
        if id is None:
            self.end(ending.code, ending.reason)
        else:
            self._say_bye(feed, ending.code, ending.reason)

    def _say_bye(self, feed: Feed, code: CloseCode | None, reason: str) -> None:
        id = feed.request.id
        del self._feeds[id]
        member = self._members.pop(id, None)
        if member is not None:
            member.leave()
        self.send(bye_frame(id, code, reason, feed.cursor))
        feed.close()

    def _tell_room(self) -> None:
        blocked = self._outbox.is_full
        if blocked != self.blocked:
            self.blocked = blocked
            for feed in self._feeds.values():
                feed.set_blocked(blocked)

    # --- what runs side by side -------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            try:
                await self._outbox.drain()
            except ReaderStalled as error:
                raise Ending(CloseCode.SLOW_READER, str(error)) from error
            self._tell_room()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if not self._outbox.is_empty:
                continue
            for feed in list(self._feeds.values()):
                feed.beat()
            if not self._feeds:
                self.send(idle_frame())

    async def _listen(self) -> None:
        while True:
            try:
                message = self._parse(await self._socket.receive())
                await self._obey(message)
            except MessageTooBig as error:
                raise Ending(CloseCode.MESSAGE_TOO_BIG, str(error)) from error
            except InvalidMessage as error:
                if error.id is None:
                    raise Ending(CloseCode.BAD_REQUEST, str(error)) from error
                self._refuse(CloseCode.BAD_REQUEST, str(error), error.id)
            # One that asks and never reads the answers is asked to wait.
            await self._outbox.room()

    async def _obey(self, message: ClientMessage) -> None:
        match message:
            case Ping(body):
                self.send(pong_frame(body))
            case Produce():
                await self._production.write(message)
            case FeedRequest():
                await self._admit(message)
            case Authenticate():
                raise InvalidMessage("this socket is already authenticated")
            case _:
                feed = self._feeds.get(message.id)
                if feed is None:
                    text = f"there is no subscription {message.id!r}; subscribe first"
                    self._refuse(CloseCode.NOT_FOUND, text, message.id)
                elif not feed.begun and not isinstance(message, Unsubscribe):
                    text = f"subscription {message.id!r} is not ready yet; wait for its ready frame"
                    self._refuse(CloseCode.CONFLICT, text, message.id, retryable=True)
                else:
                    await self._tell(feed, message)

    async def _tell(self, feed: Feed, message: ClientMessage) -> None:
        match message:
            case Permit(_, records):
                feed.permit(records)
            case Pause():
                feed.pause()
            case Resume():
                feed.resume()
            case Unsubscribe():
                self._say_bye(feed, None, "unsubscribed")
            case Seek(id, start, resume):
                await self._in_background(id, feed.seek(start, resume))
            case Refilter(id, filter):
                await self._in_background(id, feed.refilter(filter))
            case Commit(id, offsets):
                await self._in_background(id, self._commit(id, offsets))
            case Release(id):
                self._member(id).release()

    async def _admit(self, request: FeedRequest) -> None:
        if request.id in self._feeds:
            text = f"subscription {request.id!r} is there already; choose another id"
            self._refuse(CloseCode.CONFLICT, text, request.id)
        elif len(self._feeds) >= SUBSCRIPTIONS_MAX:
            text = f"this socket has {SUBSCRIPTIONS_MAX} subscriptions, which is the limit"
            self._refuse(CloseCode.TOO_MANY, text, request.id)
        else:
            feed = self._feeds[request.id] = Feed(self, self._access, request)
            await self._in_background(request.id, self._open_or_note(feed))

    async def _in_background(self, id: str | None, work: Coroutine[Any, Any, None]) -> None:
        """Do what has to ask brokers without holding up other messages; a few at a time."""
        await self._slots.acquire()
        task = asyncio.create_task(self._answering(id, work))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _answering(self, id: str | None, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except REFUSALS as error:
            problem = problem_of(error)
            status = 400 if problem is None else problem.status
            self._refuse(4000 + status, str(error), id, retryable=status in (429, 503))
        except InvalidMessage as error:
            self._refuse(CloseCode.BAD_REQUEST, str(error), id)
        except Exception as error:
            ending = Ending.fault(error)
            self._refuse(ending.code, ending.reason, id, retryable=True)
        finally:
            self._slots.release()

    def _refuse(self, code: int, message: str, id: str | None, *, retryable: bool = False) -> None:
        self.send(error_frame(code, message, id, retryable=retryable))

    def _member(self, id: str) -> GroupMember:
        member = self._members.get(id)
        if member is None:
            raise InvalidMessage(f"subscription {id!r} is in no group; there is no need", id)
        return member

    async def _commit(self, id: str, offsets: dict[int, int]) -> None:
        await self._member(id).commit(offsets)
        self.send(committed_frame(id, offsets))
