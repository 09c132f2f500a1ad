"""Where replicas are, for people who look after the cell."""

from collections import Counter, defaultdict
from uuid import UUID

from brokers.kernel.ids import BrokerId
from brokers.models import Partition
from tenants import scope


def partitions_by_topic(tenant_id: UUID | str) -> dict[UUID, list[Partition]]:
    """The partitions of all of a tenant's topics by topic id, each list by index."""
    found: dict[UUID, list[Partition]] = defaultdict(list)
    with scope.tenant(tenant_id):
        live = Partition.objects.filter(topic__deleted_at__isnull=True)
        for partition in live.order_by("index"):
            found[partition.topic_id].append(partition)
    return found


def replicas_held() -> Counter[BrokerId]:
    """How many replicas of live topics each broker holds, over all tenants."""
    held: Counter[BrokerId] = Counter()
    with scope.system("an operator looks at brokers: every tenant's partitions are their load"):
        live = Partition.objects.filter(topic__deleted_at__isnull=True)
        for replicas in live.values_list("replicas", flat=True).iterator():
            held.update(BrokerId(broker) for broker in replicas)
    return held
