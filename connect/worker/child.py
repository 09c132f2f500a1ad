"""A process that speaks lines of JSON: started bare, listened to, told things, ended.

Its environment has nothing of this process's but what ``bare_environment`` names: no database, no
Redis, no secrets. It dies when the thread that started it does. What it starts itself is in its
group, and ends with it.

Nothing that it says or does keeps whoever listens: it is read a piece at a time, told things
without waiting for it, and has ended when it has, whoever else holds its output.
"""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from connect.worker.limits import DATA_OVER_RESIDENT, LINE_BYTES_MAX, task_memory_bytes
from streaming.cell.account import Account
from streaming.cell.program import CHECKOUT, EXEC_CHILD, PYTHON

TASK: Final = (PYTHON, "-m", "connect.task")
_KEPT: Final = (
    *("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    "HEADWATER_CONNECT_TASK_DISK",  # A limit of the task's own (``connect/connectors/scratch.py``).
    "PYTHONPYCACHEPREFIX",  # The worker has compiled most of what a task loads.
)
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_READ_BYTES: Final = 64 * 1024
_READS: Final = 16
"""Of one that says more all the time, until others have their turn."""
_PIPE_BYTES: Final = 64 * 1024
"""What a pipe has room for unless it is asked to have more."""
_PIPE_BYTES_MAX: Final = 1024 * 1024
"""What it may be asked for without privileges (pipe(7))."""
_EXIT_S: Final = 1.0
_EXIT_LOOK_S: Final = 0.01
_HEAP_KEPT_BYTES: Final = 32 * 2**20
"""Of memory that a task has freed, kept for its next batch: one takes and frees some 18 MB (2,000
records of 1 KB, as bytes, values and bytes again). malloc gave that back to the kernel after each,
and to get it again took two page faults a record. At its peak a task takes no more for it."""

Event = dict[str, Any]


def bare_environment(more: Mapping[str, str] = {}) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # Few of malloc's arenas, not one per thread: a task has many, each of which does little.
    malloc = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": str(_HEAP_KEPT_BYTES)}
    return {**kept, "PYTHONUNBUFFERED": "1", **malloc, **more}


class Child:
    """``fileno`` is readable when it has said something, or ended."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        document: Mapping[str, Any],
        account: Account | None,
        cpu_seconds: int | None = None,
    ) -> None:
        """``account`` is whom it runs as, None for whom this process does. ``cpu_seconds`` of
        processor time end it; None for one that runs for ever."""
        limit = task_memory_bytes() * DATA_OVER_RESIDENT
        wrapper = [PYTHON, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGKILL"]
        wrapper += ["--chdir", str(CHECKOUT), "--memory", str(limit), "--no-new-privileges"]
        if account is not None:
            wrapper += ["--user", f"{account.uid}:{account.gid}"]
        if cpu_seconds is not None:
            wrapper += ["--cpu-seconds", str(cpu_seconds)]
        self._process = subprocess.Popen(
            [*wrapper, "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            process_group=0,
        )
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._rest = b""
        self.ended = False
        """Whether all it said was read; ``exit_code`` may be asked for then."""
        self.tell(document)

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        return self._output

    def tell(self, document: Mapping[str, Any]) -> None:
        """One line on its standard input; lost when it has ended already."""
        assert self._process.stdin is not None
        line = json.dumps(dict(document)).encode() + b"\n"
        if len(line) > _PIPE_BYTES:
            # It need not have read it for this to go on. A user with many such pipes gets no more.
            with suppress(OSError, AttributeError):  # Linux only.
                fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, _PIPE_BYTES_MAX)
        with suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def read(self) -> list[Event]:
        """What it has said since, or a part of it where that is much, without waiting for more."""
        found: list[Event] = []
        # Asked first: what it said before its end is in the pipe then, and is less than is read.
        is_last = self.has_exited
        for _ in range(0 if self.ended else _READS):
            try:
                chunk = os.read(self._output, _READ_BYTES)
            except BlockingIOError:
                break
            self.ended = not chunk
            found += self._events(chunk)
            if self.ended:
                break
        if is_last and not self.ended:
            self.ended = True
            found += self._events(b"")
        return found

    def _events(self, chunk: bytes) -> list[Event]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self.ended or len(self._rest) > LINE_BYTES_MAX:
            lines, self._rest = [*lines, self._rest], b""
        return [_event(line) for line in lines if line.strip()]

    @property
    def has_exited(self) -> bool:
        """Whether it runs no more. Its output may be held open by what it has started."""
        if self._process.returncode is not None or not hasattr(os, "waitid"):
            return self._process.poll() is not None
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is not None

    def exit_code(self) -> int:
        """Waits a moment for the process, which has closed its output, and ends one that goes on
        without. What it has started and left ends too."""
        deadline = time.monotonic() + _EXIT_S
        while not self.has_exited and time.monotonic() < deadline:
            time.sleep(_EXIT_LOOK_S)
        # Before it is waited for: its group's number is nobody else's while it is there.
        self.kill()
        code = self._process.wait()
        self._close()
        return code

    def resident_bytes(self) -> int:
        """0 where the kernel does not tell, or the process has ended."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """Of processor time that it has used, all its threads together; as ``resident_bytes``."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
            fields = stat.rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND  # proc(5): 14 and 15
        except (OSError, IndexError):
            return 0.0

    def hold(self) -> None:
        """It runs no further until ``go_on``; it can be told things, and be killed."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """To it and what it has started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _event(line: bytes) -> Event:
    """A line that is no document is something that a library printed."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and isinstance(document.get("event"), str):
        return document
    text = line[:LINE_BYTES_MAX].decode(errors="replace")
    return {"event": "log", "level": "ERROR", "message": text}


def how_it_ended(code: int) -> str:
    """A sentence about an exit that was not asked for; ``code`` as of ``Popen.returncode``."""
    if code < 0:
        known = -code in {each.value for each in signal.Signals}
        name = signal.Signals(-code).name if known else str(-code)
        return f"the process was ended by signal {name}"
    return f"the process ended with exit code {code}"
