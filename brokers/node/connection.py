"""One connection: requests in, answers out in the order of their requests, pressure both ways.

Reading stops while a request that must finish first is under way, while too many answers are due or
while the peer does not take the answers it has. What a frame means is for ``dispatch.py``.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Coroutine
from inspect import CORO_CREATED, getcoroutinestate
from itertools import count
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

from brokers.certificates.holder import Holder
from brokers.certificates.mutual_tls import holder_in
from brokers.kernel.errors import HeadwaterError
from brokers.kernel.limits import (
    CONNECTION_IDLE_SECONDS_MAX,
    FRAME_BYTES_MAX,
    FRAME_SECONDS_MAX,
    LOGIN_SECONDS_MAX,
    REQUESTS_IN_FLIGHT_MAX,
    REQUESTS_PER_TURN,
    WRITE_BUFFER_BYTES_MAX,
    WRITE_SECONDS_MAX,
)
from brokers.node.answers import Answer, Buffers
from brokers.node.authentication.login import Login, Stage
from brokers.node.authorization import Rights
from brokers.node.charges import UNCHARGED, Charges
from brokers.node.entrance import Entrance
from brokers.node.follower_feed import FollowerFeed
from brokers.node.frame_reader import FrameReader
from brokers.node.metrics import PrincipalCounter
from brokers.node.refused_batches import RefusedBatches
from brokers.node.session import Session

if TYPE_CHECKING:
    from brokers.node.listener import Listener

log = logging.getLogger(__name__)

_numbers = count(1)

MUTE_LOOK_AGAIN_MS: Final = 500
"""A muted connection waits no longer before it looks again: a quota may have been raised, or this
broker given a larger share of it."""

Work = Coroutine[Any, Any, Buffers | Answer | None]
Outcome = Buffers | Answer | Work | None
"""What beginning a request gives: the response, one that waits, work that must be finished before
the next request begins, or nothing to send."""


class Connection(asyncio.BufferedProtocol):
    """``blocked`` when no further request may be begun, whatever the reason."""

    __slots__ = (
        "_beginning", "_blocked", "_closing", "_deadline", "_draining", "_mute", "_out", "_queue",
        "_reading", "_seen", "_sends_soon", "_stalled_since", "_task", "_transport", "_unsent",
        "_work", "_write_paused", "_yielding", "address", "charges", "entrance", "feed", "holder",
        "listener", "logged_in_at", "login", "number", "peer", "reader", "refused_batches",
        "requests", "rights", "session", "session_ends", "start", "usage",
    )  # fmt: skip

    def __init__(self, listener: "Listener") -> None:
        self.listener = listener
        self.login = Login()
        self.session: Session | None = None
        self.logged_in_at = 0.0
        self.session_ends: float | None = None
        """On the loop's clock: after it nothing is taken but a login (KIP-368). None for never."""
        self.start = listener.dispatcher.start
        """Begins a request."""
        self.feed: FollowerFeed | None = None
        """What another broker is sent that follows partitions over this connection."""
        self.requests: defaultdict[int, int] = defaultdict(int)
        """The tenant's count of requests by API key, once there is a tenant."""
        self.charges = UNCHARGED
        """What requests are charged to, once there is a tenant."""
        self.usage = PrincipalCounter()
        """What the principal is metered by, once there is one."""
        self.rights: Rights = cast(Rights, None)
        """The session's, once there is one."""
        self.peer = "?"
        """Address and port of the other side, and its address alone."""
        self.address = ""
        self.holder: Holder | None = None
        """Whom the certificate names that the other side has shown, if it was asked for one."""
        self.entrance: Entrance = cast(Entrance, None)
        """By what the client came in, once it has."""
        self.number = next(_numbers)
        """No other connection of this process has it."""
        self.refused_batches = RefusedBatches()
        self.reader = FrameReader(listener.receive_buffers)
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._queue: deque[Answer] = deque()
        self._out: Buffers = []
        self._work: Work = cast(Work, None)
        """What ``_task`` finishes, since there was one."""
        self._task: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._mute: asyncio.TimerHandle | None = None
        self._blocked = False
        self._beginning = False
        self._write_paused = False
        self._yielding = False
        self._reading = True
        self._sends_soon = False
        self._closing = False
        self._draining = False
        self._seen = listener.now
        self._stalled_since = 0
        self._unsent = 0

    def __str__(self) -> str:
        place = f"{self.peer} #{self.number}"
        if self.session is None:
            return f"{place} (not logged in)"
        return f"{place} (tenant {self.session.tenant_id}, {self.session.principal})"

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        if isinstance(name, tuple):
            self.peer, self.address = f"{name[0]}:{name[1]}", str(name[0])
        else:
            self.peer = str(name)
        self.entrance = self.listener.entrance(transport)
        self.holder = holder_in(transport.get_extra_info("peercert"))
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES_MAX)
        if self.listener.opened(self):
            self._deadline = self.listener.loop.call_later(
                LOGIN_SECONDS_MAX, self.cut, f"no login within {LOGIN_SECONDS_MAX} s"
            )

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.reader.room()

    def buffer_updated(self, nbytes: int) -> None:
        listener = self.listener
        self._seen = listener.now
        listener.metrics.network_in += nbytes
        self.reader.arrived(nbytes)
        self._begin_requests()

    def eof_received(self) -> None:
        """The peer will send no more; the transport closes itself after this."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = self._blocked = True
        if self._deadline is not None:
            self._deadline.cancel()
        if self._mute is not None:
            self._mute.cancel()
        if self._task is not None:
            self._task.cancel()
            if getcoroutinestate(self._work) == CORO_CREATED:
                # Cancelled before its first step, the task awaits it never.
                self._work.close()
        for answer in self._queue:
            answer.owner = None
            answer.abandon()
        self._queue.clear()
        if self.feed is not None:
            self.feed.close()
        self.reader.close()
        self._count_unsent(0)
        self.listener.closed(self)

    def pause_writing(self) -> None:
        self._write_paused = self._blocked = True
        self._stalled_since = self.listener.now
        self._count_unsent(self._transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._write_paused = False
        self._count_unsent(0)
        self.listener.loop.call_soon(self._go_on)

    # Requests and their answers.

    def _begin_requests(self) -> None:
        """Begin requests that have arrived whole until something blocks, and send what is due."""
        reader = self.reader
        charges = self.charges
        may_wait = charges.are_short
        turns_left = REQUESTS_PER_TURN
        self._beginning = True
        began = perf_counter()
        try:
            while not self._blocked:
                if may_wait and self._must_wait():
                    break
                frame = reader.next_frame()
                if frame is None:
                    break
                outcome = self.start(frame, self)
                if outcome is None or isinstance(outcome, list | Answer):
                    self._place(outcome)
                else:
                    self._blocked = True
                    self._work = outcome
                    self._task = self.listener.loop.create_task(self._finish(outcome))
                turns_left -= 1
                if not turns_left:
                    self._blocked = self._yielding = True
                    self.listener.loop.call_soon(self._take_turn)
        except HeadwaterError as error:
            self.refuse(str(error))
        except Exception:
            log.exception("%s: a request failed", self)
            self.refuse("internal error")
        self._beginning = False
        self._send()
        wait_ms = charges.charge_time((perf_counter() - began) * 1000)
        if wait_ms:
            self.mute(wait_ms)
        self._end_failed_login()
        self._settle()

    def _must_wait(self) -> bool:
        """Whether the next request has arrived whole and may not begin yet; muted then."""
        api_key = self.reader.next_api_key()
        wait_ms = 0 if api_key is None else self.charges.wait_ms(api_key)
        if wait_ms:
            self.mute(wait_ms)
        return wait_ms > 0

    def mute(self, wait_ms: int, correlation_id: int = 0) -> None:
        """Begin nothing more for ``wait_ms``, as the client was told, or until what its requests
        are charged to has something again, if that is earlier or later. ``correlation_id`` is the
        request's for which it is; 0 where it is several's."""
        if self.session is not None:
            self.listener.metrics.tenant(self.session.tenant_id).mutes += 1
            self.listener.held_back(self, self.session, correlation_id)
        self._wait(wait_ms)

    def _wait(self, wait_ms: int) -> None:
        self._blocked = True
        if self._mute is None and not self._closing:
            self.listener.somebody_waits()
            delay_s = min(wait_ms, MUTE_LOOK_AGAIN_MS) / 1000
            self._mute = self.listener.loop.call_later(delay_s, self._look_again)

    def _look_again(self) -> None:
        self._mute = None
        wait_ms = self.charges.longest_wait_ms()
        if wait_ms:
            self._wait(wait_ms)
        else:
            self._go_on()

    def _take_turn(self) -> None:
        """The other connections have had theirs."""
        self._yielding = False
        self._go_on()

    def _place(self, outcome: Buffers | Answer | None) -> None:
        """Put a response in its place behind those of earlier requests."""
        if outcome is None:
            return
        if isinstance(outcome, Answer):
            answer = outcome
        elif not self._queue:
            self._out += outcome
            if len(outcome) > 1:
                self._send()  # Records: learn now whether the peer still takes them.
            return
        else:
            answer = Answer()
            answer.buffers = outcome
        answer.owner = self
        self._queue.append(answer)
        if len(self._queue) >= REQUESTS_IN_FLIGHT_MAX:
            self._blocked = True

    async def _finish(self, work: Work) -> None:
        try:
            outcome = await work
        except HeadwaterError as error:
            self.refuse(str(error))
            return
        except Exception:
            log.exception("%s: a request failed", self)
            self.refuse("internal error")
            return
        self._task = None
        self._place(outcome)
        self._send()
        self._end_failed_login()
        self._go_on()

    def _end_failed_login(self) -> None:
        if self.login.stage is Stage.FAILED:
            self.finish()

    def answer_ready(self) -> None:
        """Send what is now due, in order.

        One flush often completes what stands behind it as well: then one write is for all of them.
        """
        queue = self._queue
        while queue and queue[0].buffers is not None:
            self._out += queue.popleft().buffers or ()
        if self._beginning:
            # Whoever is beginning requests sends; but what blocked him may be gone by then.
            self.listener.loop.call_soon(self._go_on)
        elif not queue:
            self._send()
            self._go_on()
        elif self._out and not self._sends_soon:
            self._sends_soon = True
            self.listener.loop.call_soon(self._send_soon)

    def _send_soon(self) -> None:
        """The turn of the event loop in which an answer was ready is over."""
        self._sends_soon = False
        self._send()
        self._go_on()

    def _go_on(self) -> None:
        """Take up reading and beginning, if nothing blocks any more."""
        if (
            self._blocked
            and self._task is None
            and self._mute is None
            and len(self._queue) < REQUESTS_IN_FLIGHT_MAX
            and not self._closing
            and not self._draining
            and not self._beginning
            and not self._write_paused
            and not self._yielding
        ):
            self._blocked = False
            self._begin_requests()

    def _memory_is_free(self) -> bool:
        """Whether this connection still wants it; it takes it up from the loop, not from within
        whoever gave memory back, who may have waited himself."""
        if not self._closing:
            self.listener.loop.call_soon(self._settle)
        return not self._closing

    def _settle(self) -> None:
        if not self._closing:
            self._read(self.reader.settle(self._memory_is_free) and not self._blocked)

    def _send(self) -> None:
        if self._out and not self._closing:
            out, self._out = self._out, []
            size = 0
            for piece in out:
                size += len(piece)
            self.listener.metrics.network_out += size
            self._transport.writelines(out)

    def _read(self, wanted: bool) -> None:
        if wanted is not self._reading:
            self._reading = wanted
            if wanted:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    # Sessions and the end.

    def logged_in(
        self, session: Session, rights: Rights, requests: defaultdict[int, int], charges: Charges
    ) -> None:
        """From here on the connection belongs to one tenant: its requests are counted there and
        charged to ``charges``."""
        self.session = session
        self.rights = rights
        self.requests = requests
        self.charges = charges
        self.reader.frame_bytes_max = FRAME_BYTES_MAX
        self.reader.tenant = session.tenant_id
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

        self.logged_in_at = self.listener.loop.time()
        self.start = self.listener.dispatcher.start

    def log_in_again(self) -> None:
        """Take nothing but a login before anything else; the tenant stays the same."""
        self.start = self.listener.dispatcher.start_login

    @property
    def last_heard(self) -> int:
        """When bytes came last, as the listener tells time."""
        return self._seen

    @property
    def is_quiet(self) -> bool:
        """Nothing is under way and every answer has been handed to the operating system."""
        return (
            not self._queue and self._task is None and self._transport.get_write_buffer_size() == 0
        )

    def refuse(self, reason: str) -> None:
        """Log, send what is due already, and close: the peer broke a rule."""
        if not self._closing:
            log.warning("%s: closing the connection: %s", self, reason)
            self.listener.metrics.protocol_errors += 1
            self._send()
            self._closing = self._blocked = True
            self._transport.close()

    def cut(self, reason: str) -> None:
        """Log and close at once, whatever is due."""
        self._blocked = True
        if not self._transport.is_closing() or self._closing:
            log.warning("%s: cutting the connection: %s", self, reason)
        self._closing = True
        self._transport.abort()

    def drain(self) -> None:
        """The broker stops: begin nothing more, and answer what waits as soon as it can be."""
        self._blocked = self._draining = True
        for answer in list(self._queue):
            if answer.buffers is None:
                answer.hurry()

    def finish(self) -> None:
        """Close after what was sent; no log line, for the peer did nothing wrong."""
        self._closing = self._blocked = True
        self._transport.close()

    def check(self, now: int) -> None:
        """Cut the connection when it has outlived its welcome; called every few seconds."""
        if self.session_ends is not None and now >= self.session_ends:
            self.log_in_again()
        idle = now - self._seen
        if self._write_paused or self._closing:
            unsent = self._transport.get_write_buffer_size()
            if unsent < self._unsent or not self._stalled_since:
                self._stalled_since = now
            self._count_unsent(unsent)
            if now - self._stalled_since > WRITE_SECONDS_MAX:
                self.cut(f"{unsent} bytes of answers not taken for {WRITE_SECONDS_MAX} s")
        elif not self.reader.is_empty and not self._blocked and idle > FRAME_SECONDS_MAX:
            self.cut(f"a frame that began did not go on for {FRAME_SECONDS_MAX} s")
        elif idle > CONNECTION_IDLE_SECONDS_MAX and not self._queue and self._task is None:
            log.info("%s: idle for %d s, closing", self, idle)
            self.finish()

    def _count_unsent(self, count: int) -> None:
        self.listener.count_unsent(self.session, count - self._unsent)
        self._unsent = count
