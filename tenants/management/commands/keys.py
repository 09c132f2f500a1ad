"""``keys``: API keys, which log in to Kafka, REST and websockets alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandParser

from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument
from tenants.cli.command import HeadwaterCommand
from tenants.cli.durations import parse_duration
from tenants.cli.options import add_tenant_option
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import ApiKey, Tenant
from tenants.selectors.api_keys import api_keys_of
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key


class Command(HeadwaterCommand):
    """Without a service account a key is the tenant administrator's and may do all."""

    help = "Issue, list and revoke API keys."

    def add_options(self, parser: CommandParser) -> None:
        actions = parser.add_mutually_exclusive_group(required=True)
        actions.add_argument("--create", action="store_true", help="issue a key")
        actions.add_argument("--list", action="store_true", help="all keys of the tenant")
        actions.add_argument("--revoke", metavar="KEY", help="end a key for good")
        add_tenant_option(parser)
        parser.add_argument(
            "--service-account", metavar="NAME",
            help="--create: for the principal User:NAME, made when absent",
        )  # fmt: skip
        parser.add_argument(
            "--expires", type=argument(parse_duration), metavar="30d",
            help="--create: the key ends after this time (default: never)",
        )  # fmt: skip

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        if options["revoke"] is not None:
            revoke_api_key(tenant_id=tenant.id, key_id=options["revoke"], by=operator())
            return Answer(
                {"api_key": options["revoke"], "revoked": True},
                (f"{options['revoke']} is revoked; its connections are cut within 5 seconds",),
            )
        if options["list"]:
            return _listed(tenant, api_keys_of(tenant.id))
        return _issued(tenant, options["service_account"], options["expires"])


def _issued(tenant: Tenant, account: str | None, lifetime_ms: int | None) -> Answer:
    expires_at = None
    if lifetime_ms is not None:
        expires_at = datetime.now(UTC) + timedelta(milliseconds=lifetime_ms)
    by = operator()
    if account is not None:
        ensure_service_account(tenant_id=tenant.id, name=account, by=by)
    issued = issue_api_key(
        tenant_id=tenant.id, by=by, service_account=account, expires_at=expires_at
    )
    document = {
        "api_key": issued.key_id,
        "api_secret": issued.secret,
        "service_account": account,
    }
    text = (
        f"API key     {issued.key_id}\nAPI secret  {issued.secret}\n"
        f"for {issued.principal} of tenant {tenant.name}; the secret is not shown again"
    )
    return Answer(document, (text,))


def _listed(tenant: Tenant, keys: list[ApiKey]) -> Answer:
    documents = [_document(key) for key in keys]
    rows = tuple(tuple(document.values()) for document in documents)
    columns = (
        "API KEY", "PRINCIPAL", "SERVICE ACCOUNT", "CREATED", "CREATED BY", "EXPIRES", "REVOKED",
    )  # fmt: skip
    return Answer({"tenant": tenant.name, "api_keys": documents}, (Table(columns, rows),))


def _document(key: ApiKey) -> dict[str, Any]:
    return {
        "api_key": key.key_id,
        "principal": key.principal,
        "service_account": key.service_account.name if key.service_account else None,
        "created_at": _iso(key.created_at),
        "created_by": key.created_by,
        "expires_at": _iso(key.expires_at),
        "revoked_at": _iso(key.revoked_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
