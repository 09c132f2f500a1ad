"""One connection from a follower to a leader: messages in order, delayed, or cut off for good."""

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from brokers.node.follower_feed import FollowerFeed
from brokers.node.leader_copy import WAIT_MS
from brokers.wire.messages.fetch_request import FetchRequest
from brokers.wire.messages.fetch_response import FetchResponse, PartitionData

if TYPE_CHECKING:
    from tests.sim.broker import Broker

UNDER_WAY_MAX = 2
_numbers = count(1)


class Link:
    """Until it breaks; whoever wants another makes one (``Broker.connect``)."""

    def __init__(self, follower: "Broker", leader: "Broker") -> None:
        self.follower = follower
        self.leader = leader
        self.is_open = True
        self._timeline = follower.timeline
        self._copy = follower.copies[leader.id]
        self._feed = FollowerFeed(leader, follower.id, follower.incarnation, next(_numbers))
        self._under_way = 0
        self._there: deque[Callable[[], None]] = deque()
        self._back: deque[Callable[[], None]] = deque()
        leader.inbound.append(self)
        self._copy.begin_session()

    def cut(self) -> None:
        """Either end is gone, or the network says so."""
        if not self.is_open:
            return
        self.is_open = False
        self.follower.links.pop(self.leader.id, None)
        if self in self.leader.inbound:
            self.leader.inbound.remove(self)
        if self.leader.is_up:
            self._feed.close()
        if self.follower.is_up:
            self.follower.later(1.0, 20.0, lambda: self.follower.connect(self.leader))

    def news(self) -> None:
        """The follower has something to ask, or an answer has made room for a question."""
        if not self.is_open or not self.follower.runs:
            return
        if self._under_way and (self._under_way >= UNDER_WAY_MAX or not self._copy.has_news):
            return
        self._under_way += 1
        request = self._copy.next_request(self._timeline.monotonic_ms())
        self._travel(self._there, lambda: self._arrived(request))

    def _travel(self, way: deque[Callable[[], None]], event: Callable[[], None]) -> None:
        """In order, and not at all while the two cannot reach each other."""
        way.append(event)

        def arrive() -> None:
            if not self.is_open:
                return
            if self.follower.world.is_cut_off(self.follower.id, self.leader.id):
                self._timeline.after(5.0, arrive)
                return
            way.popleft()()

        self._timeline.soon(0.05, 2.0, arrive)

    def _arrived(self, request: FetchRequest) -> None:
        self.leader.when_running(lambda: self._serve(request))

    def _serve(self, request: FetchRequest) -> None:
        if not self.is_open:
            return
        self.leader.heard_ms[self.follower.id] = self._timeline.monotonic_ms()
        self._feed.take(request)
        if self._feed.is_ready:
            self.answer(request.max_bytes)
        else:
            Waiter(self, self._feed, request.max_bytes)

    def answer(self, max_bytes: int) -> None:
        response = _as_decoded(self._feed.answer(max_bytes))
        self._travel(self._back, lambda: self._answered(response))

    def _answered(self, response: FetchResponse) -> None:
        self.follower.when_running(lambda: self._apply(response))

    def _apply(self, response: FetchResponse) -> None:
        if not self.is_open:
            return
        self._under_way -= 1
        timeline = self._timeline
        self._copy.apply(response, timeline.monotonic_ms(), timeline.now_ms())
        if self._copy.wants_metadata:
            self._copy.wants_metadata = False
            self.follower.catch_up()
        self.news()


class Waiter:
    """A long poll at the leader."""

    def __init__(self, link: Link, feed: FollowerFeed, max_bytes: int) -> None:
        self._link = link
        self._feed = feed
        self._max_bytes = max_bytes
        feed.waiter = self
        link.leader.later(WAIT_MS, WAIT_MS, self.hurry)

    def ready(self) -> None:
        self._link.leader.later(0.0, 0.05, self.hurry)

    def hurry(self) -> None:
        if self._feed.waiter is self:
            self._feed.waiter = None
            if self._link.is_open:
                self._link.answer(self._max_bytes)


def _as_decoded(response: FetchResponse) -> FetchResponse:
    """Records as the codec would have them on the other side."""
    for topic in response.responses:
        rows: list[PartitionData] = topic.partitions
        for row in rows:
            row.records = memoryview(bytes(row.records or b""))
    return response
