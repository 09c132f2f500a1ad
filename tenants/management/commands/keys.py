"""``keys``: API keys, which log in to Kafka, REST and websockets alike."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

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
from tenants.services.rotate_api_key import rotate_api_key

OVERLAP_MS: Final = 3_600_000


class Command(HeadwaterCommand):
    """Without a service account a key is the tenant administrator's and may do all."""

    help = "Issue, list, rotate and revoke API keys."

    def add_options(self, parser: CommandParser) -> None:
        actions = parser.add_mutually_exclusive_group(required=True)
        actions.add_argument("--create", action="store_true", help="issue a key")
        actions.add_argument("--list", action="store_true", help="all keys of the tenant")
        actions.add_argument("--rotate", metavar="KEY", help="a new key in the place of this one")
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
        parser.add_argument("--description", metavar="TEXT", default="", help="--create: what for")
        for kind in ("topic", "group"):
            parser.add_argument(
                f"--{kind}", metavar="NAME", action="append", help=f"--create: for this {kind} only"
            )
            parser.add_argument(
                f"--{kind}-prefix", metavar="PREFIX", action="append",
                help=f"--create: for {kind}s only whose name begins so",
            )  # fmt: skip
        parser.add_argument(
            "--read-only", action="store_true", help="--create: for reading and committing only"
        )
        parser.add_argument(
            "--overlap", type=argument(parse_duration), metavar="1h", default=OVERLAP_MS,
            help="--rotate: the old key ends after this time (default: 1h)",
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
        if options["rotate"] is not None:
            return _rotated(tenant, options["rotate"], options["overlap"])
        return _issued(tenant, options)


def _restriction(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "topics": _patterns(options["topic"], options["topic_prefix"]),
        "groups": _patterns(options["group"], options["group_prefix"]),
        "read_only": options["read_only"],
    }


def _patterns(names: list[str] | None, prefixes: list[str] | None) -> list[dict[str, str]] | None:
    if names is None and prefixes is None:
        return None
    literal = [{"name": name, "pattern_type": "literal"} for name in names or ()]
    return literal + [{"name": name, "pattern_type": "prefixed"} for name in prefixes or ()]


def _rotated(tenant: Tenant, key_id: str, overlap_ms: int) -> Answer:
    issued = rotate_api_key(
        tenant_id=tenant.id, key_id=key_id, by=operator(), overlap_seconds=overlap_ms // 1000
    )
    document = {
        "api_key": issued.key_id,
        "api_secret": issued.secret,
        "replaces": key_id,
        "overlap_ms": overlap_ms,
    }
    text = (
        f"API key     {issued.key_id}\nAPI secret  {issued.secret}\n"
        f"in the place of {key_id}, which ends in {overlap_ms // 1000} s; the secret is not shown "
        "again"
    )
    return Answer(document, (text,))


def _issued(tenant: Tenant, options: dict[str, Any]) -> Answer:
    account, lifetime_ms = options["service_account"], options["expires"]
    expires_at = None
    if lifetime_ms is not None:
        expires_at = datetime.now(UTC) + timedelta(milliseconds=lifetime_ms)
    by = operator()
    if account is not None:
        ensure_service_account(tenant_id=tenant.id, name=account, by=by)
    issued = issue_api_key(
        tenant_id=tenant.id,
        by=by,
        service_account=account,
        expires_at=expires_at,
        restriction=_restriction(options),
        description=options["description"],
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
    columns = (
        "API KEY", "PRINCIPAL", "SERVICE ACCOUNT", "CREATED", "CREATED BY", "EXPIRES", "REVOKED",
        "LAST USED", "FROM",
    )  # fmt: skip
    rows = tuple(tuple(document.values())[: len(columns)] for document in documents)
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
        "last_used_at": _iso(key.last_used_at),
        "last_used_from": key.last_used_from,
        "restriction": key.restriction,
        "description": key.description,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
