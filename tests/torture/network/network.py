"""What a run holds of the network: the process that has the links, and the orders it is given."""

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from streaming.cell.program import CHECKOUT, EXEC_CHILD
from tests.torture.network.commits import When
from tests.torture.network.links import POSTGRES, Link, both
from tests.torture.network.start import VARIABLE

Way = Literal["namespaces", "relays"]


class Network(ABC):
    """A context manager: the links of one service's brokers, entered before that starts."""

    way: ClassVar[Way]
    """By what links are cut."""

    def __init__(self, folder: Path, data_dir: Path, brokers: int, kafka_port: int) -> None:
        self._folder = folder
        self._data_dir = data_dir
        self._kafka_ports = {str(number + 1): kafka_port + number for number in range(brokers)}
        self._starts = folder / "starts.json"
        self._process: subprocess.Popen[str] | None = None

    @abstractmethod
    def _holder(self) -> list[str]:
        """The module, and its arguments, of the process that holds the links. When that says that
        it is ready ``_starts`` is written. Raises ``OSError`` when links cannot be had."""

    def __enter__(self) -> Self:
        wrapper = [sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGKILL", "--"]
        self._process = subprocess.Popen(
            [*wrapper, sys.executable, "-m", *self._holder()],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            self._told()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def up(self, arguments: list[str]) -> list[str]:
        """The command that runs ``up`` with these arguments."""
        return [sys.executable, "-m", "tests.torture.network.up", str(self._starts), *arguments]

    def second(self, number: int, command: list[str]) -> tuple[list[str], dict[str, str]]:
        """The command, and its variables, of one more process that says it is that broker."""
        start = [sys.executable, "-m", "tests.torture.network.broker_start", str(number)]
        return [*start, *command], {VARIABLE: str(self._starts)}

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
        return list(self._kafka_ports)

    def links_of(self, broker: int) -> list[Link]:
        """Both ways between one broker and everything else that counts."""
        others = [each for each in (*self._kafka_ports, POSTGRES) if each != str(broker)]
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
            raise OSError(f"what holds the links ended with code {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise OSError(found["error"])
        return found
