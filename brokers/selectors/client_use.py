"""What a tenant's principals, clients and addresses may use, and what they do use."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from brokers.models import PartitionMutations, TenantUse
from brokers.quotas.client_quotas import (
    CLIENT_ID,
    CONTROLLER_MUTATION_RATE,
    REQUEST_PERCENTAGE,
    USER,
    Entity,
)
from brokers.quotas.client_use import TOLD_PER_QUOTA, ClientUse
from brokers.quotas.kept_buckets import OVERFLOW, Kept
from brokers.quotas.tenant_quotas import CLIENT_MUTATION_BURST_MS
from brokers.quotas.token_bucket import TokenBucket
from brokers.selectors.database_time import database_time
from brokers.selectors.tenant_use import LATELY, of_live_brokers
from tenants import scope
from tenants.models import ClientQuota
from tenants.selectors.quotas import client_quotas_of

_Key = tuple[str, tuple[tuple[str, str | None], ...]]
"""A quota's name, and for whom it is."""


@dataclass(frozen=True, slots=True)
class UsedBy:
    """``who``: names by type of entity. ``used`` is over all brokers, of a broker's time at the one
    of which most is taken; ``at_broker`` the most of it at one, where quotas are held."""

    quota: str
    who: Mapping[str, str]
    used: float
    at_broker: float


@dataclass(frozen=True, slots=True)
class ClientQuotaUse:
    """One row of quotas. ``used`` is, of each of ``values``, that of whoever uses most of it;
    ``used_by`` those that do, ``TOLD_PER_QUOTA`` of each, who uses most first."""

    entity: Entity
    values: Mapping[str, float]
    used: Mapping[str, float]
    used_by: tuple[UsedBy, ...]


def client_quotas_with_use(tenant_id: UUID) -> list[ClientQuotaUse]:
    """In the order of their entities. Rates are of the brokers' last seconds, partitions created
    and deleted of what may come at once."""
    rows = client_quotas_of(tenant_id)
    uses: defaultdict[_Key, list[UsedBy]] = defaultdict(list)
    for key, used_by in (*_at_brokers(tenant_id), *_mutations(tenant_id, rows)):
        uses[key].append(used_by)
    return [_with_use(row, uses) for row in rows]


def _with_use(row: ClientQuota, uses: Mapping[_Key, list[UsedBy]]) -> ClientQuotaUse:
    used, used_by = {}, []
    for name in sorted(row.values):
        found = sorted(uses.get(_key(name, row.entity), ()), key=lambda each: -each.used)
        used[name] = found[0].used if found else 0.0
        used_by += found[:TOLD_PER_QUOTA]
    return ClientQuotaUse(row.entity, row.values, used, tuple(used_by))


def _key(quota: str, entity: Entity) -> _Key:
    return quota, tuple(sorted(entity.items()))


def _at_brokers(tenant_id: UUID) -> Iterator[tuple[_Key, UsedBy]]:
    """What brokers count, put together."""
    at_brokers: defaultdict[tuple[_Key, tuple[tuple[str, str], ...]], list[float]]
    at_brokers = defaultdict(list)
    alive = of_live_brokers()
    if alive:
        with scope.tenant(tenant_id):
            lately = TenantUse.objects.filter(
                alive, at__gt=database_time() - LATELY, clients__isnull=False
            )
            told = list(lately.values_list("clients", flat=True))
        for use in (ClientUse(**each) for clients in told for each in clients):
            who = tuple(sorted(use.who.items()))
            at_brokers[_key(use.quota, use.entity), who].append(use.used)
    for (key, who), used in at_brokers.items():
        most = max(used)
        total = most if key[0] == REQUEST_PERCENTAGE else round(sum(used), 3)
        yield key, UsedBy(key[0], dict(who), total, most)


def _mutations(tenant_id: UUID, rows: Iterable[ClientQuota]) -> Iterator[tuple[_Key, UsedBy]]:
    """What PostgreSQL counts: partitions created and deleted."""
    quota = CONTROLLER_MUTATION_RATE
    keys = {_key(quota, row.entity) for row in rows if quota in row.values}
    with scope.tenant(tenant_id):
        row = PartitionMutations.objects.filter(tenant_id=tenant_id).first()
    if row is None or not keys:
        return
    now_ms = int(database_time().timestamp() * 1000)
    for sharers, kept in row.clients.items():
        used = _rate(kept, now_ms)
        if sharers == OVERFLOW or not used:
            continue
        named = _named(*json.loads(sharers))
        for key in _by_precedence(quota, named):
            if key in keys:
                yield key, UsedBy(quota, named, used, used)
                break


def _named(user: str | None, client_id: str | None) -> dict[str, str]:
    parts = ((USER, user), (CLIENT_ID, client_id))
    return {kind: name for kind, name in parts if name is not None}


def _by_precedence(quota: str, named: Mapping[str, str]) -> Iterator[_Key]:
    """Of quotas whose buckets these names share, that of the most exact entity holds."""
    for names in product(*((name, None) for name in named.values())):
        yield _key(quota, dict(zip(named, names, strict=True)))


def _rate(kept: Kept, now_ms: int) -> float:
    """What is taken of the most that may come at once, a second of the time in which it fills."""
    rate, level, at_ms = kept
    seconds = CLIENT_MUTATION_BURST_MS / 1000
    bucket = TokenBucket(rate, CLIENT_MUTATION_BURST_MS, level, at_ms)
    return round((rate * seconds - bucket.available(now_ms)) / seconds, 3)
