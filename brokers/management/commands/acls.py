"""``acls``: who may do what, by the names of Kafka's own tool."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.core.management.base import CommandParser

from brokers.acl_words import binding_of
from brokers.authorization.acl import AclFilter
from brokers.authorization.resource import Operation, PatternType, Permission, ResourceType
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
RESOURCES: Final = {
    "topic": "topic", "group": "group", "transactional_id": "transactional_id",
    "delegation_token": "delegation_token", "user_principal": "user",
}  # fmt: skip
"""By the option that names them."""
PRESET_OPTIONS: Final = {"producer": {"topic", "transactional_id"}, "consumer": {"topic", "group"}}
"""The resources that each is about."""
COLUMNS: Final = (
    "PRINCIPAL", "HOST", "PERMISSION", "OPERATION", "RESOURCE", "PATTERN", "NAME",
)  # fmt: skip

Resource = tuple[str, str]
"""Type and name."""


class Whose(NamedTuple):
    """Whose bindings are meant; None and ANY: whoever's."""

    principal: str | None
    host: str | None
    permission: Permission


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
        for option in RESOURCES:
            flag = f"--{option.replace('_', '-')}"
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
        _check(options)
        tenant = chosen_tenant(options["tenant"])
        match options["action"]:
            case "add":
                return _add(tenant, options)
            case "remove":
                return _remove(tenant, options)
            case _:
                return _told(tenant, _matching(tenant, _filters(options)), {})


def _check(options: dict[str, Any]) -> None:
    """Nothing that is given is left out of account, or more would be allowed or removed than was
    meant. Raises ``UsageProblem``."""
    presets = [name for name in PRESET_OPTIONS if options[name]]
    if options["idempotent"] and not options["producer"]:
        raise UsageProblem("--idempotent goes with --producer.")
    if options["action"] == "add":
        _check_sides(options)
    if not presets:
        return
    if options["action"] == "list" or options["principal"]:
        raise UsageProblem("--producer and --consumer are for --add and --remove of principals.")
    if options["deny_principal"] or options["deny_host"]:
        raise UsageProblem("--producer and --consumer only allow.")
    if options["operation"]:
        raise UsageProblem("--producer and --consumer say which operations; leave --operation out.")
    about = set().union(*(PRESET_OPTIONS[name] for name in presets))
    others = [name for name in (*RESOURCES, "cluster") if options[name] and name not in about]
    if others:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in others)
        raise UsageProblem(f"--{' --'.join(presets)} has nothing to do with {flags}.")


def _check_sides(options: dict[str, Any]) -> None:
    if options["principal"]:
        raise UsageProblem("--add takes --allow-principal or --deny-principal.")
    for side in ("allow", "deny"):
        if options[f"{side}_host"] and not options[f"{side}_principal"]:
            raise UsageProblem(f"--{side}-host goes with --{side}-principal.")


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
        confirm(options, f"ends {len(found)} ACLs of tenant {tenant.name}", "remove")
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
    if options["producer"] or options["consumer"]:
        return _of_preset(options)
    resources: list[Resource | None] = [*_resources(options)] or [None]
    operations = [_operation(each) for each in options["operation"]] or [Operation.ANY]
    return [
        AclFilter(
            principal=whose.principal,
            host=whose.host,
            resource_type=ResourceType.ANY
            if resource is None
            else ResourceType[resource[0].upper()],
            pattern_type=_pattern(options, resource),
            resource_name=None if resource is None else resource[1],
            operation=operation,
            permission=whose.permission,
        )
        for resource in resources
        for whose in _whose(options)
        for operation in operations
    ]


def _pattern(options: dict[str, Any], resource: Resource | None) -> PatternType:
    wanted = PatternType[options["resource_pattern_type"].upper()]
    if resource is None:
        return PatternType.ANY
    is_cluster = resource[0] == "cluster"
    return PatternType.LITERAL if is_cluster and wanted is PatternType.PREFIXED else wanted


def _whose(options: dict[str, Any]) -> list[Whose]:
    """``--allow-principal`` and ``--allow-host`` mean what is allowed, ``--deny-…`` what is
    denied, ``--principal`` both."""
    found = []
    for permission in (Permission.ALLOW, Permission.DENY):
        side = permission.name.lower()
        named = options[f"{side}_principal"]
        hosts = options[f"{side}_host"]
        if named or hosts:
            principals = named or options["principal"] or [None]
            found += [
                Whose(each if each is None else _principal(each), host, permission)
                for each in principals
                for host in hosts or [None]
            ]
    if found:
        return found
    return [Whose(_principal(each), None, Permission.ANY) for each in options["principal"]] or [
        Whose(None, None, Permission.ANY)
    ]


def _of_preset(options: dict[str, Any]) -> list[AclFilter]:
    """Just those bindings that ``--add`` would make; of any host unless one is named."""
    if not options["allow_principal"]:
        raise UsageProblem(
            "--remove of what a producer or consumer needs: --allow-principal whose?"
        )
    bindings = [
        binding_of(entry)
        for principal in map(_principal, options["allow_principal"])
        for entry in _by_preset(options, principal, EVERY)
    ]
    return [
        AclFilter(binding.principal, host, *binding[2:])
        for binding in bindings
        for host in options["allow_host"] or [None]
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
