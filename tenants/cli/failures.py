"""What a command says when it did not work, and the exit code it ends with.

0: done. 1: refused or failed; the reason is on stderr, or with ``--json`` on stdout as
``{"error": {"code", "message"}}``. 2: the command line itself was wrong, nothing was tried.
"""

from functools import singledispatch

from django.core.management import CommandError
from django.db import DatabaseError, InterfaceError, OperationalError

from tenants.errors import ApplicationError


class CommandFailure(Exception):
    """Refused or failed. ``message`` says what happened, to which thing, and what to do."""

    exit_code = 1

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UsageProblem(CommandFailure):
    """The command line is wrong; nothing was tried."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__("USAGE", message)


@singledispatch
def explain(error: Exception) -> CommandFailure | None:
    """``error`` as a command's failure; None when it is a mistake of ours and deserves a traceback.

    Each layer registers the errors that it raises (``explain.register``).
    """
    return None


@explain.register
def _(error: CommandFailure) -> CommandFailure:
    return error


@explain.register
def _(error: CommandError) -> CommandFailure:
    """Django's argument parser raises it when it is not to end the process itself."""
    return UsageProblem(str(error).removeprefix("Error: "))


@explain.register(OperationalError)
@explain.register(InterfaceError)
def _(error: DatabaseError) -> CommandFailure:
    reason = " ".join(str(error).split())
    return CommandFailure(
        "METADATA_UNAVAILABLE",
        f"PostgreSQL did not answer ({reason}). `./headwater status` tells whether the service "
        "runs; --data-dir says which one is meant.",
    )


@explain.register
def _(error: ApplicationError) -> CommandFailure:
    return CommandFailure(error.code.upper(), error.message)
