"""``acls``: who may do what, by the names of Kafka's own tool."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.core.management.base import CommandParser

from brokers.acl_words import binding_of
from brokers.authorization.acl import AclFilter
from brokers.authorization.resource import Operation, PatternType, ResourceType
from tenants.acl_presets import CONSUMER, PRODUCER, Preset, bindings_of
from tenants.acls import CLUSTER_NAME, EVERY, AclEntry, check_entry
from tenants.cli.answer import Answer, Table
from tenants.cli.command import HeadwaterCommand
from tenants.cli.confirmation import confirm
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option
from tenants.cli.tenant_choice import chosen_tenant, operator
from tenants.models import Tenant
from tenants.selectors.acls import acls_of
from tenants.services.create_acls import create_acls
from tenants.services.delete_acls import delete_acls

ACTIONS: Final = {
    "add": "make bindings",
    "remove": "end the bindings that the options match; asks first",
    "list": "bindings that the options match; all without any",
}
RESOURCES: Final = {"topic": "topic", "group": "group", "transactional_id": "transactional_id"}
COLUMNS: Final = (
    "PRINCIPAL", "HOST", "PERMISSION", "OPERATION", "RESOURCE", "PATTERN", "NAME",
)  # fmt: skip

Resource = tuple[str, str]
"""Type and name."""


class Command(HeadwaterCommand):
    """Flags as ``kafka-acls.sh`` has them; ``--allow-principal NAME`` may leave out ``User:``."""

    help = "Add, remove and list access control lists."

    def add_options(self, parser: CommandParser) -> None:
        add_actions(parser, ACTIONS)
        add_tenant_option(parser)
        for flag in ("--allow-principal", "--deny-principal", "--principal"):
            parser.add_argument(flag, action="append", default=[], metavar="User:NAME")
        for flag in ("--allow-host", "--deny-host"):
            parser.add_argument(flag, action="append", default=[], metavar="ADDRESS")
        for flag in ("--topic", "--group", "--transactional-id"):
            parser.add_argument(flag, action="append", default=[], metavar="NAME")
        parser.add_argument("--cluster", action="store_true", help="the cluster itself")
        parser.add_argument(
            "--resource-pattern-type",
            choices=("literal", "prefixed", "any", "match"),
            default="literal",
            help="what NAME is; any and match are for --list and --remove",
        )
        parser.add_argument("--operation", action="append", default=[], metavar="Read")
        parser.add_argument("--producer", action="store_true", help="what a producer needs")
        parser.add_argument("--consumer", action="store_true", help="what a consumer needs")
        parser.add_argument(
            "--idempotent", action="store_true", help="--producer: idempotent writing as well"
        )
        parser.add_argument("--force", "--yes", dest="yes", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="only show")

    def answer(self, options: dict[str, Any]) -> Answer:
        tenant = chosen_tenant(options["tenant"])
        match options["action"]:
            case "add":
                return _add(tenant, options)
            case "remove":
                return _remove(tenant, options)
            case _:
                return _told(tenant, _matching(tenant, _filters(options)), {})


def _add(tenant: Tenant, options: dict[str, Any]) -> Answer:
    entries = list(dict.fromkeys(_wanted(options)))
    if not entries:
        raise UsageProblem("--add needs --allow-principal or --deny-principal.")
    for entry in entries:
        check_entry(entry)
    if not options["dry_run"]:
        create_acls(tenant_id=tenant.id, entries=entries, by=operator())
    return _told(tenant, entries, {"added": not options["dry_run"]})


def _remove(tenant: Tenant, options: dict[str, Any]) -> Answer:
    filters = _filters(options)
    found = _matching(tenant, filters)
    if found and not options["dry_run"]:
        if not options["yes"]:
            confirm(f"ends {len(found)} ACLs of tenant {tenant.name}", "remove", quiet=False)
        delete_acls(
            tenant_id=tenant.id,
            filters=[lambda entry: any(each.matches(binding_of(entry)) for each in filters)],
            by=operator(),
        )
    return _told(tenant, found, {"removed": not options["dry_run"]})


def _told(tenant: Tenant, entries: Sequence[AclEntry], more: dict[str, Any]) -> Answer:
    rows = tuple(
        (e.principal, e.host, e.permission, e.operation, e.resource_type, e.pattern_type,
         e.resource_name)
        for e in entries
    )  # fmt: skip
    document = {"tenant": tenant.name, "acls": [entry._asdict() for entry in entries], **more}
    return Answer(document, (Table(COLUMNS, rows),))


# What is to be added.


def _wanted(options: dict[str, Any]) -> Iterator[AclEntry]:
    resources, pattern = list(_resources(options)), options["resource_pattern_type"]
    if pattern not in {"literal", "prefixed"}:
        raise UsageProblem("--add takes --resource-pattern-type literal or prefixed.")
    if not resources:
        raise UsageProblem("name a resource: --topic, --group, --transactional-id or --cluster.")
    for permission in ("allow", "deny"):
        hosts = options[f"{permission}_host"] or [EVERY]
        for principal in map(_principal, options[f"{permission}_principal"]):
            for host in hosts:
                if options["producer"] or options["consumer"]:
                    if permission == "deny":
                        raise UsageProblem("--producer and --consumer only allow.")
                    yield from _by_preset(options, principal, host)
                else:
                    for kind, name in resources:
                        exact = "literal" if kind == "cluster" else pattern
                        for operation in options["operation"] or ["all"]:
                            yield AclEntry(
                                principal, host, kind, exact, name, _word(operation), permission
                            )


def _by_preset(options: dict[str, Any], principal: str, host: str) -> Iterator[AclEntry]:
    pattern = options["resource_pattern_type"]
    transactional_ids = options["transactional_id"] or [None]
    groups = options["group"] or [None]
    for topic in options["topic"] or [None]:
        if options["producer"]:
            for each in transactional_ids:
                preset = Preset(PRODUCER, topic, pattern, transactional_id=each)
                yield from bindings_of(preset, principal, host)
        if options["consumer"]:
            for each in groups:
                preset = Preset(CONSUMER, topic, pattern, group=each)
                yield from bindings_of(preset, principal, host)
    if options["producer"] and options["idempotent"]:
        cluster = ("cluster", "literal", CLUSTER_NAME)
        yield AclEntry(principal, host, *cluster, "idempotent_write", "allow")


def _resources(options: dict[str, Any]) -> Iterator[Resource]:
    for option, kind in RESOURCES.items():
        for name in options[option]:
            yield kind, name
    if options["cluster"]:
        yield "cluster", CLUSTER_NAME


# What is looked for.


def _filters(options: dict[str, Any]) -> list[AclFilter]:
    """One for each combination; an option that is not given lets everything pass."""
    resources: list[Resource | None] = [*_resources(options)] or [None]
    named = options["principal"] + options["allow_principal"] + options["deny_principal"]
    principals: list[str | None] = [_principal(each) for each in named] or [None]
    operations = [_operation(each) for each in options["operation"]] or [Operation.ANY]
    return [
        AclFilter(
            principal=principal,
            resource_type=ResourceType.ANY
            if resource is None
            else ResourceType[resource[0].upper()],
            pattern_type=PatternType.ANY
            if resource is None
            else PatternType[options["resource_pattern_type"].upper()],
            resource_name=None if resource is None else resource[1],
            operation=operation,
        )
        for resource in resources
        for principal in principals
        for operation in operations
    ]


def _matching(tenant: Tenant, filters: Sequence[AclFilter]) -> list[AclEntry]:
    entries = [acl.entry for acl in acls_of(tenant.id)]
    return [entry for entry in entries if any(each.matches(binding_of(entry)) for each in filters)]


def _principal(given: str) -> str:
    return given if ":" in given else f"User:{given}"


def _word(operation: str) -> str:
    """``DescribeConfigs``, ``describe_configs`` and ``DESCRIBE_CONFIGS`` are one."""
    return _operation(operation).name.lower()


def _operation(given: str) -> Operation:
    plain = given.replace("_", "").lower()
    for operation in Operation:
        if operation.name.replace("_", "").lower() == plain:
            return operation
    names = ", ".join(operation.name.lower() for operation in Operation)
    raise UsageProblem(f"{given!r} is no operation; choose one of {names}.")
