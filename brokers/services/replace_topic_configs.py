from collections.abc import Mapping
from uuid import UUID

from brokers.kernel.ids import TopicName
from brokers.metadata.topic_configs import checked
from brokers.models import Topic
from brokers.node.ports import Actor
from brokers.published import topic_change
from brokers.services.topic_rows import lock_tenant, lock_topic
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def replace_topic_configs(
    *,
    actor: Actor,
    name: TopicName,
    configs: Mapping[str, str | None],
    validate_only: bool = False,
) -> None:
    """Set exactly these configs; what is not named goes back to its default (AlterConfigs).

    Raises ``Refusal``: UNKNOWN_TOPIC_OR_PARTITION or INVALID_CONFIG.
    """
    with scope.tenant(actor.tenant_id):
        limit_waits()
        lock_tenant(UUID(actor.tenant_id))
        topic = lock_topic(name)
        accepted = checked(configs)
        if not validate_only:
            write_configs(actor, topic, accepted)


def write_configs(actor: Actor, topic: Topic, configs: dict[str, str]) -> None:
    """Write, audit and publish a locked topic's new configs; nothing when they are the old ones."""
    before = topic.configs
    if configs == before:
        return
    topic.configs = configs
    topic.save(update_fields=["configs"])
    audit.record(
        tenant_id=topic.tenant_id,
        by=actor.principal,
        action="topic.alter_configs",
        object=topic.name,
        detail={"before": before, "after": configs},
    )
    changes.publish([topic_change(topic)])
