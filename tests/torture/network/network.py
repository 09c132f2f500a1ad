"""What a run holds of the network: the relays' process, and the orders it is given."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from streaming.cell import ports
from streaming.cell.defaults import INTERNAL_PORT_OFFSET
from streaming.cell.program import CHECKOUT, EXEC_CHILD
from tests.torture.network.commits import When
from tests.torture.network.links import POSTGRES, Link
from tests.torture.network.plan import VARIABLE, Plan

HOSTS: Final = ("127.77.0.1", "::1")
"""Linux has all of 127.0.0.0/8; elsewhere the other family has a loopback address too."""


class Network:
    """A context manager: relays for the brokers of one service, entered before that starts."""

    def __init__(self, folder: Path, data_dir: Path, brokers: int, kafka_port: int) -> None:
        self._file = folder / "network.json"
        self._data_dir = data_dir
        self._internal = {
            str(number): kafka_port + number - 1 + INTERNAL_PORT_OFFSET
            for number in range(1, brokers + 1)
        }
        self._process: subprocess.Popen[str] | None = None
        self.host: str | None = next(filter(self._is_usable, HOSTS), None)

    def _is_usable(self, host: str) -> bool:
        return not any(ports.taken(host, port) for port in self._internal.values())

    def __enter__(self) -> "Network":
        if self.host is None:
            raise OSError("this system has no second loopback address to put relays on")
        own: dict[str, int] = {}
        for broker in self._internal:
            own[broker] = ports.free(avoid=own.values())
        Plan(str(self._data_dir), self.host, self._internal, own).write(self._file)
        wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGKILL", "--"]
        self._process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", "tests.torture.network.relays", str(self._file)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._told()
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def up(self, arguments: list[str]) -> list[str]:
        """The command that runs ``up`` with these arguments."""
        return [sys.executable, "-m", "tests.torture.network.up", str(self._file), *arguments]

    def second(self, number: int, command: list[str]) -> tuple[list[str], dict[str, str]]:
        """The command, and its variables, of one more process that says it is that broker."""
        start = [sys.executable, "-m", "tests.torture.network.broker_start", str(number)]
        return [*start, *command], {VARIABLE: str(self._file)}

    # Breaking it.

    def cut(self, links: Iterable[Link], *, resets: bool) -> None:
        """These and no others; ``resets`` breaks their connections too."""
        self._order({"cut": list(links), "reset": resets})

    def delay(self, seconds: Mapping[Link, float]) -> None:
        """These and no others."""
        self._order({"delay": [[*link, delay] for link, delay in seconds.items()]})

    def cut_commits(self, when: When, count: int) -> None:
        """Cut off the next ``count`` connections that send a COMMIT; 0 ends it."""
        self._order({"commits": [when, count]})

    def heal(self) -> None:
        self._order({"cut": [], "delay": [], "commits": ["after", 0]})

    def counts(self) -> dict[str, int]:
        """Since the start. ``held``: what found its link cut; ``commits``: how many were cut."""
        return self._order({})

    def brokers(self) -> list[str]:
        return list(self._internal)

    def links_of(self, broker: int) -> list[Link]:
        """Both ways between one broker and everything else that counts."""
        others = [each for each in (*self._internal, POSTGRES) if each != str(broker)]
        return [link for each in others for link in both(str(broker), each)]

    def _order(self, order: dict[str, Any]) -> dict[str, int]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._told()

    def _told(self) -> dict[str, int]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError(f"the relays ended with code {self._process.wait()}")
        found: dict[str, int] = json.loads(line)
        return found


def both(one: str, other: str) -> list[Link]:
    return [Link(*ends) for ends in permutations((one, other))]
