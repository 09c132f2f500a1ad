"""Has the markers of transactions written: to every partition of an ended transaction, by whoever
leads it, until it is done.

Whatever is due for one broker goes in one request, and the next one when that was answered. What
was not done is tried again after a pause, at the leader of then. For what it leads itself this
broker asks itself, over its internal listener as the others do.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from brokers.client.peer_connection import PeerUnreachable
from brokers.kernel.clock import Instant
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId
from brokers.metadata.records import BrokerRecord
from brokers.node.coordination.marker_requests import marker_request, outcomes
from brokers.node.coordination.shard import Shard
from brokers.node.leader_hints import current_leader
from brokers.transactions.coordinator import TransactionCoordinator
from brokers.transactions.effects import WriteMarkers
from brokers.transactions.state import TransactionPartition
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

VERSION: Final = 2
MARKERS_PER_REQUEST_MAX: Final = 5_000
PAUSE_SECONDS: Final = 0.05
PAUSE_SECONDS_MAX: Final = 1.0


class Peers(Protocol):
    """``PeerRequests``, or a test in its place."""

    async def ask(
        self, broker: BrokerRecord, api_key: ApiKey, version: int, request: Any
    ) -> Any: ...

    def close(self) -> None: ...


DONE: Final = frozenset({ErrorCode.NONE, ErrorCode.INVALID_PRODUCER_EPOCH})
"""Written now, or the partition has a later epoch of the producer: then this transaction has ended
there before, by this marker."""


@dataclass(frozen=True, slots=True, eq=False)
class DueMarker:
    """One partition of one ended transaction. ``machine`` is the one that decided: a shard that has
    loaded anew decides about its markers itself."""

    shard: Shard[TransactionCoordinator]
    machine: TransactionCoordinator
    markers: WriteMarkers
    partition: TransactionPartition

    @property
    def is_wanted(self) -> bool:
        """Whether this broker still coordinates the transaction, and in this machine."""
        return self.shard.is_active and self.shard.machine is self.machine


class MarkerSender:
    """Belongs to the event loop."""

    def __init__(self, node: "Node", peers: Peers) -> None:
        self._node = node
        self._peers = peers
        self._due: list[DueMarker] = []
        self._news = asyncio.Event()
        self._sending: dict[BrokerId | None, asyncio.Task[None]] = {}
        """By who is asked now; None is nobody, for want of a leader."""
        self._pauses: dict[BrokerId | None, float] = {}
        self._progress: dict[str, set[asyncio.Future[None]]] = {}
        """Whoever waits for a transactional id's markers."""

    def send(self, shard: Shard[TransactionCoordinator], markers: WriteMarkers) -> None:
        """Returns at once; the machine is told as partitions are done."""
        machine = shard.machine
        self._due += [DueMarker(shard, machine, markers, each) for each in markers.partitions]
        self._news.set()
        if not markers.partitions:
            self._tell(machine, shard, markers, frozenset())

    async def work(self) -> None:
        """Send what is due, until cancelled."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                self._begin()
        finally:
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(*self._sending.values(), return_exceptions=True)
            self._peers.close()

    def _begin(self) -> None:
        """Ask every broker that has something due and is not being asked."""
        for broker_id, task in list(self._sending.items()):
            if task.done():
                del self._sending[broker_id]
                task.result()  # It ends by itself only: a defect ends the broker.
        by_leader: defaultdict[BrokerId | None, list[DueMarker]] = defaultdict(list)
        for due in self._due:
            if due.is_wanted:
                by_leader[self._leader_of(due.partition)].append(due)
        self._due = []
        for leader, wanted in by_leader.items():
            if leader in self._sending:
                self._due += wanted
                continue
            now, later = wanted[:MARKERS_PER_REQUEST_MAX], wanted[MARKERS_PER_REQUEST_MAX:]
            self._due += later
            work = self._wait(now) if leader is None else self._ask(leader, now)
            task = asyncio.create_task(work)
            task.add_done_callback(lambda _: self._news.set())
            self._sending[leader] = task

    def _leader_of(self, partition: TransactionPartition) -> BrokerId | None:
        found = current_leader(self._node.image, partition.topic_id, partition.partition)
        return None if found is None else found[1].id

    async def _ask(self, leader: BrokerId, asked: list[DueMarker]) -> None:
        try:
            left = await self._written(leader, asked)
        except PeerUnreachable as error:
            log.warning("markers of transactions have to wait: %s", error)
            left = asked
        if not left:
            self._pauses.pop(leader, None)
            return
        self._due += left
        await self._node.catch_up()
        await self._pause(leader)

    async def _written(self, leader: BrokerId, asked: list[DueMarker]) -> list[DueMarker]:
        """What is left to be done. Raises ``PeerUnreachable``."""
        request, sent, left = marker_request(asked, self._node.image)
        broker = self._node.image.brokers.get(leader)
        if broker is None:
            return asked
        response = await self._peers.ask(broker, ApiKey.WRITE_TXN_MARKERS, VERSION, request)
        done: defaultdict[WriteMarkers, list[DueMarker]] = defaultdict(list)
        for due, error in outcomes(sent, response):
            if error in DONE:
                done[due.markers].append(due)
            elif error is not ErrorCode.TRANSACTION_COORDINATOR_FENCED:
                left.append(due)
            else:
                # A later coordinator has this transaction: whatever is left is its to write.
                log.warning("%s: a later coordinator writes its markers", due.shard.partition)
        for finished in done.values():
            self._done(finished)
        return left

    async def _wait(self, leaderless: list[DueMarker]) -> None:
        """Nobody leads these now. Where the topic is gone there is nobody to tell any more."""
        is_current = await self._node.catch_up()
        for due in leaderless:
            if self._is_gone(due.partition, is_current):
                self._done([due])
            else:
                self._due.append(due)
        await self._pause(None)

    def _is_gone(self, partition: TransactionPartition, is_current: bool) -> bool:
        """Deleted for certain: there is a tombstone, or not even that any more."""
        image = self._node.image
        if partition.topic_id in image.tombstones:
            return True
        return is_current and partition.topic_id not in image.topics

    def _done(self, finished: Iterable[DueMarker]) -> None:
        first, *_ = finished
        if first.is_wanted:
            partitions = frozenset(due.partition for due in finished)
            self._tell(first.machine, first.shard, first.markers, partitions)

    def _tell(
        self,
        machine: TransactionCoordinator,
        shard: Shard[TransactionCoordinator],
        markers: WriteMarkers,
        partitions: frozenset[TransactionPartition],
    ) -> None:
        clock = self._node.clock
        now = Instant(clock.monotonic_ms(), clock.now_ms())
        shard.carry_out(machine.markers_written(markers, partitions, now))
        for told in self._progress.pop(markers.transactional_id, ()):
            told.set_result(None)

    async def wait_for_progress(self, transactional_id: str, seconds: float) -> None:
        """Return once its machine was told of markers of this transaction, or after so long."""
        told = asyncio.get_running_loop().create_future()
        waiting = self._progress.setdefault(transactional_id, set())
        waiting.add(told)
        try:
            await asyncio.wait((told,), timeout=seconds)
        finally:
            waiting.discard(told)
            if not waiting and self._progress.get(transactional_id) is waiting:
                del self._progress[transactional_id]

    async def _pause(self, leader: BrokerId | None) -> None:
        pause = self._pauses.get(leader, PAUSE_SECONDS)
        self._pauses[leader] = min(2 * pause, PAUSE_SECONDS_MAX)
        await asyncio.sleep(pause)
