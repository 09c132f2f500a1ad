"""What a cell in memory keeps, and the numbered changes that tell of it."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from brokers.kernel.ids import BrokerId, ChangeNumber, TenantId, TopicId
from brokers.metadata import election
from brokers.metadata.records import (
    BrokerRecord,
    Change,
    CredentialRecord,
    Kind,
    PartitionRecord,
    Snapshot,
    TenantRecord,
    TopicRecord,
)
from brokers.metadata.topic_configs import value_of
from brokers.node.ports import (
    BrokerRegistration,
    KeyUse,
    MetadataUnavailable,
    ReplicaReport,
    Report,
)

SYSTEM = TenantId("00000000-0000-0000-0000-000000000000")


class CellState:
    """A node's ``MetadataSource`` over dictionaries."""

    def __init__(self) -> None:
        self.available = True
        self.changes: list[Change] = []
        self.tenants: dict[TenantId, TenantRecord] = {}
        self.topics: dict[TopicId, TopicRecord] = {}
        self.partitions: dict[tuple[TopicId, int], PartitionRecord] = {}
        self.brokers: dict[BrokerId, BrokerRecord] = {}
        self.quotas: dict[tuple, tuple[str, dict[str, float]]] = {}
        """By tenant and entity."""
        self.registrations: list[BrokerRegistration] = []
        self.key_uses: list[KeyUse] = []
        self.credentials: dict[str, CredentialRecord] = {}
        self.generation = 0
        self.halted = False
        self.remembered: dict[BrokerId, ReplicaReport] = {}
        """What brokers reported while it was halted."""
        self.queries = 0
        self.closed = 0
        """So many nodes need it no more."""
        """How often changes were asked for."""
        self._heartbeats: dict[BrokerId, int] = {}
        self.beating_elsewhere: set[BrokerId] = set()
        """Brokers that no node runs here and that beat all the same: no controller fences them."""
        self.reports: dict[BrokerId, Report] = {}
        self._next_producer_id = 0
        self._lock = threading.RLock()

    def new_id(self) -> uuid.UUID:
        """Of a tenant or a topic."""
        return uuid.uuid4()

    def put_tenant(self, tenant: TenantRecord) -> None:
        with self._lock:
            self.tenants[tenant.id] = tenant
            self._publish(Kind.TENANT, tenant.id, tenant.to_json())

    def put_topic(self, topic: TopicRecord) -> None:
        with self._lock:
            self.topics[topic.id] = topic
            self._publish(Kind.TOPIC, topic.id.hex(), topic.to_json())

    def put_partition(self, partition: PartitionRecord) -> None:
        with self._lock:
            self.partitions[partition.topic_id, partition.index] = partition
            key = f"{partition.topic_id.hex()}/{partition.index}"
            self._publish(Kind.PARTITION, key, partition.to_json())

    def put_broker(self, broker: BrokerRecord) -> None:
        with self._lock:
            self.brokers[broker.id] = broker
            self._publish(Kind.BROKER, str(broker.id), broker.to_json())

    def tombstone(self, topic_id: TopicId) -> None:
        with self._lock:
            self.put_topic(replace(self.topics[topic_id], deleted=True))

    # Which partitions there are, and what they come to.

    def _live(self) -> set[BrokerId]:
        return {broker.id for broker in self.brokers.values() if not broker.fenced}

    def minimum(self, record: PartitionRecord) -> int:
        """The effective minimum of in-sync replicas."""
        configured = value_of("min.insync.replicas", self.topics[record.topic_id].configs)
        return election.minimum_of(record, int(configured))

    def _held_by(self, broker_id: BrokerId) -> list[PartitionRecord]:
        return [record for record in self._present() if broker_id in record.replicas]

    def _present(self) -> Iterator[PartitionRecord]:
        for record in list(self.partitions.values()):
            if not self.topics[record.topic_id].deleted:
                yield record

    def _change(
        self,
        decide: Callable[[PartitionRecord], PartitionRecord | None],
        records: Sequence[PartitionRecord],
    ) -> int:
        """Write what ``decide`` makes of ``records``; how many it changed."""
        changed = [after for after in map(decide, records) if after is not None]
        for after in changed:
            self.put_partition(after)
        return len(changed)

    # MetadataSource.

    async def snapshot(self) -> Snapshot:
        self._check()
        with self._lock:
            number = ChangeNumber(len(self.changes))
            return Snapshot(number, tuple(self.changes), self.generation)

    async def changes_after(self, number: ChangeNumber, limit: int) -> list[Change]:
        self._check()
        with self._lock:
            self.queries += 1
            return self.changes[number : number + limit]

    async def wait_for_hint(self, timeout_s: float) -> None:
        await asyncio.sleep(min(timeout_s, 0.05))

    async def close(self) -> None:
        """There is no connection: other nodes go on with this."""
        self.closed += 1

    def _publish(self, kind: Kind, key: str, payload: dict | None) -> None:
        number = ChangeNumber(len(self.changes) + 1)
        self.changes.append(Change(number, kind, key, payload))

    def _check(self) -> None:
        if not self.available:
            raise MetadataUnavailable("switched off by the test")
