"""One broker of a simulated cluster: the node's parts around real partitions, without its sockets.

It can be killed, lose power, be stopped for a while, lose its volume, and start again.
"""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brokers.kernel.errors import HeadwaterError, Refusal
from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex, TopicId
from brokers.log.volume import Volume
from brokers.metadata.image import MetadataImage
from brokers.node.copy_throttle import CopyThrottle
from brokers.node.leader_copy import LeaderCopy
from brokers.node.metrics import Metrics
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.partitions import PartitionManager
from brokers.node.ports import (
    BrokerRegistration,
    IsrChange,
    MetadataUnavailable,
    PartitionNumber,
    Refused,
    Report,
)
from brokers.node.seen_state import SeenState
from brokers.node.upkeep import given_up
from brokers.replication.leader import IsrProposed
from tests.model.memory_disk import MemoryDisk
from tests.sim.coordinating import Coordinating
from tests.sim.flusher import Flusher
from tests.sim.link import Link
from tests.sim.store import now

if TYPE_CHECKING:
    from tests.sim.world import World

VOLUME = Path("/volume")
TICK_MS = 250


class Broker:
    """``is_up``: its process exists. ``runs``: and is not stopped."""

    def __init__(self, world: "World", broker_id: int) -> None:
        self.world = world
        self.timeline = world.timeline
        self.clock = world.timeline
        self.id = BrokerId(broker_id)
        self.disk = MemoryDisk()
        self.volume_number = 0
        self.is_up = False
        self.is_stopped = False
        self.incarnation = Incarnation(0)
        self.image = MetadataImage()
        self.partitions: PartitionManager
        self.copies: dict[BrokerId, LeaderCopy] = {}
        self.links: dict[BrokerId, Link] = {}
        self.inbound: list[Link] = []
        self.node: Coordinating | None = None
        """Its coordinators, where the world has any."""
        self.heard_ms: dict[BrokerId, int] = {}
        self._followed: dict[tuple[TopicId, int], BrokerId] = {}
        self.run = 0
        """Counts its starts and deaths."""
        self._held_back: list[Callable[[], None]] = []
        world.store.listeners.append(self._announced)

    @property
    def runs(self) -> bool:
        return self.is_up and not self.is_stopped

    def partition(self, topic_id: TopicId, index: int) -> PartitionRuntime | None:
        return self.partitions.get(topic_id, index) if self.is_up else None

    def runtimes(self) -> Iterator[PartitionRuntime]:
        if self.is_up:
            yield from self.partitions

    # Its events.

    def later(self, shortest_ms: float, longest_ms: float, event: Callable[[], None]) -> None:
        """An event of this run of the broker: not after its death, and not while it is stopped."""
        run = self.run

        def happen() -> None:
            if self.run == run and self.is_up:
                self.when_running(event)

        self.timeline.soon(shortest_ms, longest_ms, happen)

    def when_running(self, event: Callable[[], None]) -> None:
        if not self.is_up:
            return
        if self.is_stopped:
            self._held_back.append(event)
        else:
            event()

    def stop(self) -> None:
        """SIGSTOP."""
        self.is_stopped = True

    def go_on(self) -> None:
        """SIGCONT: what waited happens at once, in the order in which it came."""
        self.is_stopped = False
        held, self._held_back = self._held_back, []
        for event in held:
            if not self.is_stopped:
                self.when_running(event)

    def die(self, *, power: bool) -> None:
        """kill -9, or the loss of power: then what was not synchronised is partly gone."""
        if not self.is_up:
            return
        self.is_up = self.is_stopped = False
        self.run += 1
        self._held_back.clear()
        for link in [*self.links.values(), *self.inbound]:
            link.cut()
        if power:
            self.disk.lose_power(self.timeline.random)
        else:
            self.disk.kill()

    def lose_volume(self) -> None:
        """The disk is replaced by an empty one; the broker is down."""
        self.disk = MemoryDisk()
        self.volume_number += 1

    # Starting.

    def start(self) -> None:
        """The order of ``Node.start``; tried again later while the store is away."""
        if self.is_up:
            return
        store = self.world.store
        if not store.available:
            self.timeline.soon(50, 200, self.start)
            return
        self.disk.free_bytes, self.disk.fail_synchronize = None, False
        name = uuid.UUID(int=self.id * 1000 + self.volume_number)
        volume = Volume.open(VOLUME, disk=self.disk, new_id=name)
        marker = volume.take_marker()
        clean = None if marker is None else Incarnation(marker)
        self.run += 1
        self.incarnation = now(store.register_broker(self._registration(volume, clean)))
        self.is_up = True
        self.image = MetadataImage.from_snapshot(now(store.snapshot()))
        self.heard_ms = {}
        self._followed = {}
        others = [broker for broker in self.world.brokers if broker is not self]
        self.copies = {other.id: self._copy(other) for other in others}
        self.node = Coordinating(self) if self.world.coordinates else None
        self.partitions = PartitionManager(
            self.id,
            volume,
            clock=self.timeline,
            flusher=Flusher(self),
            following=self,
            proposals=self,
            metrics=Metrics(),
            role_watchers={}
            if self.node is None
            else {each.topic_name: self.node.role_taken for each in self.node.coordinators},
            seen=SeenState(volume.control_plane),
        )
        self._open(clean is not None)
        if self.node is not None:
            self.node.begin()
        for other in others:
            self.later(0.0, 5.0, lambda other=other: self.connect(other))
        self.later(0.0, self.world.beat_ms, self._beat)
        self.later(TICK_MS, TICK_MS, self._tick)

    def _registration(self, volume: Volume, clean: Incarnation | None) -> BrokerRegistration:
        return BrokerRegistration(
            self.id, "sim", 1, "sim", 2, str(volume.id), str(VOLUME), None, clean
        )

    def _copy(self, leader: "Broker") -> LeaderCopy:
        def news() -> None:
            link = self.links.get(leader.id)
            if link is not None:
                self.later(0.0, 0.05, link.news)

        return LeaderCopy(self.id, self.incarnation, leader.id, news, CopyThrottle())

    def _open(self, clean: bool) -> None:
        manager, image = self.partitions, self.image
        mine = [
            (image.topics[topic_id], record)
            for topic_id, records in image.partitions.items()
            for record in records.values()
            if self.id in record.replicas
        ]
        for topic, record, opened in manager._opener.open_share(mine, clean=clean):
            manager._adopt(topic, record.index, opened)
            manager._take_role(topic, record)
        damaged = manager.damaged()
        if damaged:
            self._give_up(damaged)

    def _give_up(self, damaged: list[PartitionNumber]) -> None:
        """As the node does: say so first, begin anew as a follower then."""
        asked = {each: given_up(self.image, self.id, each) for each in damaged}
        replicas = [each for each in asked.values() if each is not None]
        again = [number for number, each in asked.items() if each is None]
        try:
            refusals = now(self.world.store.give_up_replicas(self.id, self.incarnation, replicas))
        except (MetadataUnavailable, Refusal):
            self.later(50, 200, lambda: self._give_up(damaged))
            return
        self.catch_up()
        for each, refused in zip(replicas, refusals, strict=True):
            number = PartitionNumber(each.topic_id, each.index)
            if refused is None:
                self.partitions.begin_anew(self.image, number)
            else:
                again.append(number)
        if again:
            self.later(50, 200, lambda: self._give_up(again))

    # Following the store.

    def _announced(self) -> None:
        late = self.timeline.random.random() < 0.1
        delay = self.timeline.random.uniform(0.5, 400.0 if late else 15.0)
        delay = self.world.announcements_take_ms.get(self.id, delay)
        self.timeline.after(delay, lambda: self.when_running(self.catch_up))

    def catch_up(self) -> None:
        if not self.world.store.available or not self.is_up:
            return
        if self.world.cannot_reach_store(self.id):
            return
        for change in self.world.store.after_number(self.image.number):
            self.image.apply(change)
            self.partitions.changed(change, self.image)
        self._reconcile()

    def _reconcile(self) -> None:
        queue = self.partitions._queue
        while queue:
            topic_id, index = queue.popleft()
            now(self.partitions._reconcile(self.image, topic_id, index))

    def follow(self, partition: PartitionRuntime) -> None:
        key, leader = (partition.topic_id, partition.index), partition.following.leader
        if self._followed.get(key, leader) != leader:
            self.copies[self._followed[key]].forget(key)
        self._followed[key] = leader
        self.copies[leader].follow(partition)

    def forget(self, topic_id: TopicId, index: PartitionIndex) -> None:
        leader = self._followed.pop((topic_id, index), None)
        if leader is not None:
            self.copies[leader].forget((topic_id, index))

    def connect(self, other: "Broker") -> None:
        if other.id in self.links or not self.is_up:
            return
        if not other.is_up or self.world.is_cut_off(self.id, other.id):
            self.later(20, 100, lambda: self.connect(other))
            return
        link = self.links[other.id] = Link(self, other)
        link.news()

    # Loops.

    def _beat(self) -> None:
        store = self.world.store
        if store.available and not self.world.cannot_reach_store(self.id):
            report = Report(lacks_room=self.partitions.volume.lacks_room())
            if not now(store.heartbeat(self.id, self.incarnation, report)).alive:
                self.die(power=False)
                return
            now(store.mend_partitions(rebalance=self.timeline.random.random() < 0.1))
        self.later(self.world.beat_ms, self.world.beat_ms, self._beat)

    def _tick(self) -> None:
        if self.id not in self.world.announcements_take_ms:
            self.catch_up()  # What was announced while the store was away is polled for.
        live = {broker.id: broker.incarnation for broker in self.image.live_brokers()}
        for partition in self.partitions:
            partition.tick(self.heard_ms, live)
        for copy in self.copies.values():
            retry = copy.next_retry_ms()
            if retry is not None and retry <= self.timeline.now:
                copy.on_news()
        self.later(TICK_MS, TICK_MS, self._tick)

    # Proposals, whose answers may be lost.

    def propose(self, partition: PartitionRuntime, proposal: IsrProposed) -> None:
        members = tuple(
            (m, self.incarnation if m == self.id else partition.incarnation_of(m))
            for m in sorted(proposal.isr)
        )
        change = IsrChange(
            partition.topic_id, partition.index, partition.leader_epoch,
            proposal.partition_epoch, members,
        )  # fmt: skip
        incarnation = self.incarnation
        delay = self.timeline.random
        chance = self.world.proposal_trouble
        lost, slow = delay.random() < chance, delay.random() < chance
        arrives_in = delay.uniform(0.5, 1500.0 if slow else 10.0)
        if self.world.proposals_take_ms is not None:
            arrives_in, lost = self.world.proposals_take_ms, True
        # Once sent it may land whatever becomes of the sender.
        self.timeline.after(
            arrives_in, lambda: self._land(change, incarnation, partition, proposal)
        )
        if lost or slow:
            self.later(100, 300, lambda: partition.proposal_ended(proposal, None))

    def _land(
        self,
        change: IsrChange,
        incarnation: Incarnation,
        partition: PartitionRuntime,
        proposal: IsrProposed,
    ) -> None:
        try:
            results: list[Any] = now(self.world.store.alter_isrs(self.id, incarnation, [change]))
        except HeadwaterError:
            results = [None]
        (result,) = results
        answer = None if isinstance(result, Refused) else result
        if self.world.proposals_take_ms is not None:
            return
        self.later(0.5, 10, lambda: partition.proposal_ended(proposal, answer))
