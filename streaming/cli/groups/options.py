"""The options of ``groups``, by the names of Kafka's own tool, and which of them go together."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from streaming.cli.groups.arguments import (
    merged,
    parse_datetime,
    parse_offset,
    parse_selection,
    parse_shift,
    parse_span,
)
from streaming.groups.reset_plan import (
    ShiftBy,
    Strategy,
    ToCurrent,
    ToEarliest,
    ToLatest,
    ToOffset,
    ToTime,
)
from tenants.cli.arguments import argument
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option

ACTIONS = {
    "list": "all groups of the tenant",
    "describe": "groups with their offsets and lag, members, or state",
    "delete": "delete groups and the offsets they committed; asks first",
    "delete-offsets": "forget what a group committed for topics; asks first",
    "reset-offsets": "put groups elsewhere; only says what would happen without --execute",
}
ALL_STATES = ""

USED_BY = {
    "group": {"describe", "delete", "delete-offsets", "reset-offsets"},
    "all_groups": {"describe", "delete", "reset-offsets"},
    "topic": {"delete-offsets", "reset-offsets"},
    "all_topics": {"reset-offsets"},
    "state": {"list", "describe"},
    "type": {"list"},
    "offsets": {"describe"},
    "members": {"describe"},
    "verbose": {"describe"},
    "watch": {"list", "describe"},
    "yes": {"delete", "delete-offsets"},
    "dry_run": {"delete", "delete-offsets", "reset-offsets"},
    "execute": {"reset-offsets"},
    "export": {"reset-offsets"},
    "strategy": {"reset-offsets"},
    "to_offset": {"reset-offsets"},
    "to_datetime": {"reset-offsets"},
    "by_duration": {"reset-offsets"},
    "shift_by": {"reset-offsets"},
    "from_file": {"reset-offsets"},
}


def add_group_options(parser: CommandParser) -> None:
    """All of them; ``check`` says which do not go together."""
    add_actions(parser, ACTIONS)
    add_tenant_option(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--group", "-g", action="append", metavar="G", help="a group; may be repeated"
    )
    which.add_argument("--all-groups", action="store_true", help="every group of the tenant")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--topic", "-t", action="append", type=argument(parse_selection), metavar="T[:0,1]",
        help="a topic, or some of its partitions; may be repeated",
    )  # fmt: skip
    where.add_argument(
        "--all-topics", action="store_true", help="all that the group has committed for"
    )
    parser.add_argument(
        "--state", nargs="?", const=ALL_STATES, metavar="S,…",
        help="--list: only groups in these states; --describe: the groups' state",
    )  # fmt: skip
    parser.add_argument(
        "--type", nargs="?", const=ALL_STATES, metavar="T,…", help="--list: only of these types"
    )
    parser.add_argument("--offsets", action="store_true", help="--describe: offsets; the default")
    parser.add_argument("--members", action="store_true", help="--describe: who reads what")
    parser.add_argument("--verbose", action="store_true", help="--describe: more columns")
    parser.add_argument("--watch", action="store_true", help="again as it changes, until Ctrl-C")
    parser.add_argument("--yes", action="store_true", help="--delete…: do not ask")
    doing = parser.add_mutually_exclusive_group()
    doing.add_argument("--dry-run", action="store_true", help="only say what would happen")
    doing.add_argument("--execute", action="store_true", help="--reset-offsets: do it")
    parser.add_argument(
        "--export", action="store_true", help="--reset-offsets: CSV that --from-file reads"
    )
    _add_strategies(parser)


def _add_strategies(parser: CommandParser) -> None:
    group = parser.add_mutually_exclusive_group()
    for flag, strategy, explanation in (
        ("earliest", ToEarliest(), "to the oldest record that is left"),
        ("latest", ToLatest(), "to the end"),
        ("current", ToCurrent(), "where it is; the end where nothing is committed"),
    ):
        group.add_argument(
            f"--to-{flag}", dest="strategy", action="store_const", const=strategy, help=explanation
        )
    group.add_argument("--to-offset", type=argument(parse_offset), metavar="N")
    group.add_argument(
        "--to-datetime", type=argument(parse_datetime), metavar="T", help="2024-06-01T12:00:00.000"
    )
    group.add_argument(
        "--by-duration", type=argument(parse_span), metavar="D", help="so long ago: PT1H, 1h30m"
    )
    group.add_argument(
        "--shift-by", type=argument(parse_shift), metavar="N", help="forward; back when negative"
    )
    group.add_argument("--from-file", type=Path, metavar="F", help="CSV as --export writes it")


def check(options: Mapping[str, Any]) -> None:
    """Raises ``UsageProblem`` for what the action does not know, or lacks."""
    action = options["action"]
    for name, actions in USED_BY.items():
        is_given = options[name] is not None and options[name] is not False
        if is_given and action not in actions:
            flag = "--to-…" if name == "strategy" else f"--{name.replace('_', '-')}"
            raise UsageProblem(f"{flag} does not go with --{action}.")
    if action != "list" and not options["group"] and not options["all_groups"]:
        choice = "" if action == "delete-offsets" else ", or --all-groups"
        raise UsageProblem(f"--{action} needs --group{choice}.")
    if action == "describe" and options["state"]:
        raise UsageProblem("--describe takes --state without a value; --list filters by states.")
    if action == "delete-offsets" and (not options["topic"] or len(options["group"]) > 1):
        raise UsageProblem("--delete-offsets needs one --group, and --topic.")
    if action == "reset-offsets":
        _check_reset(options)


def _check_reset(options: Mapping[str, Any]) -> None:
    has_scope = options["topic"] or options["all_topics"]
    if options["from_file"] is None:
        if strategy_of(options) is None:
            raise UsageProblem(
                "--reset-offsets needs one of --to-earliest, --to-latest, --to-current, "
                "--to-offset, --to-datetime, --by-duration, --shift-by and --from-file."
            )
        if not has_scope:
            raise UsageProblem("--reset-offsets needs --topic, or --all-topics.")
    elif has_scope:
        raise UsageProblem("--from-file names the topics itself; leave --topic out.")


def strategy_of(options: Mapping[str, Any]) -> Strategy | None:
    """What was asked for; None with ``--from-file``, which has one for each group."""
    if options["to_offset"] is not None:
        return ToOffset(options["to_offset"])
    if options["to_datetime"] is not None:
        return ToTime(options["to_datetime"])
    if options["by_duration"] is not None:
        return ToTime(max(now_ms() - options["by_duration"], 0))
    if options["shift_by"] is not None:
        return ShiftBy(options["shift_by"])
    strategy: Strategy | None = options["strategy"]
    return strategy


def topics_of(options: Mapping[str, Any]) -> dict[str, tuple[int, ...] | None]:
    """The partitions by topic of all ``--topic``."""
    return merged(options["topic"])


def filtered(text: str | None) -> set[str] | None:
    """What ``--state`` or ``--type`` lets through, in lower case; None for everything."""
    return {word.strip().lower() for word in text.split(",") if word.strip()} if text else None


def now_ms() -> int:
    return time.time_ns() // 1_000_000
