"""Config verbs and looks for REST: the brokers' services and selectors, in REST's terms."""

from collections.abc import Sequence
from uuid import UUID

from brokers.authorization.resource import Operation
from brokers.kernel.ids import TopicName
from brokers.metadata.placement import default_replication_factor
from brokers.metadata.records import TenantRecord
from brokers.metadata.topic_configs import TOPIC_CONFIGS
from brokers.node.config_entries import Entry, broker_entries, topic_entries
from brokers.node.ports import ConfigOperation
from brokers.published import broker_record
from brokers.selectors import brokers
from brokers.services.alter_topic_configs import alter_topic_configs
from streaming.access.caller import TenantAccess
from streaming.rest import topic_control
from streaming.rest.body import shown
from streaming.rest.cluster_config_entries import CLUSTER_CONFIGS, Setting, settings_after
from tenants import scope
from tenants.errors import NotFound
from tenants.published import tenant_change
from tenants.selectors.tenants import tenant_by_id
from tenants.services.alter_tenant import alter_tenant


def topic_config(access: TenantAccess, topic: str, name: str) -> Entry:
    """Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION, and ``NotFound`` without such a config."""
    configs = topic_control.configs_of(access, topic)
    check_topic_config(name)
    return next(entry for entry in topic_entries(configs) if entry.name == name)


def check_topic_config(name: str) -> None:
    """Raises ``NotFound`` when there is no config of that name."""
    if name not in TOPIC_CONFIGS:
        raise NotFound(
            f"There is no topic config {shown(name)}; GET …/configs of a topic lists those there "
            "are."
        )


def alter_topic(
    access: TenantAccess,
    topic: str,
    operations: Sequence[ConfigOperation],
    *,
    validate_only: bool = False,
) -> None:
    """Raises ``Refusal``."""
    topic_control.check_may(access, Operation.ALTER_CONFIGS, topic)
    alter_topic_configs(
        actor=topic_control.actor_of(access),
        name=TopicName(topic),
        operations=operations,
        validate_only=validate_only,
    )


def cluster_settings(access: TenantAccess) -> dict[str, Setting]:
    """Of the tenant, by its own names for them."""
    tenant = tenant_by_id(UUID(access.tenant_id))
    return {each.setting: getattr(tenant, each.setting) for each in CLUSTER_CONFIGS.values()}


def cluster_config(access: TenantAccess, name: str) -> Entry:
    """Raises ``NotFound``."""
    check_cluster_config(name)
    return CLUSTER_CONFIGS[name].entry(cluster_settings(access))


def check_cluster_config(name: str) -> None:
    """Raises ``NotFound`` when there is no config of that name."""
    if name not in CLUSTER_CONFIGS:
        raise NotFound(
            f"There is no cluster config {shown(name)} that a tenant sets; there are "
            f"{' and '.join(CLUSTER_CONFIGS)}."
        )


def alter_cluster(
    access: TenantAccess, operations: Sequence[ConfigOperation], *, validate_only: bool = False
) -> None:
    """Raises ``Refusal`` INVALID_CONFIG."""
    settings = settings_after(operations)
    if not validate_only:
        alter_tenant(tenant_id=UUID(access.tenant_id), by=access.principal, **settings)


def broker_configs(access: TenantAccess, security_protocol: str) -> dict[int, list[Entry]]:
    """What a tenant may know of each broker, by its id."""
    row = tenant_by_id(UUID(access.tenant_id))
    with scope.tenant(row.id):
        tenant = TenantRecord.from_json(tenant_change(row).payload or {})
    records = [broker_record(row) for row in brokers.list_brokers()]
    factor = default_replication_factor(sum(not record.draining for record in records))
    return {
        record.id: list(broker_entries(record, tenant, security_protocol, factor))
        for record in records
    }
