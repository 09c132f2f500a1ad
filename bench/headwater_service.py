"""Headwater as a user runs it: ``./headwater up`` without the demo, and its commands."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.peer import wait_for
from streaming.cell.free_ports import port_options
from tests.login import Login

HEADWATER: Final = Path(__file__).resolve().parent.parent / "headwater"
START_SECONDS: Final = 300
"""The first start sets everything up."""


@dataclass(frozen=True, slots=True)
class HeadwaterService:
    data_dir: Path

    def asked(self, command: str, *arguments: str) -> Any:
        """The document that a command answers with. Raises ``CalledProcessError``."""
        done = self._run(command, *arguments)
        done.check_returncode()
        return json.loads(done.stdout)

    def _run(self, command: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        asked = [HEADWATER, command, *arguments, "--json", "--data-dir", self.data_dir]
        return subprocess.run(asked, capture_output=True, check=False)

    @property
    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.asked("status")
        return found

    @property
    def serves(self) -> bool:
        """Whether all of its processes run."""
        told = self._run("status")
        if told.returncode != 0:
            return False
        return all(each["state"] == "running" for each in json.loads(told.stdout)["processes"])

    @property
    def web_pid(self) -> int:
        (pid,) = (each["pid"] for each in self.status["processes"] if each["name"] == "web")
        return int(pid)

    def add_tenant(self, name: str) -> Login:
        """A new tenant's administrator."""
        self.asked("tenants", "--create", "--tenant", name)
        return Login.of(self.status, self.asked("keys", "--create", "--tenant", name))


@contextmanager
def headwater_service(
    folder: Path, brokers: int = 1, options: Sequence[str] = ()
) -> Iterator[HeadwaterService]:
    """One that serves; ``options`` are further ones of ``up``."""
    service = HeadwaterService(folder / "headwater")
    command = [
        HEADWATER, "up", "--no-demo", "--brokers", str(brokers), "--data-dir", service.data_dir,
        *port_options(brokers), *options,
    ]  # fmt: skip
    with (folder / "headwater.out").open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: service.serves, "headwater to serve", START_SECONDS)
        yield service
    finally:
        running.terminate()
        running.wait(30)
