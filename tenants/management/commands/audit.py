"""``audit``: who did what, who was not allowed to, and whether the log is whole."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.core.management.base import CommandParser

from tenants.audit_export import csv_head, csv_line, document, json_line
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, positive
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import CommandFailure, UsageProblem
from tenants.cli.moments import parse_moment
from tenants.cli.tenant_choice import chosen_tenant
from tenants.models import PLATFORM, Outcome
from tenants.selectors.audit_log import AuditFilter, all_entries_of, entries_of, verification_of

COLUMNS: Final = (
    "SEQUENCE", "AT", "BY", "ACTION", "OBJECT", "OUTCOME", "SOURCE", "REQUEST", "DETAIL",
)  # fmt: skip
ENTRIES: Final = 100
FILTERS: Final = ("action", "by", "object", "outcome", "since", "until")
THE_PLATFORM: Final = "the platform"


class Command(HeadwaterCommand):
    """Reads as an operator: any tenant's log, and the platform's."""

    help = "List, export and verify an audit log."

    def add_options(self, parser: CommandParser) -> None:
        actions = parser.add_mutually_exclusive_group()
        actions.add_argument("--list", action="store_true", help="the newest entries (default)")
        actions.add_argument(
            "--export", choices=("ndjson", "csv"), help="all entries, with their digests"
        )
        actions.add_argument(
            "--verify", action="store_true",
            help="check the chain; exit code 1 and the first flaw when it is broken",
        )  # fmt: skip
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument(
            "--tenant", metavar="NAME", help="tenant (default: the only one, or demo)"
        )
        whose.add_argument(
            "--platform", action="store_true", help="of brokers, people and the service itself"
        )
        parser.add_argument("--action", metavar="A", help="such as topic.create, or topic.*")
        parser.add_argument("--by", metavar="WHO", help="a principal or login")
        parser.add_argument("--object", metavar="NAME", help="what it was done to")
        parser.add_argument("--outcome", choices=[each.value for each in Outcome])
        parser.add_argument("--since", type=argument(parse_moment), metavar="TIME")
        parser.add_argument("--until", type=argument(parse_moment), metavar="TIME")
        parser.add_argument(
            "--max-entries", type=argument(positive), metavar="N",
            help=f"--list: so many (default: {ENTRIES})",
        )  # fmt: skip

    def answer(self, options: dict[str, Any]) -> Answer | None:
        _refuse_what_is_not_heeded(options)
        name, chain_id = _whose(options)
        if options["verify"]:
            return _verified(name, chain_id)
        wanted = AuditFilter(
            **{key: options[key] for key in ("action", "by", "object", "outcome")},
            since=options["since"],
            until=options["until"],
        )
        if options["export"] is not None:
            for line in _lines(options["export"], chain_id, wanted):
                self.stdout.write(line, ending="")
            return None
        found = entries_of(chain_id, limit=options["max_entries"] or ENTRIES, wanted=wanted)
        entries = [document(entry) for entry in found]
        rows = tuple(tuple(each.values()) for each in entries)
        return Answer({"log": name, "entries": entries}, (Table(COLUMNS, rows),))


def _refuse_what_is_not_heeded(options: dict[str, Any]) -> None:
    """An export that left out entries unasked would be no export, and a chain is proven whole."""
    unheeded: tuple[str, ...] = ()
    if options["verify"]:
        unheeded = ("max_entries", *FILTERS)
    elif options["export"] is not None:
        unheeded = ("max_entries",)
    for name in unheeded:
        if options[name] is not None:
            action = "--verify" if options["verify"] else "--export"
            raise UsageProblem(
                f"--{name.replace('_', '-')} does not go with {action}: "
                + ("the whole chain is checked" if options["verify"] else "use --since and --until")
            )


def _whose(options: dict[str, Any]) -> tuple[str, UUID]:
    if options["platform"]:
        return THE_PLATFORM, PLATFORM
    tenant = chosen_tenant(options["tenant"])
    return tenant.name, tenant.id


def _lines(kind: str, chain_id: UUID, wanted: AuditFilter) -> Iterator[str]:
    entries = all_entries_of(chain_id, wanted)
    if kind == "csv":
        return chain([csv_head()], map(csv_line, entries))
    return map(json_line, entries)


def _verified(name: str, chain_id: UUID) -> Answer:
    found = verification_of(chain_id)
    if found.first_flaw is not None:
        raise CommandFailure(
            "AUDIT_LOG_BROKEN",
            f"the audit log of {name} is not as it was written: entry {found.first_flaw} was "
            "changed, removed or put in. Compare it with an export or a backup from before.",
        )
    return Answer(
        {"log": name, "entries": found.entries, "is_whole": True},
        (f"the audit log of {name} is whole: {found.entries} entries",),
    )
