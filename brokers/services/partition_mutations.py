"""A tenant's rate of creating and deleting partitions (KIP-599), inside the transaction of a verb.

It is kept in PostgreSQL, where the verbs are, so that it holds whichever broker or web process is
asked.
"""

from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import PartitionMutations
from brokers.quotas.token_bucket import TokenBucket
from brokers.selectors.database_time import database_time
from tenants.models import Tenant
from tenants.selectors.quotas import applied_limits

LIMIT: Final = "partition_mutations_per_s"

BURST_MS: Final = 60_000
"""So much of the rate may come at once: people create their topics together."""


def charge_mutations(tenant: Tenant, count: int) -> None:
    """For ``count`` partitions that are about to come or go; the tenant's row is locked.

    One verb may overdraw what there is. Raises ``Refusal`` THROTTLING_QUOTA_EXCEEDED while
    something is owed, with the time until it is paid.
    """
    rate = applied_limits(tenant).get(LIMIT)
    if rate is None:
        return
    now_ms = int(database_time().timestamp() * 1000)
    row = PartitionMutations.objects.filter(tenant_id=tenant.id).first()
    bucket = TokenBucket.full(rate, burst_ms=BURST_MS, now_ms=now_ms)
    if row is not None:
        bucket.level, bucket.at_ms = row.level, row.at_ms
    wait_ms = bucket.wait_ms(now_ms)
    if wait_ms:
        raise Refusal(
            ErrorCode.THROTTLING_QUOTA_EXCEEDED,
            f"tenant {tenant.name} creates and deletes more than {rate} partitions a second; try "
            f"again in {wait_ms} ms",
            wait_ms=wait_ms,
        )
    bucket.take(count, now_ms)
    PartitionMutations.objects.update_or_create(
        tenant_id=tenant.id, defaults={"level": bucket.level, "at_ms": bucket.at_ms}
    )
