from datetime import UTC, datetime
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TopicId
from brokers.models import Topic
from brokers.node.ports import Actor
from brokers.published import topic_change
from brokers.services.partition_mutations import charge_mutations
from brokers.services.topic_rows import lock_tenant
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def delete_topic(*, actor: Actor, topic_id: TopicId) -> None:
    """Leave a tombstone: the name is free at once, the data goes after a delay.

    By id, so that a topic that was made anew under the name meanwhile is safe. Raises ``Refusal``
    UNKNOWN_TOPIC_ID, for a foreign topic as for an absent one, and THROTTLING_QUOTA_EXCEEDED.
    """
    with scope.tenant(actor.tenant_id):
        limit_waits()
        tenant = lock_tenant(UUID(actor.tenant_id))
        topic = (
            Topic.objects.select_for_update()
            .filter(id=UUID(bytes=topic_id), deleted_at__isnull=True)
            .first()
        )
        if topic is None:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic of that id")
        charge_mutations(tenant, actor, topic.partition_count)
        topic.deleted_at = datetime.now(UTC)
        topic.save(update_fields=["deleted_at"])
        audit.record(
            tenant_id=topic.tenant_id,
            by=actor.principal,
            action="topic.delete",
            object=topic.name,
            detail={"id": topic.id.hex},
        )
        changes.publish([topic_change(topic)])
