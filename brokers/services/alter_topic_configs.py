from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.ids import TopicName
from brokers.metadata.config_operations import altered
from brokers.node.ports import Actor, ConfigOperation
from brokers.services.replace_topic_configs import write_configs
from brokers.services.topic_rows import lock_tenant, lock_topic
from tenants import scope
from tenants.transactions import limit_waits


def alter_topic_configs(
    *,
    actor: Actor,
    name: TopicName,
    operations: Sequence[ConfigOperation],
    validate_only: bool = False,
) -> None:
    """Change single configs; the others stay (IncrementalAlterConfigs).

    Raises ``Refusal``: UNKNOWN_TOPIC_OR_PARTITION, INVALID_CONFIG or INVALID_REQUEST.
    """
    steps = [(step.name, step.operation, step.value) for step in operations]
    with scope.tenant(actor.tenant_id):
        limit_waits()
        lock_tenant(UUID(actor.tenant_id))
        topic = lock_topic(name)
        configs = altered(topic.configs, steps)
        if not validate_only:
            write_configs(actor, topic, configs)
