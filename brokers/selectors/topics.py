"""A tenant's topics and partitions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from brokers.kernel.ids import TopicId
from brokers.models import Partition, Topic
from tenants import scope


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
    """All of a tenant's topics by name: one query of plain columns, for there may be 10,000."""
    with _summaries(tenant_id) as rows:
        return [_summary(*row) for row in rows.order_by("topic__name")]


def topic_summary(tenant_id: UUID | str, name: str) -> TopicSummary | None:
    """None for a foreign topic as for an absent one."""
    with _summaries(tenant_id) as rows:
        row = rows.filter(topic__name=name).first()
        return None if row is None else _summary(*row)


@contextmanager
def _summaries(tenant_id: UUID | str) -> "Iterator[QuerySet[Partition, tuple[Any, ...]]]":
    with scope.tenant(tenant_id):
        first = Partition.objects.filter(index=0, topic__deleted_at__isnull=True)
        yield first.values_list(
            "topic__name", "topic__partition_count", "replicas", "topic__internal"
        )


def _summary(
    name: str, partition_count: int, replicas: Sequence[int], internal: bool
) -> TopicSummary:
    return TopicSummary(name, partition_count, len(replicas), internal)


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
