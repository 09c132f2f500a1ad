"""What a tenant holds of the brokers now, and what it takes of their time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max, Q, Sum

from brokers.models import Broker, TenantUse
from brokers.selectors.database_time import database_time
from tenants import scope

LATELY: Final = timedelta(seconds=15)
"""What was not published again since does not change any more: nothing is being done."""


@dataclass(frozen=True, slots=True)
class Use:
    """``busy_percent`` of the broker of which it takes most; ``logins_per_s`` of all brokers;
    ``largest_batch`` the bytes of the largest that was produced within the hour."""

    connections: int
    groups: int
    busy_percent: float
    logins_per_s: float
    largest_batch: int


def tenant_use(tenant_id: UUID | str) -> Use:
    """By the word of the brokers that are alive, some seconds old."""
    alive = of_live_brokers()
    if not alive:
        return Use(0, 0, 0.0, 0.0, 0)
    with scope.tenant(tenant_id):
        rows = TenantUse.objects.filter(alive, tenant_id=tenant_id)
        sums = rows.aggregate(Sum("connections"), Sum("groups"), Max("largest_batch"))
        lately = list(rows.filter(at__gt=database_time() - LATELY))
    return Use(
        sums["connections__sum"] or 0,
        sums["groups__sum"] or 0,
        max((row.busy_percent or 0.0 for row in lately), default=0.0),
        sum(row.logins_per_s or 0.0 for row in lately),
        sums["largest_batch__max"] or 0,
    )


def of_live_brokers() -> Q:
    """Which rows are the last word of a broker that is alive; nothing where none is."""
    alive = Q()
    for broker in Broker.objects.filter(fenced=False):
        alive |= Q(broker_id=broker.id, incarnation=broker.incarnation)
    return alive
