"""Fetch by a follower: what its feed has for it, or a wait until there is something."""

from asyncio import TimerHandle
from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX
from brokers.node.answers import Answer, Buffers
from brokers.node.follower_feed import FollowerFeed
from brokers.node.framing import framed
from brokers.wire.messages.fetch_request import FetchRequest
from brokers.wire.messages.fetch_response import FetchResponse, encode

if TYPE_CHECKING:
    from brokers.node.connection import Outcome
    from brokers.node.dispatch import Call


def start(call: "Call", request: FetchRequest) -> "Outcome":
    """Answer now if there is anything to send; else wait, at most ``max_wait_ms``."""
    peer, state = call.session.peer, request.replica_state
    if (
        peer is None
        or state is None
        or (state.replica_id, state.replica_epoch) != (peer.broker_id, peer.incarnation)
    ):
        return _encoded(call, FetchResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED))
    connection = call.connection
    feed = connection.feed
    if feed is None:
        feed = connection.feed = FollowerFeed(
            call.node, peer.broker_id, peer.incarnation, connection.number
        )
    call.node.heard_of(peer.broker_id)
    feed.take(request)
    max_bytes = min(request.max_bytes, FETCH_BYTES_MAX)
    if feed.is_ready or request.max_wait_ms <= 0:
        return _encoded(call, feed.answer(max_bytes))
    return _Parked(call, feed, max_bytes, request.max_wait_ms)


def _encoded(call: "Call", response: FetchResponse) -> Buffers:
    return framed(call.correlation_id, encode(call.version, response), has_tags=call.has_tags)


class _Parked(Answer):
    """A follower's long poll, answered at the end of the round of the loop in which its feed became
    ready: what one read of a producer's connection appended goes out together."""

    __slots__ = ("_call", "_feed", "_is_due", "_max_bytes", "_timer")

    def __init__(self, call: "Call", feed: FollowerFeed, max_bytes: int, max_wait_ms: int) -> None:
        super().__init__()
        call.frame = memoryview(b"")
        self._call = call
        self._feed = feed
        self._max_bytes = max_bytes
        self._is_due = False
        loop = call.connection.listener.loop
        self._timer: TimerHandle = loop.call_later(
            min(max_wait_ms, FETCH_WAIT_MS_MAX) / 1000, self.hurry
        )
        feed.waiter = self

    def ready(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._call.connection.listener.loop.call_soon(self.hurry)

    def hurry(self) -> None:
        if self._feed.waiter is self:
            self.abandon()
            self.complete(_encoded(self._call, self._feed.answer(self._max_bytes)))

    def abandon(self) -> None:
        self._timer.cancel()
        if self._feed.waiter is self:
            self._feed.waiter = None
