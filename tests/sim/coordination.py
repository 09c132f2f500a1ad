"""Groups and transactions in a simulated cluster: the internal topics, and their clients."""

from typing import TYPE_CHECKING, Final

from brokers.metadata.records import TopicRecord
from brokers.node.coordination.internal_topics import CONSUMER_OFFSETS, TRANSACTION_STATE
from tests.node.cell.state import SYSTEM
from tests.sim.committed_reader import CommittedReader
from tests.sim.group_member import GroupMember
from tests.sim.loop import SimulatedLoop
from tests.sim.transactor import Outcome, Transactor

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

PARTITIONS: Final = 2
GROUPS: Final = 2
FIRST_PRODUCER_ID: Final = 1000
"""Above those of the producers that nobody gave an id."""


class Coordination:
    """Beside the producers and readers of ``World``."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.loop = SimulatedLoop(world.timeline, world.timeline.soon)
        self.outcomes: dict[str, Outcome] = {}
        """How each transaction ended, as far as anybody was told."""
        self.is_finishing = False
        world.store._next_producer_id = FIRST_PRODUCER_ID
        self.offsets = self._topic(SYSTEM, CONSUMER_OFFSETS, 1)
        self.transactions = self._topic(SYSTEM, TRANSACTION_STATE, 1)
        self.ledger = self._topic(world.topic.tenant_id, "ledger", PARTITIONS)
        self.members = [GroupMember(self, f"group {number}") for number in range(GROUPS)]
        # Two that take themselves for the same: the later one fences the earlier one.
        self.transactors = [
            Transactor(self, "first", "a"), Transactor(self, "first", "b"),
            Transactor(self, "second", "c"),
        ]  # fmt: skip
        self.readers = [CommittedReader(self, index) for index in range(PARTITIONS)]

    def _topic(self, tenant_id: str, name: str, partitions: int) -> TopicRecord:
        everyone = [broker.id for broker in self.world.brokers]
        return self.world.store.add_topic(
            tenant_id,
            name,
            partitions,
            configs={"min.insync.replicas": "2", "flush": "fsync"},
            internal=tenant_id == SYSTEM,
            replicas=[everyone[i:] + everyone[:i] for i in range(partitions)],
        )

    def leader_of(self, topic: TopicRecord, index: int) -> "Broker | None":
        """By the image of some broker, which may be an old one."""
        up = [broker for broker in self.world.brokers if broker.is_up]
        if not up:
            return None
        record = self.world.random.choice(up).image.partition(topic.id, index)
        if record is None or record.leader is None:
            return None
        return self.world.brokers[record.leader - 1]

    def finish(self) -> None:
        self.is_finishing = True

    @property
    def is_done(self) -> bool:
        clients = (*self.members, *self.transactors, *self.readers)
        return all(client.is_done for client in clients)

    def judge(self) -> None:
        """All of a committed transaction is there, once and everywhere, and nothing of an aborted
        one; of one whose end nobody knows, all or nothing."""
        read = [reader.transactions for reader in self.readers]
        for transactions in read:
            assert len(set(transactions)) == len(transactions), "a transaction was read twice"
        for name, outcome in self.outcomes.items():
            where = {name in transactions for transactions in read}
            expected = {
                Outcome.COMMITTED: ({True},),
                Outcome.ABORTED: ({False},),
                Outcome.UNKNOWN: ({True}, {False}),
            }[outcome]
            assert where in expected, f"transaction {name} is {outcome.name}, and was read: {where}"
