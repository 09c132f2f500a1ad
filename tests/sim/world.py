"""A cluster, its clients, and what happens to it; the checks that must hold after every event."""

from collections.abc import Callable
from itertools import combinations

from brokers.kernel.ids import TopicId
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import iterate_batches
from tests.sim.broker import Broker
from tests.sim.checks import Checks
from tests.sim.producer import Producer
from tests.sim.store import Store
from tests.sim.time import Timeline

BROKERS = 3
PRODUCERS = 3
FAULTS_END_MS = 4_000.0
QUIET_MS_MAX = 40_000.0


class World:
    """One seed's run: ``run`` goes through trouble, then through peace, and judges."""

    def __init__(self, seed: int, *, partitions: int = 1, flush: str = "fsync") -> None:
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
                "min.insync.replicas": "2", "flush": flush, "segment.bytes": "1000000",
            },
            replicas=[everyone[i:] + everyone[:i] for i in range(partitions)],
        )  # fmt: skip
        self.producers = [
            Producer(self, number, number % partitions) for number in range(PRODUCERS)
        ]

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
        record = self.store.partitions[self.topic.id, index]
        if record.leader is None:
            return None
        broker = self.brokers[record.leader - 1]
        partition = broker.partition(TopicId(self.topic.id), index)
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
        self._until(self.is_at_peace, QUIET_MS_MAX)
        self.checks.final()

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
        if not all(producer.is_done for producer in self.producers):
            return False
        for (_, index), record in self.store.partitions.items():
            if len(record.isr) < BROKERS or self.leader_of(index) is None:
                return False
            ends = {
                (p.log.log_end_offset, p.log.durable_end_offset, p.high_watermark)
                for broker in self.brokers
                if (p := broker.partition(self.topic.id, index)) is not None
            }
            if len(ends) != 1:
                return False
        return True

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


def content(partition: PartitionRuntime, start: int, end: int) -> list[tuple[int, int, int]]:
    """(offset, producer, sequence) of the batches from ``start`` to ``end``."""
    found: list[tuple[int, int, int]] = []
    offset = start
    while offset < end:
        read = partition.log.read(offset, max_bytes=1 << 20, end_offset=end, at_least_one=True)
        for _, header in iterate_batches(memoryview(read.data)):
            if header.base_offset >= start:
                found.append((header.base_offset, header.producer_id, header.base_sequence))
        assert read.next_offset > offset, f"nothing at {offset} of {start}..{end}"
        offset = read.next_offset
    return found


def pairs() -> list[tuple[int, int]]:
    return list(combinations(range(1, BROKERS + 1), 2))
