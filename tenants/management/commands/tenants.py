"""``tenants``: the customers of this service."""

from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Tenant
from tenants.selectors.api_keys import api_keys_of
from tenants.selectors.service_accounts import service_accounts_of
from tenants.selectors.tenants import list_tenants, members_of
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_tenant import create_tenant


class Command(HeadwaterCommand):
    """``--create`` answers with what a client must know of a tenant: its name and cluster id."""

    help = "Create, list, describe and alter tenants."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(
            parser,
            {
                "create": "make a tenant: --tenant NAME",
                "list": "all tenants",
                "describe": "settings, members, service accounts and keys of one",
                "alter": "change the settings of one",
            },
        )
        add_tenant_option(parser)
        parser.add_argument(
            "--auto-create-topics",
            action=BooleanOptionalAction,
            help="--alter: whether a topic is created when a client asks about it",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        match options["action"]:
            case "create":
                tenant = create_tenant(name=required(options, "tenant"), by=operator())
                return Answer(
                    {"tenant": tenant.name, "cluster_id": tenant.cluster_id},
                    (f"tenant {tenant.name} is cluster {tenant.cluster_id}",),
                )
            case "list":
                return _listed(list_tenants())
            case "alter":
                return _altered(chosen_tenant(options["tenant"]), options)
            case _:
                return _described(chosen_tenant(options["tenant"]))


def _listed(tenants: list[Tenant]) -> Answer:
    documents = [_document(tenant) for tenant in tenants]
    rows = tuple(tuple(document.values()) for document in documents)
    return Answer(
        {"tenants": documents}, (Table(("TENANT", "CLUSTER ID", "ACTIVE", "CREATED"), rows),)
    )


def _altered(tenant: Tenant, options: dict[str, Any]) -> Answer:
    wanted = options["auto_create_topics"]
    if wanted is None:
        raise UsageProblem("--alter needs --auto-create-topics or --no-auto-create-topics.")
    altered = alter_tenant(tenant_id=tenant.id, by=operator(), auto_create_topics=wanted)
    return Answer(_document(altered) | _settings(altered), (_settings_text(altered),))


def _described(tenant: Tenant) -> Answer:
    members = [{"login": each.user.login, "role": each.role} for each in members_of(tenant.id)]
    accounts = [account.name for account in service_accounts_of(tenant.id)]
    keys = sum(key.revoked_at is None for key in api_keys_of(tenant.id))
    people = Table(("LOGIN", "ROLE"), tuple((each["login"], each["role"]) for each in members))
    summary = (
        f"tenant {tenant.name}, cluster {tenant.cluster_id}: {keys} API keys, "
        f"service accounts: {', '.join(accounts) or 'none'}"
    )
    document = {"members": members, "service_accounts": accounts, "api_keys": keys}
    return Answer(
        _document(tenant) | _settings(tenant) | document, (summary, _settings_text(tenant), people)
    )


def _settings(tenant: Tenant) -> dict[str, Any]:
    return {"auto_create_topics": tenant.auto_create_topics}


def _settings_text(tenant: Tenant) -> str:
    does = "are" if tenant.auto_create_topics else "are not"
    return f"topics of {tenant.name} {does} created when a client asks about them"


def _document(tenant: Tenant) -> dict[str, Any]:
    return {
        "tenant": tenant.name,
        "cluster_id": tenant.cluster_id,
        "active": tenant.active,
        "created_at": tenant.created_at.isoformat(timespec="seconds"),
    }
