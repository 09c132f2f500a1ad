from typing import Final
from uuid import UUID, uuid5

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TopicName
from brokers.metadata.placement import default_replication_factor, place
from brokers.models import Topic
from brokers.selectors.brokers import placement_candidates
from brokers.services.broker_rows import live_of, lock_brokers, still_candidates
from brokers.services.ensure_system_topics import SYSTEM_TENANT_ID
from brokers.services.topic_rows import insert_topic
from tenants import audit, changes, scope
from tenants.models import Tenant
from tenants.transactions import limit_waits

PARTITION_COUNT: Final = 24
"""Names are spread over partitions by their hash, so it cannot change later. Kafka has 50; this
still gives each of a dozen brokers its share, and a small cell has fewer logs to keep."""

CONFIGS: Final = {
    "cleanup.policy": "compact",
    "segment.bytes": str(8 * 1024 * 1024),
    "max.message.bytes": str(4 * 1024 * 1024),
}
"""Segments are small: only closed ones are compacted, and a new coordinator reads all of them
before it serves, at about 7 microseconds a record and 100 bytes each. Batches may be large: the
assignment of a large group is one record."""


def coordinator_topic_id(name: TopicName) -> UUID:
    """It follows from the name, so that two brokers that make it at once make the same one."""
    return uuid5(SYSTEM_TENANT_ID, name)


def ensure_coordinator_topic(name: TopicName) -> None:
    """The internal topic of coordinators of that name exists afterwards.

    Where there are three brokers it has three replicas, else one; ``widen_coordinator_topics``
    adds the others when there are three. Raises ``Refusal``
    COORDINATOR_NOT_AVAILABLE while no broker can be given partitions.
    """
    candidates = placement_candidates()
    row = Topic(
        id=coordinator_topic_id(name),
        tenant_id=SYSTEM_TENANT_ID,
        name=name,
        configs=CONFIGS,
        internal=True,
    )
    with scope.system("the topics of coordinators"):
        limit_waits()
        brokers = lock_brokers()
        candidates = still_candidates(candidates, brokers)
        Tenant.objects.select_for_update(no_key=True).get(id=SYSTEM_TENANT_ID)
        if Topic.objects.filter(id=row.id).exists():
            return
        live = live_of(brokers)
        if not any(candidate.is_live for candidate in candidates):
            raise Refusal(ErrorCode.COORDINATOR_NOT_AVAILABLE, f"no broker can be given {name} now")
        factor = default_replication_factor(len(candidates))
        replicas = place(candidates, PARTITION_COUNT, factor)
        told = insert_topic(row, replicas, live=live)
        _audit(row, factor)
        changes.publish(told)


def _audit(row: Topic, factor: int) -> None:
    audit.record(
        tenant_id=UUID(str(row.tenant_id)),
        by="system",
        action="topic.create",
        object=row.name,
        detail={
            "id": row.id.hex,
            "partitions": PARTITION_COUNT,
            "replication_factor": factor,
            "configs": row.configs,
        },
    )
