"""What a tenant may use, and uses: the limits of ``tenants/selectors/quotas.py`` with what brokers
count."""

from dataclasses import replace
from uuid import UUID

from brokers.selectors.tenant_health import tenant_health
from brokers.selectors.tenant_use import tenant_use
from tenants.selectors import quotas
from tenants.selectors.quotas import Limit


def limits_of(tenant_id: UUID) -> dict[str, Limit]:
    """By name. Rates are those of the newest roll-up; ``used`` is None where there is none yet, and
    for what is not counted here. Raises ``NotFound``."""
    health, use = tenant_health(tenant_id), tenant_use(tenant_id)
    used = {
        "connections": use.connections,
        "groups": use.groups,
        "request_time_percent": use.busy_percent,
        "produce_bytes_per_s": health.bytes_in_per_s,
        "fetch_bytes_per_s": health.bytes_out_per_s,
        "partitions": health.partitions,
        "topics": health.topics,
        "storage_bytes": health.bytes_stored,
    }
    return {
        name: replace(limit, used=used.get(name, limit.used))
        for name, limit in quotas.limits_of(tenant_id).items()
    }
