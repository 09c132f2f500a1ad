"""Keeping the programs running: supervisord, its configuration, and what it can be asked.

supervisord restarts a program that dies at once; one that dies again before ``SETTLED_AFTER_S``
waits a second longer each time. It runs in the foreground below ``up`` and speaks XML-RPC on a Unix
socket that only its owner may open.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from streaming.cell.failure import Failure
from streaming.cell.program import CHECKOUT, EXEC_CHILD, STOP_WITHIN_S, Group, Program

State = Literal["starting", "running", "backoff", "stopped", "failed"]

# supervisord's own names, http://supervisord.org/subprocess.html#process-states
STATES: Mapping[str, State] = {
    "STARTING": "starting",
    "RUNNING": "running",
    "BACKOFF": "backoff",
    "STOPPING": "stopped",
    "STOPPED": "stopped",
    "EXITED": "stopped",
    "FATAL": "failed",
    "UNKNOWN": "failed",
}
SETTLED_AFTER_S = 2
# The waits add up to half an hour; after that somebody has to look.
RESTARTS_BEFORE_FAILED = 60
# sockaddr_un.sun_path holds 108 bytes on Linux and 104 elsewhere, the ending zero included.
# supervisord first binds a name that is longer by a dot and a process id.
SOCKET_PATH_MAX = 103 - len(".4194304")
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Process:
    """``started_s_ago`` is of a program that has a process; None of one that has none."""

    name: str
    pid: int | None
    state: State
    started_s_ago: int | None


class Supervisor:
    """Talks to the supervisord of one data folder, whoever started it."""

    def __init__(self, data_dir: Path) -> None:
        self._run = data_dir / "run"

    @property
    def socket(self) -> Path:
        """The socket of the running supervisord; where it is when the folder's path is too long."""
        pointer = self._run / "socket"
        with contextlib.suppress(OSError):
            return Path(pointer.read_text().strip())
        return self._run / "supervisor.sock"

    def processes(self) -> list[Process]:
        """Every program with its state; empty when no supervisord answers."""
        try:
            found: Any = self._rpc().supervisor.getAllProcessInfo()
        except (OSError, xmlrpc.client.Error):
            return []
        return [_process(each) for each in found]

    def start(self, names: Iterable[str]) -> None:
        """Start these programs; they have been asked to, not waited for."""
        remote = self._rpc().supervisor
        groups = {each["name"]: each["group"] for each in _info(remote)}
        for name in names:
            remote.startProcess(f"{groups[name]}:{name}", False)

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)


def _process(told: dict[str, Any]) -> Process:
    return Process(
        name=told["name"],
        pid=told["pid"] or None,
        state=STATES[told["statename"]],
        started_s_ago=told["now"] - told["start"] if told["pid"] else None,
    )


def _info(remote: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = remote.getAllProcessInfo()
    return found


class Supervised:
    """A supervisord that this process started and will stop."""

    def __init__(self, data_dir: Path) -> None:
        self.supervisor = Supervisor(data_dir)
        self._data_dir = data_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._short_folder: Path | None = None

    def launch(
        self, programs: Sequence[Program], environment: Mapping[str, str], keep_open: Sequence[int]
    ) -> None:
        """Start supervisord; the stores among ``programs`` start with it, the others on request.

        It keeps the descriptors ``keep_open`` as long as it lives: the lock on the data folder
        must not be free while anything of ours still runs.
        """
        run, logs = self._data_dir / "run", self._data_dir / "logs"
        logs.mkdir(exist_ok=True)
        socket = self._choose_socket(run)
        (run / "socket").write_text(str(socket))
        (run / "supervisord.conf").write_text(configuration(programs, socket))
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(EXEC_CHILD), "--die-with", "SIGTERM", "--"),
                *(sys.executable, "-P", "-m", "supervisor.supervisord"),
                *("--nodaemon", "--silent", "--configuration", "run/supervisord.conf"),
            ],
            cwd=self._data_dir,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(logs / "supervisord.err").open("wb"),
            pass_fds=list(keep_open),
            # A Ctrl-C of the terminal reaches `up` only, which then stops the rest in order.
            start_new_session=True,
        )

    def _choose_socket(self, run: Path) -> Path:
        socket = run / "supervisor.sock"
        if len(os.fsencode(socket)) <= SOCKET_PATH_MAX:
            return socket
        self._short_folder = Path(tempfile.mkdtemp(prefix="headwater-"))
        return self._short_folder / "supervisor.sock"

    def watch(self) -> list[Process]:
        """What runs now; raises ``Failure`` when supervisord has ended by itself.

        To be called often: supervisord acts on what has happened once a second, or when it is asked
        something. Asking is what makes a restart immediate.
        """
        if self._process is not None and self._process.poll() is not None:
            logs = self._data_dir / "logs"
            raise Failure(
                f"The supervisor ended with code {self._process.returncode}; "
                f"{logs / 'supervisord.log'} and {logs / 'supervisord.err'} say why."
            )
        return self.supervisor.processes()

    def wait_for_supervisor(self) -> None:
        """Return when supervisord takes commands; raises ``Failure`` when it has ended instead."""
        while not self.watch():
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop every program, group by group, and then supervisord; at most ``STOP_S`` seconds."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while process.poll() is None and time.monotonic() < deadline:
            self.supervisor.processes()  # see `watch`: the next group goes when it is asked
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()  # its children die with it
            process.wait()
        (self._data_dir / "run" / "socket").unlink(missing_ok=True)
        if self._short_folder is not None:
            shutil.rmtree(self._short_folder, ignore_errors=True)


def configuration(programs: Sequence[Program], socket: Path) -> str:
    """supervisord's configuration file, its paths relative to the data folder that it runs in.

    Raises ``Failure`` for a path that the file's format cannot hold: it takes `` ;`` for a comment.
    """
    for path in (socket, CHECKOUT, *(program.folder for program in programs)):
        if any(mark in str(path) for mark in (" ;", " #", "\n", "\t;")):
            raise Failure(f"The path {str(path)!r} has a ';' or '#' after a blank; rename it.")
    sections = [
        _section(
            "supervisord",
            nodaemon="true",
            silent="true",
            logfile="logs/supervisord.log",
            logfile_maxbytes="10MB",
            logfile_backups="2",
            pidfile="run/supervisord.pid",
            childlogdir="logs",
            minfds="1024",
            # Said even when it changes nothing: as root supervisord otherwise warns at each start.
            **({"user": "root"} if os.geteuid() == 0 else {}),
        ),
        _section("unix_http_server", file=str(socket), chmod="0700"),
        _section("supervisorctl", serverurl=f"unix://{socket}"),
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n",
    ]
    for group in Group:
        names = [program.name for program in programs if program.group is group]
        if names:
            sections.append(
                _section(
                    f"group:{group.name.lower()}",
                    programs=",".join(names),
                    priority=str(group.value),
                )
            )
    sections += [_program_section(program) for program in programs]
    return "\n".join(sections)


def _program_section(program: Program) -> str:
    return _section(
        f"program:{program.name}",
        command=shlex.join(program.wrapped()),
        autostart="true" if program.group is Group.STORES else "false",
        autorestart="true",
        startsecs=str(SETTLED_AFTER_S),
        startretries=str(RESTARTS_BEFORE_FAILED),
        stopsignal=program.stop_signal,
        stopwaitsecs=str(STOP_WITHIN_S[program.group]),
        redirect_stderr="true",
        stdout_logfile=f"logs/{program.name}.log",
        stdout_logfile_maxbytes="20MB",
        stdout_logfile_backups="3",
    )


def _section(title: str, **values: str) -> str:
    # '%' starts an interpolation in supervisord's files.
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in values.items()]
    return "\n".join([f"[{title}]", *lines, ""])
