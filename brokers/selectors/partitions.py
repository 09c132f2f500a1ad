"""Partitions of one tenant or of all, as people who look after the cell see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from brokers.metadata.election import minimum_of
from brokers.metadata.reassignment import is_under_way, target_of
from brokers.metadata.records import PartitionRecord
from brokers.metadata.topic_configs import value_of
from brokers.models import Partition
from brokers.published import partition_record
from tenants import scope


@dataclass(frozen=True, slots=True)
class PartitionState:
    """``minimum``: the effective one, below which nothing is committed."""

    tenant: str
    topic: str
    record: PartitionRecord
    minimum: int

    @property
    def is_under_replicated(self) -> bool:
        """Whether a replica that is to stay is not in sync."""
        return not set(target_of(self.record)) - set(self.record.adding) <= set(self.record.isr)

    @property
    def is_under_minimum(self) -> bool:
        return len(self.record.isr) < self.minimum

    @property
    def is_at_minimum(self) -> bool:
        """Whether the next loss stops it."""
        return len(self.record.isr) == self.minimum

    @property
    def is_unavailable(self) -> bool:
        return self.record.leader is None

    @property
    def is_moving(self) -> bool:
        return is_under_way(self.record)


def partition_states(
    tenant_id: UUID | None = None, topic: str | None = None
) -> list[PartitionState]:
    """By tenant, topic and index; of all tenants, the service's own too, where none is named."""
    with scope.system("an operator looks at partitions"):
        rows = Partition.objects.filter(topic__deleted_at__isnull=True)
        if tenant_id is not None:
            rows = rows.filter(tenant_id=tenant_id)
        if topic is not None:
            rows = rows.filter(topic__name=topic)
        ordered = rows.select_related("topic", "tenant").order_by(
            "tenant__name", "topic__name", "index"
        )
        return [*_states(ordered.iterator())]


def partitions_moving() -> list[PartitionState]:
    """Those of all tenants whose replicas change; by tenant, topic and index."""
    with scope.system("an operator looks at reassignments"):
        moving = Partition.objects.filter(topic__deleted_at__isnull=True).exclude(
            adding=[], removing=[]
        )
        ordered = moving.select_related("topic", "tenant").order_by(
            "tenant__name", "topic__name", "index"
        )
        return [*_states(ordered.iterator())]


def _states(rows: Iterator[Partition]) -> Iterator[PartitionState]:
    for row in rows:
        record = partition_record(row)
        configured = int(value_of("min.insync.replicas", row.topic.configs))
        yield PartitionState(
            row.tenant.name, row.topic.name, record, minimum_of(record, configured)
        )
