"""A whole service in a temporary folder, run by the command that people run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import psutil

from streaming.cell.free_ports import port_options
from streaming.cell.program import CHECKOUT
from streaming.cell.supervision import Process, Supervisor
from tests.login import Login
from tests.waiting import wait_until

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 10.0
READY = "Ctrl-C stops everything."
STATUS_NAMES = {
    *("bootstrap_servers", "security_protocol", "http_url", "data_dir"),
    *("processes", "brokers", "connect", "demo"),
}
"""What ``status --json`` has, whether anything runs or not."""


class ServiceUnderTest:
    """``up`` in ``folder``; a context manager that checks the stop as well.

    Further arguments are those of ``up``; free ports are chosen unless they are given. Further
    keywords are ``Popen``'s.
    """

    settings: ClassVar[dict[str, str]] = {}
    """Of its environment, beside this process's."""

    def __init__(
        self, folder: Path, *arguments: str, demo: bool = False, brokers: int = 3, **popen: Any
    ) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "up.log"
        self.arguments = [
            *([] if demo else ["--no-demo"]),
            *("--brokers", str(brokers)),
            *(port_options(brokers) if "--kafka-port" not in arguments else []),
            *arguments,
        ]
        self.popen = popen
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "ServiceUnderTest":
        self.start()
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if self.process is None:
            return
        if kind is None:
            self.stop()
        else:
            self.kill()

    def start(self) -> None:
        """Run ``up`` and wait until it says that everything answers."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command("up", *self.arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment() | self.settings,
                **self.popen,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while READY not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the service did not start:\n{self.said()}\n{self.logs()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ctrl-C: everything ends in time, by itself, and leaves nothing running."""
        assert self.process is not None
        pids = self.pids()
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(STOP_TIMEOUT_S + 5) == 0, self.said()
        took = time.monotonic() - begun
        self.process = None
        assert took < STOP_TIMEOUT_S, f"the stop took {took:.1f} s"
        # A child of one of the supervisor's programs may outlive it, but not the time there is.
        while left := [pid for pid in pids if _runs(pid)]:
            names = {pid: _command_of(pid) for pid in left}
            assert time.monotonic() - begun < STOP_TIMEOUT_S, f"left running: {names}"
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to ``up``; what it started goes with it."""
        if self.process is None:
            return
        pids = self.pids()
        self.process.kill()
        self.process.wait()
        self.process = None
        deadline = time.monotonic() + STOP_TIMEOUT_S + 5
        while left := [pid for pid in pids if _runs(pid)]:
            assert time.monotonic() < deadline, f"processes {left} outlived `up`"
            time.sleep(0.1)

    @property
    def status(self) -> dict[str, Any]:
        """What ``status --json`` says."""
        return json.loads(self.run("status", "--json").stdout)

    def asked(self, command: str, *arguments: str) -> Any:
        """The document that a command answers with, which must succeed."""
        done = self.run(command, *arguments, "--json")
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def add_tenant(self, name: str) -> Login:
        """A new tenant's administrator."""
        self.asked("tenants", "--create", "--tenant", name)
        return Login.of(self.status, self.asked("keys", "--create", "--tenant", name))

    def program(self, name: str) -> Process:
        """One of its programs, as the supervisor tells it now.

        ``status`` says it too, by a process of its own: whoever asks again and again would take the
        processor from what is waited for.
        """
        found = Supervisor(self.data_dir).processes()
        return next(each for each in found if each.name == name)

    def pid(self, name: str) -> int | None:
        """Of one of its programs; None while it does not run."""
        return self.program(name).pid

    def wait_for_restart(self, name: str, old: int) -> None:
        """Until the supervisor runs another process of a program than ``old``."""
        wait_until(lambda: self.pid(name) not in {None, old}, f"{name} to be started again")

    def pids(self) -> list[int]:
        """The supervisor and everything below it, now."""
        assert self.process is not None
        try:
            return [each.pid for each in psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def run(
        self, command: str, *arguments: str, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run another command on this service's data folder."""
        return subprocess.run(
            self.command(command, *arguments),
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
            timeout=options.pop("timeout", 60),
            **options,
        )

    def command(self, command: str, *arguments: str) -> list[str]:
        manage = str(CHECKOUT / "manage.py")
        return [sys.executable, manage, command, "--data-dir", str(self.data_dir), *arguments]

    def said(self) -> str:
        return self.log.read_text()

    def logs(self) -> str:
        """The end of every process's log, for a failure's message."""
        ends = [
            f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}"
            for file in sorted((self.data_dir / "logs").glob("*.log"))
        ]
        return "\n".join(ends)


def environment() -> dict[str, str]:
    """This process's, without what it set for its own Django and its own stores."""
    ours = ("HEADWATER_DATA_DIR", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in ours}


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command_of(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return "gone"
