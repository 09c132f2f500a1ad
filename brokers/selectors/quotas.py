"""What a tenant may use, and uses: the limits of ``tenants/selectors/quotas.py`` with what brokers
count."""

from dataclasses import replace
from uuid import UUID

from brokers.selectors.mutation_rate import mutation_rate
from brokers.selectors.tenant_health import tenant_health
from brokers.selectors.tenant_use import tenant_use
from tenants.selectors import quotas
from tenants.selectors.quotas import Limit


def limits_of(tenant_id: UUID) -> dict[str, Limit]:
    """By name. Rates are those of the newest roll-up; ``used`` is None where there is none yet, and
    for what is not counted here. Raises ``NotFound``."""
    limits = quotas.limits_of(tenant_id)
    health, use = tenant_health(tenant_id), tenant_use(tenant_id)
    used = {
        "connections": use.connections,
        "connections_per_s": use.logins_per_s,
        "partition_mutations_per_s": mutation_rate(
            tenant_id, limits["partition_mutations_per_s"].applied
        ),
        "groups": use.groups,
        "request_time_percent": use.busy_percent,
        "produce_bytes_per_s": health.bytes_in_per_s,
        "fetch_bytes_per_s": health.bytes_out_per_s,
        "partitions": health.partitions,
        "topics": health.topics,
        "storage_bytes": health.bytes_stored,
        "message_bytes": use.largest_batch,
    }
    return {name: replace(limit, used=used.get(name, limit.used)) for name, limit in limits.items()}
