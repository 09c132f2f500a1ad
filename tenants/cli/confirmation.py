"""Asking a person before what cannot be taken back."""

import sys
from collections.abc import Mapping
from typing import Any

from tenants.cli.failures import UsageProblem


def confirm(options: Mapping[str, Any], consequence: str, word: str) -> None:
    """Return at once with ``--yes``, or when the person typed ``word``. Raises ``UsageProblem``
    otherwise.

    ``consequence`` ends the sentence "This …". Where nobody can be asked (with ``--json``, or
    without a terminal) the command needs ``--yes``.
    """
    if options["yes"]:
        return
    if options["json"] or not sys.stdin.isatty():
        raise UsageProblem(f"this {consequence}; give --yes to do it.")
    sys.stderr.write(f"This {consequence}.\nType {word} to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != word:
        raise UsageProblem("that is something else; nothing was done.")
