"""A cluster, its clients, and what happens to it; the checks that must hold after every event."""

from collections.abc import Callable, Mapping
from itertools import combinations

from brokers.kernel.ids import TopicId
from brokers.metadata.records import PartitionRecord
from brokers.node.answers import Buffer
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import iterate_batches
from tests.sim.broker import Broker
from tests.sim.checks import Checks, Entry
from tests.sim.coordination import Coordination
from tests.sim.pipelined_producer import PipelinedProducer
from tests.sim.producer import Producer
from tests.sim.reader import Reader
from tests.sim.store import Store
from tests.sim.time import Timeline

BROKERS = 3
PRODUCERS = 3
FAULTS_END_MS = 4_000.0
QUIET_MS_MAX = 40_000.0
NO_CONFIGS: Mapping[str, str] = {}


class World:
    """One seed's run: ``run`` goes through trouble, then through peace, and judges."""

    def __init__(
        self,
        seed: int,
        *,
        partitions: int = 1,
        configs: Mapping[str, str] = NO_CONFIGS,
        pipelined: int = 0,
        coordinates: bool = False,
    ) -> None:
        """``configs``: of the topic, over the usual ones. ``pipelined``: so many producers send on
        before they have an answer. ``coordinates``: there are groups and transactions."""
        self.coordinates = coordinates
        self.seed = seed
        self.timeline = Timeline(seed)
        self.random = self.timeline.random
        self.store = Store()
        self.brokers: list[Broker] = []
        self.checks = Checks(self)
        self.faults: list[str] = []
        self.beat_ms = 500.0
        self.proposal_trouble = 0.1
        """How many proposals of in-sync sets come late, and of how many the answer is lost."""
        self.proposals_take_ms: float | None = None
        """Directed: so long does each take, and no answer comes back."""
        self.announcements_take_ms: dict[int, float] = {}
        """Directed: so long does a broker not hear of changes."""
        self._cuts: set[frozenset[int]] = set()
        self._cut_from_store: set[int] = set()
        for number in range(1, BROKERS + 1):
            self.brokers.append(Broker(self, number))
        for broker in self.brokers:
            broker.start()
        tenant = self.store.add_tenant()
        everyone = [broker.id for broker in self.brokers]
        self.topic = self.store.add_topic(
            tenant.id,
            "sim",
            partitions,
            configs={
                "min.insync.replicas": "2", "flush": "fsync", "segment.bytes": "1000000", **configs,
            },
            replicas=[everyone[i:] + everyone[:i] for i in range(partitions)],
        )  # fmt: skip
        self.producers: list[Producer | PipelinedProducer] = [
            PipelinedProducer(self, number, number % partitions)
            if number < pipelined
            else Producer(self, number, number % partitions)
            for number in range(PRODUCERS)
        ]
        self.readers = [Reader(self, index) for index in range(partitions)]
        self.coordination: Coordination | None = None
        if coordinates:
            self.coordination = Coordination(self)

    # What the network and the operating system allow.

    def is_cut_off(self, one: int, other: int) -> bool:
        return frozenset((one, other)) in self._cuts

    def cut_off(self, one: int, other: int) -> None:
        self._cuts.add(frozenset((one, other)))

    def reconnect(self, one: int, other: int) -> None:
        self._cuts.discard(frozenset((one, other)))

    def cannot_reach_store(self, broker: int) -> bool:
        return broker in self._cut_from_store

    def cut_off_from_store(self, broker: int) -> None:
        self._cut_from_store.add(broker)

    def reconnect_to_store(self, broker: int) -> None:
        self._cut_from_store.discard(broker)

    def leader_of(self, index: int) -> tuple[Broker, PartitionRuntime] | None:
        """Who leads by the store's word, and knows it."""
        return self._leader_by(self.store.partitions[self.topic.id, index])

    def _leader_by(self, record: PartitionRecord) -> tuple[Broker, PartitionRuntime] | None:
        if record.leader is None:
            return None
        broker = self.brokers[record.leader - 1]
        partition = broker.partition(record.topic_id, record.index)
        if partition is None or partition.leader_epoch != record.leader_epoch:
            return None
        return broker, partition

    # The run.

    def run(self, trouble: Callable[["World"], None]) -> None:
        """``trouble`` makes events for the first part. Raises ``AssertionError``."""
        trouble(self)
        self._until(lambda: self.timeline.now >= FAULTS_END_MS)
        self.heal()
        for producer in self.producers:
            producer.is_finishing = True
        if self.coordination is not None:
            self.coordination.finish()
        self._until(self.is_at_peace, QUIET_MS_MAX)
        self.checks.final()
        if self.coordination is not None:
            self.coordination.judge()

    def _until(self, condition: Callable[[], bool], within_ms: float = 1e9) -> None:
        deadline = self.timeline.now + within_ms
        timeline, checks = self.timeline, self.checks
        while not condition():
            assert timeline.now < deadline, f"no peace within {within_ms} ms: {self.state()}"
            timeline.step()
            checks.after_event()

    def heal(self) -> None:
        self.store.available = True
        self._cuts.clear()
        self._cut_from_store.clear()
        for broker in self.brokers:
            broker.disk.free_bytes = None
            if broker.disk.fail_synchronize or any(
                partition.log.failure for partition in broker.runtimes()
            ):
                # A replica whose disk has failed is out until its broker starts again.
                broker.die(power=False)
            if broker.is_stopped:
                broker.go_on()
            if not broker.is_up:
                self.timeline.soon(0, 200, broker.start)

    def is_at_peace(self) -> bool:
        """Everybody is up, in sync and equal, and every producer has its answer."""
        if not all(broker.runs for broker in self.brokers):
            return False
        if not all(client.is_done for client in (*self.producers, *self.readers)):
            return False
        if self.coordination is not None and not self.coordination.is_done:
            return False
        return all(self._is_equal(*place) for place in self.store.partitions)

    def _is_equal(self, topic_id: TopicId, index: int) -> bool:
        """Led, with every replica in sync and at the same end, and all of it committed: logs of
        different leaders may be as long as each other until the newest has been followed."""
        record = self.store.partitions[topic_id, index]
        if len(record.isr) < BROKERS or self._leader_by(record) is None:
            return False
        ends = {
            (p.log.log_end_offset, p.log.durable_end_offset, p.high_watermark)
            for broker in self.brokers
            if (p := broker.partition(topic_id, index)) is not None
        }
        return len(ends) == 1 and len(set(*ends)) == 1

    def state(self) -> str:
        lines = [f"seed {self.seed}, {self.timeline.now:.0f} ms, faults: {self.faults}"]
        lines += [str(record) for record in self.store.partitions.values()]
        for broker in self.brokers:
            for partition in broker.runtimes():
                log = partition.log
                lines.append(
                    f"broker {broker.id}: epoch {partition.leader_epoch}, {partition.following}, "
                    f"{log.log_start_offset}..{log.log_end_offset}, "
                    f"durable {log.durable_end_offset}, high watermark "
                    f"{partition.high_watermark}, failure {log.failure}"
                )
            if not broker.runs:
                lines.append(f"broker {broker.id}: up {broker.is_up}, stopped {broker.is_stopped}")
        return "\n".join(lines)


def content(partition: PartitionRuntime, start: int, end: int) -> list[Entry]:
    """The batches from ``start`` to ``end``."""
    found: list[Entry] = []
    offset = start
    while offset < end:
        read = partition.log.read(offset, max_bytes=1 << 20, end_offset=end, at_least_one=True)
        found += entries(read.data, start)
        assert read.next_offset > offset, f"nothing at {offset} of {start}..{end}"
        offset = read.next_offset
    return found


def entries(data: Buffer, start: int) -> list[Entry]:
    """The batches in ``data`` that begin at ``start`` or later."""
    return [
        (each.base_offset, each.producer_id, each.producer_epoch, each.base_sequence)
        for _, each in iterate_batches(memoryview(data))
        if each.base_offset >= start
    ]


def pairs() -> list[tuple[int, int]]:
    return list(combinations(range(1, BROKERS + 1), 2))
