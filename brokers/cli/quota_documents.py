"""Limits, plans and client quotas as the ``quotas`` command tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from brokers.selectors.client_use import ClientQuotaUse
from brokers.selectors.exceeded_limits import Exceeded, exceeded_by
from tenants.cli.answer import Answer, Table
from tenants.limits import KINDS
from tenants.selectors.quotas import Limit

COLUMNS = ("LIMIT", "UNIT", "DEFAULT", "APPLIED", "USED")


def limits_answer(tenant: str, plan: str, limits: Mapping[str, Limit]) -> Answer:
    """A tenant's limits, in their order."""
    documents = [
        {
            "name": kind.name,
            "unit": kind.unit,
            "default": limits[kind.name].default,
            "applied": limits[kind.name].applied,
            "used": limits[kind.name].used,
        }
        for kind in KINDS
    ]
    table = Table(COLUMNS, tuple(tuple(each.values()) for each in documents))
    exceeded = exceeded_by(tenant, limits)
    return Answer(
        {
            "tenant": tenant,
            "plan": plan,
            "limits": documents,
            "exceeded": [asdict(each) for each in exceeded],
        },
        (f"tenant {tenant} has the plan {plan}", table, *map(_warning, exceeded)),
    )


def plans_answer(plans: Mapping[str, Mapping[str, int]]) -> Answer:
    """Every plan, a column each."""
    documents = [{"name": name, "limits": dict(limits)} for name, limits in plans.items()]
    rows = tuple(
        (kind.name, kind.unit, *(limits[kind.name] for limits in plans.values())) for kind in KINDS
    )
    table = Table(("LIMIT", "UNIT", *(name.upper() for name in plans)), rows)
    return Answer({"plans": documents}, (table,))


def altered_plan_answer(
    name: str, limits: Mapping[str, int], exceeded: Sequence[Exceeded], unchecked: int
) -> Answer:
    """A plan, and what its tenants have more of than it allows now; ``unchecked`` tenants were not
    looked at."""
    told = plans_answer({name: limits})
    left = (f"{unchecked} more tenants of the plan were not looked at",) if unchecked else ()
    return Answer(
        {
            **told.document,
            "exceeded": [asdict(each) for each in exceeded],
            "unchecked_tenants": unchecked,
        },
        (*told.text, *map(_warning, exceeded), *left),
    )


def _warning(each: Exceeded) -> str:
    return (
        f"warning: tenant {each.tenant} has {each.used:g} of {each.name} and may have "
        f"{each.applied}: what is there stays, and no more comes"
    )


def client_quotas_answer(tenant: str, rows: Sequence[ClientQuotaUse]) -> Answer:
    """Quotas of principals, clients and addresses, with who uses most of each; the default of all
    is ``<default>``."""
    documents: list[dict[str, Any]] = [
        {
            "entity": row.entity,
            "values": row.values,
            "used": row.used,
            "used_by": [asdict(each) for each in row.used_by],
        }
        for row in rows
    ]
    table = Table(
        ("ENTITY", "QUOTA", "APPLIED", "USED", "MOST BY"),
        tuple(
            (_entity(row.entity), name, f"{value:g}", f"{row.used[name]:g}", _most_by(row, name))
            for row in rows
            for name, value in sorted(row.values.items())
        ),
    )
    return Answer({"tenant": tenant, "client_quotas": documents}, (table,))


def _entity(entity: Mapping[str, str | None]) -> str:
    return ", ".join(
        f"{kind} {'<default>' if name is None else name}" for kind, name in entity.items()
    )


def _most_by(row: ClientQuotaUse, quota: str) -> str:
    """Nobody, where only those can be meant that the quota names."""
    if None not in row.entity.values():
        return ""
    return next((_entity(each.who) for each in row.used_by if each.quota == quota), "")
