"""``tenants``: the customers of this service."""

from argparse import BooleanOptionalAction
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.confirmation import confirm
from tenants.cli.durations import parse_duration
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Tenant
from tenants.selectors.api_keys import api_keys_of
from tenants.selectors.service_accounts import service_accounts_of
from tenants.selectors.tenants import list_tenants, members_of, tenant_by_name
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_tenant import create_tenant
from tenants.services.delete_tenant import GRACE, delete_tenant
from tenants.services.restore_tenant import restore_tenant
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant


class Command(HeadwaterCommand):
    """``--create`` answers with what a client must know of a tenant: its name and cluster id."""

    help = "Create, list, describe, alter, suspend and delete tenants."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(
            parser,
            {
                "create": "make a tenant: --tenant NAME",
                "list": "all tenants",
                "describe": "settings, members, service accounts and keys of one",
                "alter": "change the settings of one",
                "suspend": "cut one off within five seconds; what it has stays",
                "resume": "end a suspension",
                "delete": "cut one off, and purge it once --grace has passed",
                "restore": "take a deletion back",
            },
        )
        add_tenant_option(parser)
        parser.add_argument(
            "--auto-create-topics",
            action=BooleanOptionalAction,
            help="--alter: whether a topic is created when a client asks about it",
        )

        parser.add_argument(
            "--grace",
            metavar="DURATION",
            help="--delete: how long it can be taken back (7d)",
        )
        parser.add_argument("--yes", action="store_true", help="--delete: do not ask")

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
            case "suspend" | "resume" | "restore":
                tenant = tenant_by_name(required(options, "tenant"))
                return _stands(STANDINGS[options["action"]](tenant_id=tenant.id, by=operator()))
            case "delete":
                return _deleted(tenant_by_name(required(options, "tenant")), options)
            case "alter":
                return _altered(chosen_tenant(options["tenant"]), options)
            case _:
                return _described(chosen_tenant(options["tenant"]))


STANDINGS: Final[dict[str, Callable[..., Tenant]]] = {
    "suspend": suspend_tenant,
    "resume": resume_tenant,
    "restore": restore_tenant,
}


def _deleted(tenant: Tenant, options: dict[str, Any]) -> Answer:
    grace = GRACE
    if options["grace"] is not None:
        try:
            grace = timedelta(milliseconds=parse_duration(options["grace"]))
        except ValueError as error:
            raise UsageProblem(f"--grace: {error}") from None
    what = f"cuts tenant {tenant.name} off now and deletes all it has after {grace}"
    confirm(options, what, tenant.name)
    return _stands(delete_tenant(tenant_id=tenant.id, by=operator(), grace=grace))


def _stands(tenant: Tenant) -> Answer:
    until = ""
    if tenant.delete_after is not None:
        until = f"; it is purged after {tenant.delete_after.isoformat(timespec='seconds')}"
    return Answer(_document(tenant), (f"tenant {tenant.name} is {tenant.standing}{until}",))


def _listed(tenants: list[Tenant]) -> Answer:
    documents = [_document(tenant) for tenant in tenants]
    rows = tuple(
        (each["tenant"], each["cluster_id"], each["standing"], each["created_at"])
        for each in documents
    )
    return Answer(
        {"tenants": documents}, (Table(("TENANT", "CLUSTER ID", "STANDING", "CREATED"), rows),)
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
        "standing": tenant.standing.value,
        "delete_after": None
        if tenant.delete_after is None
        else tenant.delete_after.isoformat(timespec="seconds"),
        "created_at": tenant.created_at.isoformat(timespec="seconds"),
    }
