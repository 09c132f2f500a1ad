"""One supervised program, and in which order programs come and go."""

import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
EXEC_CHILD = Path(__file__).with_name("exec_child.py")
PYTHON = sys.executable


class Group(IntEnum):
    """Started from the lowest, stopped from the highest; one group is gone before the next goes."""

    STORES = 10
    BROKERS = 20
    EDGE = 30


# Within these a group's programs have to stop; together they stay below the ten seconds that a
# Ctrl-C may take.
STOP_WITHIN_S = {Group.EDGE: 2, Group.BROKERS: 4, Group.STORES: 3}


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised program. ``die_with`` is the signal it gets when the supervisor was killed."""

    name: str
    group: Group
    command: tuple[str, ...]
    stop_signal: str = "TERM"
    die_with: str = "SIGKILL"
    user: str | None = None
    folder: Path = CHECKOUT

    def wrapped(self) -> list[str]:
        """The command line that the supervisor runs: ``exec_child``, then the program itself."""
        wrapper = [PYTHON, "-I", "-S", str(EXEC_CHILD), "--die-with", self.die_with]
        wrapper += ["--chdir", str(self.folder)]
        if self.user is not None:
            wrapper += ["--user", self.user]
        return [*wrapper, "--", *self.command]
