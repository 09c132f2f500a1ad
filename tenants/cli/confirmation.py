"""Asking a person before what cannot be taken back."""

import sys

from tenants.cli.failures import UsageProblem


def confirm(consequence: str, word: str, *, quiet: bool) -> None:
    """Return when the person typed ``word``. Raises ``UsageProblem`` otherwise.

    ``consequence`` ends the sentence "This …". Where nobody can be asked (``quiet``, or without a
    terminal) the command needs ``--yes`` instead.
    """
    if quiet or not sys.stdin.isatty():
        raise UsageProblem(f"this {consequence}; give --yes to do it.")
    sys.stderr.write(f"This {consequence}.\nType {word} to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != word:
        raise UsageProblem("that is something else; nothing was done.")
