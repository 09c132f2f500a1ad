"""A tenant's topics and partitions."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from brokers.kernel.ids import TopicId
from brokers.models import Partition, Topic
from tenants import scope

ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """``replication_factor`` is of its first partition."""

    name: str
    partition_count: int
    replication_factor: int
    internal: bool


def topics_of(tenant_id: UUID | str) -> list[Topic]:
    """The tenant's topics by name, without tombstones."""
    with scope.tenant(tenant_id):
        return list(Topic.objects.filter(deleted_at__isnull=True).order_by("name"))


def topic_summaries(tenant_id: UUID | str) -> list[TopicSummary]:
    """All of a tenant's topics by name; there may be 10,000.

    Two queries and no join: what PostgreSQL makes of one right after many topics were created, when
    it has no statistics yet, takes minutes.
    """
    with scope.tenant(tenant_id):
        first = Partition.objects.filter(index=0).values_list("topic_id", "replicas")
        replicas = dict(first.iterator(ROWS_AT_ONCE))
        live = Topic.objects.filter(deleted_at__isnull=True).order_by("name")
        return [
            TopicSummary(name, count, len(replicas.get(id, ())), internal)
            for id, name, count, internal in live.values_list(
                "id", "name", "partition_count", "internal"
            )
        ]


def topic_summary(tenant_id: UUID | str, name: str) -> TopicSummary | None:
    """None for a foreign topic as for an absent one."""
    with scope.tenant(tenant_id):
        topic = Topic.objects.filter(deleted_at__isnull=True, name=name).first()
        if topic is None:
            return None
        first = topic.partitions.filter(index=0).first()
        factor = 0 if first is None else len(first.replicas)
        return TopicSummary(name, topic.partition_count, factor, topic.internal)


def topic_configs(tenant_id: UUID | str) -> list[tuple[str, dict[str, str]]]:
    """Every topic's name and what was set on it, by name."""
    with scope.tenant(tenant_id):
        live = Topic.objects.filter(deleted_at__isnull=True).order_by("name")
        return list(live.values_list("name", "configs"))


def topic_named(tenant_id: UUID | str, name: str) -> Topic | None:
    """The tenant's topic; None for a foreign one as for an absent one."""
    with scope.tenant(tenant_id):
        return Topic.objects.filter(deleted_at__isnull=True, name=name).first()


def topic_id_of(topic: Topic) -> TopicId:
    """A row's id as the data plane writes it."""
    return TopicId(topic.id.bytes)


def partitions_of(tenant_id: UUID | str, name: str) -> list[Partition]:
    """The partitions of the tenant's topic by index; none when there is no such topic."""
    with scope.tenant(tenant_id):
        return list(
            Partition.objects.filter(topic__name=name, topic__deleted_at__isnull=True).order_by(
                "index"
            )
        )


def partition_of(tenant_id: UUID | str, name: str, index: int) -> Partition | None:
    """One partition of the tenant's topic; None when there is no such partition or topic."""
    with scope.tenant(tenant_id):
        live = Partition.objects.filter(topic__name=name, topic__deleted_at__isnull=True)
        return live.filter(index=index).first()
