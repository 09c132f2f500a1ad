"""``recover``: what to do about a database that was restored from the past."""

from typing import Any

from django.core.management.base import CommandParser

from brokers.cli import refusals  # noqa: F401  (registers how a Refusal is told)
from brokers.kernel.ids import BrokerId
from brokers.selectors.halt import current_halt
from brokers.services.halt_cell import halt_cell_by_hand
from brokers.services.recover_metadata import Recovery, recover_metadata
from tenants.cli.answer import Answer, Table
from tenants.cli.arguments import argument, not_negative
from tenants.cli.command import HeadwaterCommand
from tenants.cli.failures import UsageProblem
from tenants.cli.rotation import TO_APPLY
from tenants.cli.tenant_choice import operator

COLUMNS = ("TOPIC", "ID", "TENANT", "FATE")
NAMED = 20


class Command(HeadwaterCommand):
    """Rebuilds topics and partitions out of what the brokers keep on their volumes."""

    help = "Rebuild the metadata after the database was restored from an earlier state."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--halt",
            action="store_true",
            help="halt the cell now: before brokers are started on a restored database",
        )
        parser.add_argument(
            "--apply", action="store_true", help="do it; otherwise only what would be is said"
        )
        parser.add_argument(
            "--forget-broker",
            type=argument(not_negative),
            action="append",
            default=[],
            metavar="N",
            help="go on without what broker N knows: it will never come back",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        if options["halt"]:
            if options["apply"] or options["forget_broker"]:
                raise UsageProblem("--halt goes alone.")
            halted = halt_cell_by_hand(by=operator())
            text = "the cell is halted" if halted else "the cell was halted already"
            return Answer({"halted": True, "new": halted}, (text,))
        if current_halt() is None and not (options["apply"] or options["forget_broker"]):
            text = "the cell is not halted: no broker has seen more than the database knows"
            return Answer({"halted": False}, (text,))
        forget = [BrokerId(each) for each in options["forget_broker"]]
        return _told(recover_metadata(by=operator(), forget=forget, apply=options["apply"]))


def _told(recovery: Recovery) -> Answer:
    partitions = recovery.partitions
    document = {
        "halted": not recovery.applied,
        "applied": recovery.applied,
        "reason": recovery.reason,
        "reported": list(recovery.reported),
        "missing": list(recovery.missing),
        "forgotten": list(recovery.forgotten),
        "past_change": recovery.number,
        "generation": recovery.generation,
        "partitions": len(partitions.told),
        "uncertain": list(partitions.uncertain),
        "leaderless": list(partitions.leaderless),
        "topics": [
            {
                "topic": each.name,
                "topic_id": str(each.topic_id),
                "tenant_id": str(each.tenant_id),
                "fate": each.fate,
            }
            for each in recovery.topics
        ],
    }
    rows = tuple((each.name, each.topic_id, each.tenant_id, each.fate) for each in recovery.topics)
    tables = (Table(COLUMNS, rows),) if rows else ()
    return Answer(document, (*_lines(recovery), *tables))


def _lines(recovery: Recovery) -> list[str]:
    partitions, is_done = recovery.partitions, recovery.applied
    were = "were" if is_done else "would be"
    lines = [
        f"halted because {recovery.reason}",
        f"reported: {_listed(recovery.reported)}; missing: {_listed(recovery.missing)}",
        f"{len(partitions.told)} partitions {were} rebuilt, {len(recovery.topics)} topics differ",
        "API keys and tenants made after the backup are gone: issue new ones",
    ]
    if partitions.uncertain:
        lines.append(
            f"of {len(partitions.uncertain)} partitions a replica's word is missing, so that "
            f"acknowledged records may be lost: {_listed(partitions.uncertain)}"
        )
    if partitions.leaderless:
        lines.append(
            f"{len(partitions.leaderless)} partitions have no leader then; `partitions "
            f"--elect-unclean` chooses one: {_listed(partitions.leaderless)}"
        )
    if recovery.missing:
        lines.append(
            "start the missing brokers, or give --forget-broker N for each that never comes back"
        )
    elif not is_done:
        lines.append(TO_APPLY)
    return lines


def _listed(things: tuple[Any, ...]) -> str:
    more = "" if len(things) <= NAMED else f" and {len(things) - NAMED} more"
    return (", ".join(str(each) for each in things[:NAMED]) or "none") + more
