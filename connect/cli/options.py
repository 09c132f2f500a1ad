"""The options of ``connectors``, and which of them go together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser

from connect.states import TargetState
from tenants.cli.arguments import argument, name_and_value, not_negative, positive
from tenants.cli.failures import UsageProblem
from tenants.cli.options import add_actions, add_tenant_option, required

ACTIONS: Final = {
    "list": "all connectors of the tenant",
    "describe": "connectors with their configs, tasks and what these counted",
    "plugins": "what connectors can be made of; with --plugin the keys of one",
    "validate": "whether a config would do; keeps nothing",
    "create": "make a connector, and wait until it runs or has failed",
    "alter": "change a connector's config, and wait likewise",
    "pause": "have its tasks do nothing",
    "resume": "have it run",
    "stop": "end its tasks and keep its config",
    "restart": "start it anew; with --include-tasks its tasks as well",
    "offsets": "how far it is; with --set-offsets or --reset change that",
    "log": "what a task logged last",
    "delete": "end it for good; asks first",
}
SECONDS: Final = 60
"""How long ``--create`` and others wait, unless told."""

_WITHOUT_NAME: Final = frozenset({"list", "describe", "plugins", "validate", "create"})
_CHANGES: Final = frozenset({"create", "alter", "pause", "resume", "stop", "restart"})
USED_BY: Final[Mapping[str, frozenset[str]]] = {
    "connector": frozenset(ACTIONS) - {"list", "plugins"},
    "plugin": frozenset({"plugins"}),
    "config": frozenset({"create", "alter", "validate"}),
    "set": frozenset({"create", "alter", "validate"}),
    "unset": frozenset({"alter"}),
    "initial_state": frozenset({"create"}),
    "include_tasks": frozenset({"restart"}),
    "only_failed": frozenset({"restart"}),
    "task": frozenset({"restart", "log"}),
    "lines": frozenset({"log"}),
    "set_offsets": frozenset({"offsets"}),
    "reset": frozenset({"offsets"}),
    "no_wait": _CHANGES,
    "timeout": _CHANGES,
    "watch": frozenset({"list", "describe"}),
    "dry_run": frozenset({"create", "alter", "delete", "offsets"}),
    "yes": frozenset({"delete", "offsets"}),
}


def add_connector_options(parser: CommandParser) -> None:
    add_actions(parser, ACTIONS)
    add_tenant_option(parser)
    parser.add_argument("--connector", metavar="NAME", help="the connector")
    parser.add_argument("--plugin", metavar="NAME", help="--plugins: a plugin of any kind")
    parser.add_argument(
        "--config", type=Path, metavar="FILE",
        help="JSON: a config, or {name, config} as Kafka Connect's POST takes it; - for stdin",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], type=argument(name_and_value), metavar="KEY=VALUE",
        help="one key of the config, over that of the file; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--unset", action="append", default=[], metavar="KEY", help="--alter: take a key out"
    )
    parser.add_argument(
        "--initial-state", type=str.upper, choices=[each.value for each in TargetState],
        help="--create: RUNNING (default), PAUSED or STOPPED",
    )  # fmt: skip
    parser.add_argument("--include-tasks", action="store_true", help="--restart: its tasks too")
    parser.add_argument("--only-failed", action="store_true", help="--restart: what has failed")
    parser.add_argument("--task", type=argument(not_negative), metavar="N", help="one of its tasks")
    parser.add_argument("--lines", type=argument(positive), metavar="N", help="--log: at most")
    parser.add_argument(
        "--set-offsets", type=Path, metavar="FILE",
        help='--offsets: JSON as --offsets --json gives it; an offset of null forgets a partition',
    )  # fmt: skip
    parser.add_argument("--reset", action="store_true", help="--offsets: from the beginning")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the outcome")
    parser.add_argument(
        "--timeout", type=argument(positive), metavar="S", help=f"wait so long ({SECONDS} s)"
    )
    parser.add_argument("--watch", action="store_true", help="again whenever it has changed")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def check(options: Mapping[str, Any]) -> None:
    """Raises ``UsageProblem`` for options that do not go with the action."""
    action = options["action"]
    for name, actions in USED_BY.items():
        if options[name] not in (None, False, []) and action not in actions:
            flag = name.replace("_", "-")
            raise UsageProblem(f"--{flag} goes with --{', --'.join(sorted(actions))}.")
    if action not in _WITHOUT_NAME:
        required(options, "connector")
    if action == "log":
        required(options, "task")
    if options["set_offsets"] is not None and options["reset"]:
        raise UsageProblem("--set-offsets and --reset exclude each other.")
    if options["task"] is not None and (options["include_tasks"] or options["only_failed"]):
        raise UsageProblem("--task restarts one task; --include-tasks and --only-failed do more.")
