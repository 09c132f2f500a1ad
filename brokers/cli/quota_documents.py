"""Limits, plans and client quotas as the ``quotas`` command tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from brokers.selectors.client_use import ClientQuotaUse
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
    return Answer(
        {"tenant": tenant, "plan": plan, "limits": documents},
        (f"tenant {tenant} has the plan {plan}", table),
    )


def plans_answer(plans: Mapping[str, Mapping[str, int]]) -> Answer:
    """Every plan, a column each."""
    documents = [{"name": name, "limits": dict(limits)} for name, limits in plans.items()]
    rows = tuple(
        (kind.name, kind.unit, *(limits[kind.name] for limits in plans.values())) for kind in KINDS
    )
    table = Table(("LIMIT", "UNIT", *(name.upper() for name in plans)), rows)
    return Answer({"plans": documents}, (table,))


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
