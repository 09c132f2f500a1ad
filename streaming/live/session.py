"""One live socket: what it is sent, what it says, and when it ends.

The shell around ``Subscription``. Three things run side by side: a writer that awaits the socket, a
reader of the subscriber's messages, and a catch-up that reads for partitions that are behind. The
first to end ends the session.
"""

import asyncio
from typing import Any, Final

from brokers.kernel.errors import Refusal
from streaming.access.caller import TenantAccess
from streaming.live.client_message import (
    Authenticate,
    ClientMessage,
    InvalidMessage,
    MessageTooBig,
    Pause,
    Permit,
    Ping,
    Resume,
    parse_client_message,
)
from streaming.live.close_codes import CloseCode
from streaming.live.cursor import encode_cursor
from streaming.live.fanout import BATCH_RECORDS_MAX, Tail, current_tails
from streaming.live.frames import (
    SharedBatch,
    error_frame,
    heartbeat_frame,
    pong_frame,
    ready_frame,
)
from streaming.live.outbox import Outbox, ReaderStalled
from streaming.live.socket import Closed, Socket
from streaming.live.start import resolve_starts
from streaming.live.subscription import Slice, Subscription
from streaming.live.tail_request import InvalidRequest, TailRequest
from streaming.records.clients import current_clients
from streaming.records.decoding import Unreadable, decode
from streaming.records.failures import BrokersUnavailable, TooManyClients
from streaming.records.reader import Reader

HEARTBEAT_SECONDS: Final = 5
CATCH_UP_WAIT_MS: Final = 200
CATCH_UP_BYTES: Final = 256 * 1024
"""One read of a subscriber's own; little, because its credits may be few."""
RETRY_SECONDS: Final = 0.5


class Ending(Exception):
    """Why the session ends; ``code`` and ``reason`` go into the close frame."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class LiveSession:
    """A subscriber of one topic's shared tail. ``run`` lasts as long as the socket."""

    def __init__(
        self, socket: Socket, access: TenantAccess, topic: str, request: TailRequest
    ) -> None:
        self._socket = socket
        self._access = access
        self._topic = topic
        self._request = request
        self._subscription: Subscription | None = None
        self._tail: Tail | None = None
        self._outbox = Outbox(socket)
        self._wake_catch_up = asyncio.Event()
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        """Join the shared tail and find the offsets to start from.

        Raises ``Refusal``, ``InvalidRequest``, ``BrokersUnavailable`` and ``TooManyClients``.
        """
        tails = current_tails()
        self._tail = await tails.subscribe(self._access.tenant_id, self._topic, self)
        try:
            starts = await self._starts(self._tail)
        except BaseException:
            self.leave()
            raise
        self._subscription = Subscription.begin(
            self._request.mode, self._request.credits, starts, self._tail.positions
        )
        self._send(ready_frame(self._topic, starts, self._request.credits, self._request.mode))

    def leave(self) -> None:
        """Take no further part in the shared tail."""
        if self._tail is not None:
            current_tails().leave(self._tail, self)
            self._tail = None

    async def run(self) -> Ending | None:
        """Serve the socket until it ends; None when the other side went away by itself."""
        tasks = [
            asyncio.create_task(work)
            for work in (self._write(), self._listen(), self._catch_up(), self._beat())
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
            self.leave()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def end(self, code: CloseCode, reason: str) -> None:
        """End the session from outside; the first reason stays."""
        if not self._ending.done():
            self._ending.set_result(Ending(code, reason))

    # --- the shared tail speaks (none of these waits) ---------------------------------------------

    def on_batch(self, batch: SharedBatch) -> None:
        if self._subscription is None:
            return
        part = self._subscription.on_shared(batch.partition, batch.offsets, batch.next_offset)
        self._send_records(batch, part)
        self._wake_catch_up.set()

    def on_unreadable(self, partition: int, what: Unreadable) -> None:
        if self._subscription and partition in self._subscription.partitions:
            self._send(_unreadable(self._topic, partition, what))

    def on_new_partition(self, partition: int) -> None:
        if self._subscription is not None and self._request.partitions is None:
            self._subscription.add_partition(partition)
            self._wake_catch_up.set()

    def on_gone(self, reason: str) -> None:
        self.end(CloseCode.NOT_FOUND, reason)

    # --- what runs side by side -------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            try:
                await self._outbox.drain()
            except ReaderStalled as error:
                raise Ending(CloseCode.SLOW_READER, str(error)) from error
            self._subscribed.blocked = self._outbox.is_full
            self._wake_catch_up.set()

    async def _listen(self) -> None:
        while True:
            try:
                self._obey(parse_client_message(await self._socket.receive()))
            except MessageTooBig as error:
                raise Ending(CloseCode.MESSAGE_TOO_BIG, str(error)) from error
            except InvalidMessage as error:
                raise Ending(CloseCode.BAD_REQUEST, str(error)) from error

    def _obey(self, message: ClientMessage) -> None:
        match message:
            case Permit(records):
                self._subscribed.permit(records)
            case Pause():
                self._subscribed.paused = True
            case Resume():
                self._subscribed.paused = False
            case Ping(body):
                self._send(pong_frame(body))
            case Authenticate():
                raise InvalidMessage("this socket is already authenticated")
        self._wake_catch_up.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self._tail is not None and self._outbox.is_empty:
                marks = self._tail.high_watermarks
                mine = {p: marks[p] for p in self._subscribed.partitions if p in marks}
                self._send(heartbeat_frame(mine, self._subscribed.skipped))

    async def _catch_up(self) -> None:
        while True:
            self._wake_catch_up.clear()
            if self._subscribed.behind():
                try:
                    await self._read_behind()
                except (BrokersUnavailable, TooManyClients) as error:
                    self._send(error_frame(CloseCode.UNAVAILABLE, str(error)))
                    await asyncio.sleep(RETRY_SECONDS)
                except Refusal as error:
                    raise Ending(CloseCode.NOT_FOUND, error.message) from error
            else:
                await self._wake_catch_up.wait()

    async def _read_behind(self) -> None:
        """Read for what is behind until it has caught up or there is no credit left."""
        async with current_clients().reader(self._access.identity) as reader:
            while behind := self._subscribed.behind():
                wait_ms = CATCH_UP_WAIT_MS if len(behind) == 1 else 0
                for partition, offset in behind.items():
                    self._on_own(await self._read_once(reader, partition, offset, wait_ms))

    async def _read_once(
        self, reader: Reader, partition: int, offset: int, wait_ms: int
    ) -> SharedBatch:
        fetched = await reader.fetch_partition(
            self._topic, partition, offset, wait_ms=wait_ms, max_bytes=CATCH_UP_BYTES
        )
        # Below the log's start nothing is left to read: go on with the oldest that is.
        start = max(offset, fetched.log_start_offset)
        decoded = await decode(
            fetched.records,
            start,
            max_records=self._subscribed.credits or BATCH_RECORDS_MAX,
            max_bytes=CATCH_UP_BYTES,
        )
        for unreadable in decoded.unreadable:
            self.on_unreadable(partition, unreadable)
        return SharedBatch(partition, decoded.records, decoded.next_offset, fetched.high_watermark)

    def _on_own(self, batch: SharedBatch) -> None:
        assert self._tail is not None
        part = self._subscribed.on_own(
            batch.partition,
            batch.offsets,
            batch.next_offset,
            self._tail.positions[batch.partition],
        )
        self._send_records(batch, part)

    # --- sending ----------------------------------------------------------------------------------

    @property
    def _subscribed(self) -> Subscription:
        assert self._subscription is not None, "open() comes before run()"
        return self._subscription

    def _send_records(self, batch: SharedBatch, part: Slice | None) -> None:
        if part is None:
            return
        states = self._subscribed.partitions
        cursor = encode_cursor((index, state.next_offset) for index, state in states.items())
        self._send(batch.frame(part, cursor))

    def _send(self, frame: str) -> None:
        self._outbox.put(frame)
        if self._subscription is not None:
            self._subscription.blocked = self._outbox.is_full

    async def _starts(self, tail: Tail) -> dict[int, int]:
        wanted = self._request.partitions
        missing = [p for p in wanted or () if p not in tail.positions]
        missing += [p for p in self._request.resume if p not in tail.positions]
        if missing:
            raise InvalidRequest(
                f"topic {self._topic!r} has no partition {missing[0]}; "
                f"it has {len(tail.positions)}, from 0"
            )
        partitions = list(wanted if wanted is not None else tail.positions)
        async with current_clients().reader(self._access.identity) as reader:
            return await resolve_starts(reader, self._topic, partitions, self._request, tail)


def _unreadable(topic: str, partition: int, what: Unreadable) -> str:
    return error_frame(
        422,
        f"records {what.first} to {what.next - 1} of {topic}/{partition} cannot be shown and were "
        f"left out: {what.reason}",
    )
