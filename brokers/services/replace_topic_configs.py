from collections.abc import Mapping
from typing import Final
from uuid import UUID

from brokers.kernel.ids import TopicName
from brokers.metadata.election import with_minimum
from brokers.metadata.topic_configs import checked, value_of
from brokers.models import Topic
from brokers.node.ports import Actor
from brokers.published import topic_change
from brokers.services.partition_rows import lock_topic_partitions, write_decided
from brokers.services.topic_rows import lock_tenant, lock_topic
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits

MINIMUM: Final = "min.insync.replicas"


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
    """Write, audit and publish a locked topic's new configs; nothing when they are the old ones.

    A new minimum of in-sync replicas is a new partition epoch of each of its partitions, see
    ``election.with_minimum``.
    """
    before = topic.configs
    if configs == before:
        return
    topic.configs = configs
    topic.save(update_fields=["configs"])
    told: list[NewChange] = []
    if value_of(MINIMUM, configs) != value_of(MINIMUM, before):
        told = write_decided(
            lock_topic_partitions(topic.id),
            lambda each: with_minimum(each.record, minimum=each.minimum),
        ).told
    audit.record(
        tenant_id=topic.tenant_id,
        by=actor.principal,
        action="topic.alter_configs",
        object=topic.name,
        detail={"before": before, "after": configs},
    )
    changes.publish([topic_change(topic), *told])
