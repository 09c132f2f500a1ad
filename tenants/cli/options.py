"""Options and small manners that several commands share."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from tenants.cli.failures import UsageProblem


def add_actions(parser: CommandParser, actions: Mapping[str, str]) -> None:
    """``--create``, ``--list``, …: exactly one of them, as Kafka's tools have it."""
    group = parser.add_mutually_exclusive_group(required=True)
    for name, explanation in actions.items():
        group.add_argument(
            f"--{name}", dest="action", action="store_const", const=name, help=explanation
        )


def add_tenant_option(parser: CommandParser) -> None:
    """``--tenant``, by default the only one there is, or ``demo``."""
    parser.add_argument("--tenant", metavar="NAME", help="tenant (default: the only one, or demo)")


def required(options: Mapping[str, Any], name: str) -> Any:
    """The option's value. Raises ``UsageProblem`` where this action cannot do without it."""
    value = options[name]
    if value is None:
        flag = name.replace("_", "-")
        raise UsageProblem(f"--{options['action']} needs --{flag}.")
    return value
