"""Following, the shell: one connection to each other broker, kept asking.

Each link asks its broker for whatever this one follows, at least twice a second even when that is
nothing: who asks is known to be alive, and who is asked and has gone is noticed at once. A broker
that refuses connections is reported to the metadata store, by a compare-and-set on its incarnation.
"""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from brokers.client.peer_connection import PeerConnection, PeerUnreachable
from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId, PartitionIndex, TopicId
from brokers.metadata.records import BrokerRecord
from brokers.node.copy_throttle import CopyThrottle
from brokers.node.leader_copy import LeaderCopy
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.peer_login import connect_to
from brokers.node.ports import MetadataUnavailable
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

FETCH_VERSION: Final = 17
ANSWER_MS: Final = 5_000
"""An answer to a poll of half a second that is not there by then is not waited for: the connection
is made anew."""

RETRY_SECONDS: Final = 0.02
"""The first pause: a process that ends may still take a connection in its last milliseconds, and
the next attempt is the one that tells of its end."""
RETRY_SECONDS_MAX: Final = 1.0
LOOK_SECONDS: Final = 0.1
"""How soon a broker that has just been registered is followed."""
RETRIES_TOGETHER_MS: Final = 20
"""Partitions that may be asked for again about then share a request."""
REQUESTS_UNDER_WAY_MAX: Final = 2
"""One that waits at the leader, and one that has news for it."""


class LeaderLinks:
    """A link to every other broker of the image, and what is copied over each."""

    def __init__(self, node: "Node") -> None:
        self._node = node
        self._links: dict[BrokerId, LeaderLink] = {}
        self._throttle = CopyThrottle()
        self._followed: dict[tuple[TopicId, PartitionIndex], BrokerId] = {}

    def follow(self, partition: PartitionRuntime) -> None:
        """Copy the partition from the leader that it follows now, and from no other."""
        assert partition.following is not None
        leader = partition.following.leader
        self.forget(partition.topic_id, partition.index, but=leader)
        self._followed[partition.topic_id, partition.index] = leader
        self._link(leader).copy.follow(partition)

    def forget(
        self, topic_id: TopicId, index: PartitionIndex, *, but: BrokerId | None = None
    ) -> None:
        """Copy it no longer, unless from ``but``."""
        key = (topic_id, index)
        leader = self._followed.get(key)
        if leader is not None and leader != but:
            del self._followed[key]
            self._link(leader).copy.forget(key)

    def _link(self, broker_id: BrokerId) -> "LeaderLink":
        link = self._links.get(broker_id)
        if link is None:
            link = self._links[broker_id] = LeaderLink(self._node, broker_id, self._throttle)
        return link

    async def work(self) -> None:
        """Keep a link to every broker that the image has, until cancelled."""
        tasks: dict[BrokerId, asyncio.Task[None]] = {}
        try:
            while True:
                known = self._node.image.brokers.keys() - {self._node.broker_id}
                for broker_id in known - tasks.keys():
                    tasks[broker_id] = asyncio.create_task(self._link(broker_id).work())
                for broker_id in tasks.keys() - known:
                    tasks.pop(broker_id).cancel()
                for task in tasks.values():
                    if task.done():
                        task.result()  # A link ends only by a defect: the broker ends with it.
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)


class LeaderLink:
    """The connection to one broker."""

    def __init__(self, node: "Node", leader: BrokerId, throttle: CopyThrottle) -> None:
        self._node = node
        self._leader = leader
        self._news = asyncio.Event()
        self._pause = RETRY_SECONDS
        self._was_connected = False
        self.copy = LeaderCopy(node.broker_id, node.incarnation, leader, self._news.set, throttle)

    async def work(self) -> None:
        """Connect, ask, apply; again and again, until cancelled.

        At once after a connection has ended: if nothing listens there any more, every moment until
        that is known is one without a leader.
        """
        while True:
            broker = self._node.image.brokers.get(self._leader)
            if broker is None:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            self._was_connected = False
            try:
                await self._connected(broker)
            except PeerUnreachable as error:
                if error.refused:
                    await self._report_gone(broker)
                await self._wait(str(error))
            except (Refusal, TimeoutError) as error:
                await self._wait(str(error) or "no answer in time")

    async def _wait(self, reason: str) -> None:
        if self._was_connected:
            return
        if self._pause == RETRY_SECONDS:
            log.warning("broker %d cannot be followed: %s", self._leader, reason)
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, RETRY_SECONDS_MAX)

    async def _report_gone(self, broker: BrokerRecord) -> None:
        """Nothing listens where it listened: whoever restarts it gives it a new incarnation."""
        current = self._node.image.brokers.get(self._leader)
        if current is None or current.fenced or current.incarnation != broker.incarnation:
            return
        with suppress(MetadataUnavailable):
            if await self._node.control.fence_broker(broker.id, broker.incarnation):
                log.warning(
                    "broker %d (incarnation %d) refuses connections and was fenced",
                    broker.id, broker.incarnation,
                )  # fmt: skip

    async def _connected(self, broker: BrokerRecord) -> None:
        node = self._node
        connection = await connect_to(broker, node)
        self._pause = RETRY_SECONDS
        self._was_connected = True
        log.info("following broker %d, incarnation %d", broker.id, broker.incarnation)
        self.copy.begin_session()
        try:
            await self._converse(connection)
        finally:
            connection.close()

    async def _converse(self, connection: PeerConnection) -> None:
        """Ask, and ask again while an answer is awaited when there is news. Raises when it ends."""
        node, copy = self._node, self.copy
        under_way: list[asyncio.Future[Any]] = []
        answered_ms = node.clock.monotonic_ms()
        while True:
            copy.take_up_those_that_waited(node.clock.monotonic_ms())
            if not under_way or (copy.has_news and len(under_way) < REQUESTS_UNDER_WAY_MAX):
                self._news.clear()
                self._heed_throttle()
                request = copy.next_request(node.clock.monotonic_ms())
                under_way.append(connection.ask(ApiKey.FETCH, FETCH_VERSION, request))
            await self._answer_or_news(under_way)
            if under_way[0].done():
                response = under_way.pop(0).result()
                copy.apply(response, node.clock.monotonic_ms(), node.clock.now_ms())
                if copy.wants_metadata:
                    copy.wants_metadata = False
                    await node.catch_up()
                answered_ms = node.clock.monotonic_ms()
            elif node.clock.monotonic_ms() - answered_ms > ANSWER_MS:
                raise TimeoutError

    def _heed_throttle(self) -> None:
        this = self._node.image.brokers.get(self._node.broker_id)
        if this is not None:
            now_ms = self._node.clock.monotonic_ms()
            self.copy.throttle.set_rate(this.copy_bytes_per_second, now_ms)

    async def _answer_or_news(self, under_way: list[asyncio.Future[Any]]) -> None:
        """Also returns when a partition that had to wait may be asked for again."""
        waits: set[asyncio.Future[Any]] = {under_way[0]}
        news: asyncio.Future[Any] | None = None
        timeout_ms = ANSWER_MS
        if len(under_way) < REQUESTS_UNDER_WAY_MAX:
            news = asyncio.create_task(self._news.wait())
            waits.add(news)
            retry_ms = self.copy.next_retry_ms()
            if retry_ms is not None:
                in_ms = retry_ms - self._node.clock.monotonic_ms()
                timeout_ms = min(timeout_ms, max(RETRIES_TOGETHER_MS, in_ms))
        try:
            await asyncio.wait(
                waits, timeout=timeout_ms / 1000, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            if news is not None:
                news.cancel()
