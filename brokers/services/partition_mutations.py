"""A tenant's rate of creating and deleting partitions, and its principals' and clients' parts of it
(KIP-599), inside the transaction of a verb.

They are kept in PostgreSQL, where the verbs are, so that they hold whichever broker or web process
is asked.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import PartitionMutations
from brokers.node.ports import Actor
from brokers.quotas.client_quotas import CONTROLLER_MUTATION_RATE, ClientQuotas
from brokers.quotas.kept_buckets import KeptBuckets
from brokers.quotas.tenant_quotas import CLIENT_MUTATION_BURST_MS, MUTATION_BURST_MS
from brokers.quotas.token_bucket import TokenBucket
from brokers.selectors.database_time import database_time
from tenants.client_quotas import NAME_CHARACTERS_MAX
from tenants.models import ClientQuota, Tenant
from tenants.selectors.quotas import applied_limits

LIMIT: Final = "partition_mutations_per_s"

_USER_PREFIX: Final = "User:"


@dataclass(frozen=True, slots=True)
class _Charge:
    """One bucket, and what it is in words."""

    bucket: TokenBucket
    whose: str
    key: str | None = None
    """Among the clients' buckets; None for the tenant's."""


def charge_mutations(tenant: Tenant, actor: Actor, count: int) -> None:
    """For ``count`` partitions that are about to come or go; the tenant's row is locked.

    One verb may overdraw what there is; nothing is taken where it is refused. Raises ``Refusal``
    THROTTLING_QUOTA_EXCEEDED while the tenant or the client owes something, with the time until it
    is paid.
    """
    now_ms = int(database_time().timestamp() * 1000)
    row = PartitionMutations.objects.filter(tenant_id=tenant.id).first()
    clients = KeptBuckets({} if row is None else row.clients, burst_ms=CLIENT_MUTATION_BURST_MS)
    of_tenant = _of_tenant(tenant, row, now_ms)
    of_client = _of_client(actor, clients, now_ms)
    charges = [each for each in (of_tenant, of_client) if each is not None]
    if not charges:
        return
    _check(charges, now_ms)
    for charge in charges:
        charge.bucket.take(count, now_ms)
        if charge.key is not None:
            clients.put(charge.key, charge.bucket)
    _write(tenant, of_tenant, clients, now_ms)


def _of_tenant(tenant: Tenant, row: PartitionMutations | None, now_ms: int) -> _Charge | None:
    rate = applied_limits(tenant).get(LIMIT)
    if rate is None:
        return None
    bucket = TokenBucket.full(rate, burst_ms=MUTATION_BURST_MS, now_ms=now_ms)
    if row is not None and row.level is not None:
        bucket.level, bucket.at_ms = row.level, row.at_ms
    return _Charge(bucket, f"tenant {tenant.name}")


def _of_client(actor: Actor, clients: KeptBuckets, now_ms: int) -> _Charge | None:
    rows = ClientQuota.objects.filter(values__has_key=CONTROLLER_MUTATION_RATE)
    quotas = ClientQuotas((row.entity, row.values) for row in rows)
    user = actor.principal.removeprefix(_USER_PREFIX)
    group = quotas.group(CONTROLLER_MUTATION_RATE, user, actor.client_id[:NAME_CHARACTERS_MAX])
    if group is None:
        return None
    key = json.dumps([group.user, group.client_id])
    parts = [] if group.user is None else [f"principal User:{group.user}"]
    if group.client_id is not None:
        parts.append(f"client {group.client_id!r}")
    return _Charge(clients.get(key, group.rate, now_ms), ", ".join(parts), key)


def _check(charges: Sequence[_Charge], now_ms: int) -> None:
    longest = max(charges, key=lambda charge: charge.bucket.wait_ms(now_ms))
    wait_ms = longest.bucket.wait_ms(now_ms)
    if wait_ms:
        raise Refusal(
            ErrorCode.THROTTLING_QUOTA_EXCEEDED,
            f"{longest.whose} creates and deletes more than {longest.bucket.rate:g} partitions a "
            f"second; try again in {wait_ms} ms",
            wait_ms=wait_ms,
            quota=LIMIT if longest.key is None else CONTROLLER_MUTATION_RATE,
        )


def _write(tenant: Tenant, of_tenant: _Charge | None, clients: KeptBuckets, now_ms: int) -> None:
    level, at_ms = None, now_ms
    if of_tenant is not None:
        level, at_ms = of_tenant.bucket.level, of_tenant.bucket.at_ms
    PartitionMutations.objects.update_or_create(
        tenant_id=tenant.id,
        defaults={"level": level, "at_ms": at_ms, "clients": clients.kept(now_ms)},
    )
