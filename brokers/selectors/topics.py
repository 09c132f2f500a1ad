"""A tenant's topics and partitions."""

from uuid import UUID

from brokers.kernel.ids import TopicId
from brokers.models import Partition, Topic
from tenants import scope


def topics_of(tenant_id: UUID | str) -> list[Topic]:
    """The tenant's topics by name, without tombstones."""
    with scope.tenant(tenant_id):
        return list(Topic.objects.filter(deleted_at__isnull=True).order_by("name"))


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
