"""Where replicas are, for people who look after the cell."""

from collections import Counter, defaultdict
from uuid import UUID

from brokers.kernel.ids import BrokerId
from brokers.models import Partition, Topic
from tenants import scope


def partitions_by_topic(tenant_id: UUID | str) -> dict[UUID, list[Partition]]:
    """The partitions of all of a tenant's topics by topic id, each list by index."""
    found: dict[UUID, list[Partition]] = defaultdict(list)
    with scope.tenant(tenant_id):
        live = Partition.objects.filter(topic__deleted_at__isnull=True)
        for partition in live.order_by("index"):
            found[partition.topic_id].append(partition)
    return found


def partitions_held(
    tenant_id: UUID | str, broker_id: int
) -> list[tuple[str, int, int | None, list[int]]]:
    """Topic, index, leader and in-sync replicas of each of the tenant's partitions that has a
    replica on the broker, by topic and index; for the two queries see ``topic_summaries``."""
    with scope.tenant(tenant_id):
        live = Topic.objects.filter(deleted_at__isnull=True)
        names = dict(live.values_list("id", "name"))
        held = Partition.objects.filter(replicas__contains=[broker_id])
        rows = held.values_list("topic_id", "index", "leader", "isr")
        return sorted((names[id], *row) for id, *row in rows if id in names)


def partitions_moving(tenant_id: UUID | str, topic: str | None = None) -> list[Partition]:
    """The tenant's partitions whose replicas change, topics loaded, by name and index."""
    with scope.tenant(tenant_id):
        moving = Partition.objects.filter(topic__deleted_at__isnull=True).exclude(
            adding=[], removing=[]
        )
        if topic is not None:
            moving = moving.filter(topic__name=topic)
        return list(moving.select_related("topic").order_by("topic__name", "index"))


def replicas_leaving() -> Counter[BrokerId]:
    """How many replicas each broker holds until others have copied them, over all tenants."""
    leaving: Counter[BrokerId] = Counter()
    with scope.system("an operator looks at brokers: what is on the move"):
        moving = Partition.objects.filter(topic__deleted_at__isnull=True).exclude(removing=[])
        for removing in moving.values_list("removing", flat=True).iterator():
            leaving.update(BrokerId(broker) for broker in removing)
    return leaving
