"""Which limits a tenant is above: what it has stays, and it gets no more of it.

A limit may be set below what is in use, so whoever does that is told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from brokers.node.quotas import FULL
from brokers.selectors.quotas import limits_of
from tenants import scope
from tenants.limits import HELD
from tenants.models import Tenant
from tenants.selectors.quotas import Limit

STORAGE: Final = "storage_bytes"
TENANTS_MAX: Final = 200
"""Of a plan, that are looked at for one answer: each takes some ten queries."""


@dataclass(frozen=True, slots=True)
class Exceeded:
    """``name`` is the limit's."""

    tenant: str
    name: str
    applied: int
    used: float


def exceeded_by(tenant: str, limits: Mapping[str, Limit]) -> list[Exceeded]:
    """Of what is held, and not of rates: those pass by themselves."""
    return [
        Exceeded(tenant, name, limit.applied, limit.used)
        for name, limit in limits.items()
        if name in HELD and limit.used is not None and limit.used > _room(name, limit.applied)
    ]


def _room(name: str, applied: int) -> float:
    """Brokers refuse writes before the whole storage is used."""
    return applied * FULL if name == STORAGE else applied


def exceeded_in_plan(plan: str, names: Collection[str]) -> tuple[list[Exceeded], int]:
    """By its tenants, in the order of their names, of the limits ``names``; and how many tenants
    were not looked at."""
    with scope.system("a plan's limits are held against what its tenants use"):
        rows = Tenant.objects.filter(plan=plan, purged_at=None).order_by("name")
        tenants = list(rows[:TENANTS_MAX])
        unchecked = rows.count() - len(tenants)
    found = [
        each
        for tenant in tenants
        for each in exceeded_by(tenant.name, limits_of(tenant.id))
        if each.name in names
    ]
    return found, unchecked
