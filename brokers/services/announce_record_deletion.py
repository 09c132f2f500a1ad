from collections.abc import Mapping
from uuid import UUID

from brokers.node.ports import Actor
from brokers.services.topic_rows import lock_tenant, lock_topic
from tenants import audit, scope
from tenants.transactions import limit_waits


def announce_record_deletion(*, actor: Actor, topic: str, before: Mapping[int, int]) -> None:
    """Write down that records below the offsets in ``before``, by partition, are about to go.

    The leaders delete them, asked over Kafka's protocol, and nothing here changes with it; so the
    entry comes first. Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION.
    """
    with scope.tenant(actor.tenant_id):
        limit_waits()
        lock_tenant(UUID(actor.tenant_id))
        row = lock_topic(topic)
        audit.record(
            tenant_id=row.tenant_id,
            by=actor.principal,
            action="topic.delete_records",
            object=row.name,
            detail={"before": {str(index): offset for index, offset in before.items()}},
        )
