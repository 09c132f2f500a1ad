"""``quotas``: what tenants may use and do use, with the flags of ``kafka-configs``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandParser

from brokers.cli.quota_documents import (
    altered_plan_answer,
    client_quotas_answer,
    limits_answer,
    plans_answer,
)
from brokers.selectors.client_use import client_quotas_with_use
from brokers.selectors.exceeded_limits import exceeded_in_plan
from brokers.selectors.quotas import limits_of
from streaming.quotas.used import overheard_use
from tenants.cli.answer import Answer
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.client_quotas import CLIENT_ID, IP, USER
from tenants.models import Tenant
from tenants.selectors.quotas import plans
from tenants.selectors.tenants import tenant_by_id
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tenants.services.set_plan import set_plan
from tenants.services.set_tenant_limits import set_tenant_limits

_ENTITIES = (("user", USER), ("client", CLIENT_ID), ("ip", IP))


class Command(HeadwaterCommand):
    """Without an entity it is about the tenant as a whole; with one, about its client quotas."""

    help = "Limits of tenants, plans, and quotas of a tenant's principals and clients."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(
            parser,
            {
                "describe": "a tenant's limits with what it uses; with --clients its client quotas",
                "alter": "set and unset limits of a tenant, or quotas of the entity named",
                "describe-plans": "every plan with its limits",
                "alter-plan": "change a plan for all of its tenants, or make one: --plan NAME",
            },
        )
        add_tenant_option(parser)
        parser.add_argument("--clients", action="store_true", help="--describe: client quotas")
        parser.add_argument("--plan", metavar="NAME", help="--alter: give the tenant this plan")
        for flag, text in (("user", "principal's name"), ("client-id", "client id"), ("ip", "IP")):
            parser.add_argument(f"--{flag}", metavar="NAME", help=f"--alter: an entity's {text}")
        for flag in ("user", "client", "ip"):
            parser.add_argument(
                f"--{flag}-defaults", action="store_true", help="--alter: the default of all such"
            )
        for flag, example in (("add", "NAME=VALUE,…"), ("delete", "NAME,…")):
            parser.add_argument(f"--{flag}-config", metavar=example, help=f"{flag} these")

    def answer(self, options: dict[str, Any]) -> Answer:
        match options["action"]:
            case "describe-plans":
                return plans_answer(plans())
            case "alter-plan":
                name = required(options, "plan")
                limits = _wholes(_added(options))
                set_plan(name=name, by=operator(), limits=limits)
                return altered_plan_answer(
                    name, plans()[name], *exceeded_in_plan(name, limits.keys())
                )
            case "describe":
                tenant = chosen_tenant(options["tenant"])
                return _clients(tenant) if options["clients"] else _limits(tenant)
            case _:
                return _altered(chosen_tenant(options["tenant"]), options)


def _altered(tenant: Tenant, options: dict[str, Any]) -> Answer:
    added, removed = _added(options), _names(options["delete_config"])
    entity = _entity(options)
    if not (added or removed or options["plan"]):
        raise UsageProblem("--alter needs --add-config, --delete-config or --plan.")
    if not entity:
        limits = {**_wholes(added), **dict.fromkeys(removed)}
        set_tenant_limits(tenant_id=tenant.id, by=operator(), limits=limits, plan=options["plan"])
        return _limits(tenant)
    if options["plan"]:
        raise UsageProblem("--plan is of a tenant; it does not go with an entity.")
    values = {**added, **dict.fromkeys(removed)}
    alter_client_quotas(
        tenant_id=tenant.id, by=operator(), alterations=[Alteration(entity, values)]
    )
    return _clients(tenant)


def _limits(tenant: Tenant) -> Answer:
    limits = limits_of(tenant.id)
    for name, used in overheard_use(str(tenant.id)).items():
        limits[name] = replace(limits[name], used=used)
    return limits_answer(tenant.name, tenant_by_id(tenant.id).plan, limits)


def _clients(tenant: Tenant) -> Answer:
    return client_quotas_answer(tenant.name, client_quotas_with_use(tenant.id))


def _entity(options: Mapping[str, Any]) -> dict[str, str | None]:
    entity: dict[str, str | None] = {}
    for flag, kind in _ENTITIES:
        name = options[kind.replace("-", "_")]
        is_default = options[f"{flag}_defaults"]
        if name is not None and is_default:
            raise UsageProblem(f"--{kind} and --{flag}-defaults are two entities; name one.")
        if name is not None or is_default:
            entity[kind] = name
    return entity


def _added(options: Mapping[str, Any]) -> dict[str, float]:
    added = {}
    for setting in _names(options["add_config"]):
        name, equals, value = setting.partition("=")
        try:
            added[name] = float(value)
        except ValueError:
            equals = ""
        if not equals:
            raise UsageProblem(f"{setting!r} is no setting; write NAME=NUMBER.")
    return added


def _names(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _wholes(values: Mapping[str, float]) -> dict[str, int | None]:
    for name, value in values.items():
        if not value.is_integer():  # nor is what is infinite, or no number
            raise UsageProblem(f"{name} is {value:g}; limits are whole numbers.")
    return {name: int(value) for name, value in values.items()}
