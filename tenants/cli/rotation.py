"""Options of commands that exchange keys while everything runs: show, rotate, retire."""

from typing import Final

from django.core.management.base import CommandParser

TO_APPLY: Final = "nothing was done yet; give --apply to do it"


def add_rotation(parser: CommandParser, *, listed: str, rotated: str, retired: str) -> None:
    """``--list``, ``--rotate`` or ``--retire``, each with its help, and ``--apply``."""
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--list", action="store_true", help=f"{listed} (default)")
    actions.add_argument("--rotate", action="store_true", help=rotated)
    actions.add_argument("--retire", action="store_true", help=retired)
    parser.add_argument(
        "--apply", action="store_true", help="do it; otherwise only what would be is said"
    )
