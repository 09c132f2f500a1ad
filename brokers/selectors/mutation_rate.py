"""How fast a tenant creates and deletes partitions."""

from uuid import UUID

from brokers.models import PartitionMutations
from brokers.quotas.tenant_quotas import MUTATION_BURST_MS
from brokers.quotas.token_bucket import TokenBucket
from brokers.selectors.database_time import database_time
from tenants import scope


def mutation_rate(tenant_id: UUID, limit: int) -> float:
    """Partitions a second: what is taken of the minute's worth that may come at once, over that
    minute. At ``limit``, or above, nothing more is let through."""
    with scope.tenant(tenant_id):
        row = PartitionMutations.objects.filter(tenant_id=tenant_id).first()
    if row is None or row.level is None:
        return 0.0
    seconds = MUTATION_BURST_MS / 1000
    bucket = TokenBucket(limit, MUTATION_BURST_MS, row.level, row.at_ms)
    now_ms = int(database_time().timestamp() * 1000)
    return round((limit * seconds - bucket.available(now_ms)) / seconds, 3)
