from typing import Final
from uuid import UUID, uuid4

from brokers.kernel.ids import BrokerId
from brokers.models import Partition, Topic
from brokers.published import topic_change
from brokers.services.broker_rows import share_brokers
from brokers.services.topic_rows import insert_partitions, insert_topic
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.errors import Conflict
from tenants.models import Tenant
from tenants.names import SYSTEM_TENANT_NAME
from tenants.published import tenant_change
from tenants.services.create_tenant import insert_tenant
from tenants.transactions import limit_waits

METRICS_TOPIC: Final = "__headwater_metrics"
METRICS_CONFIGS: Final = {"retention.ms": str(7 * 86_400_000), "flush": "os"}
"""A week of history; measurements are worth no fsync."""

SYSTEM_TENANT_ID: Final = UUID("00000000-0000-4000-8000-000000000001")
"""Fixed, so that two brokers that make it at once make the same one."""


def ensure_system_topics(broker_id: BrokerId) -> None:
    """The service's own tenant and its topics, with a partition that this broker leads.

    Each broker writes its measurements into a partition of its own, of one replica, so none waits
    for another. A draining broker gets none: it is to become empty.
    """
    with scope.system("the service's own topics"):
        limit_waits()
        broker = share_brokers({broker_id}).get(broker_id)
        told = _ensure_tenant()
        Tenant.objects.select_for_update(no_key=True).get(id=SYSTEM_TENANT_ID)
        if broker is not None and not (broker.fenced or broker.draining):
            told += _ensure_partition(broker_id)
        if told:
            changes.publish(told)


def _ensure_tenant() -> list[NewChange]:
    if Tenant.objects.filter(id=SYSTEM_TENANT_ID).exists():
        return []
    try:
        tenant = insert_tenant(Tenant(id=SYSTEM_TENANT_ID, name=SYSTEM_TENANT_NAME))
    except Conflict:  # another broker was quicker
        return []
    audit.record(
        tenant_id=tenant.id, by="system", action="tenant.create", object=SYSTEM_TENANT_NAME
    )
    return [tenant_change(tenant)]


def _ensure_partition(broker_id: BrokerId) -> list[NewChange]:
    topic = Topic.objects.filter(
        tenant_id=SYSTEM_TENANT_ID, name=METRICS_TOPIC, deleted_at__isnull=True
    ).first()
    if topic is None:
        topic = Topic(
            id=uuid4(),
            tenant_id=SYSTEM_TENANT_ID,
            name=METRICS_TOPIC,
            configs=METRICS_CONFIGS,
            internal=True,
        )
        return insert_topic(topic, [[broker_id]], live={broker_id})
    if Partition.objects.filter(topic=topic, leader=broker_id).exists():
        return []
    first = topic.partition_count
    topic.partition_count = first + 1
    topic.save(update_fields=["partition_count"])
    return [
        *insert_partitions(topic, [[broker_id]], first, live={broker_id}),
        topic_change(topic),
    ]
