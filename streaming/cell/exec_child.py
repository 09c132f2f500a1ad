"""Become another program that cannot outlive whoever started it.

``python -I exec_child.py [--die-with SIGNAL] [--user UID:GID] [--chdir DIR] [--memory BYTES]
[--cpu-seconds N] [--no-new-privileges] -- PROGRAM ARGUMENT…``

Runs before any supervised program, so it imports the standard library only and starts fast. The
kernel's parent-death signal (prctl(2), PR_SET_PDEATHSIG, Linux) is what holds when a supervisor is
killed with SIGKILL and can run no clean-up of its own. Elsewhere a program merely lacks that.
"""

import argparse
import contextlib
import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CANNOT_EXEC = 127


def main() -> None:
    """Never returns: execs the program or exits with 127 and a sentence on stderr."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-with", default="SIGKILL", type=lambda name: signal.Signals[name])
    parser.add_argument("--user", type=_user)
    parser.add_argument("--chdir")
    parser.add_argument("--memory", type=int, help="most private memory, and first to go without")
    parser.add_argument("--cpu-seconds", type=int, help="ended once it has used as much CPU time")
    parser.add_argument("--no-new-privileges", action="store_true", help="whatever it executes")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    parent = os.getppid()
    try:
        _allow_many_files()
        if options.chdir:
            os.chdir(options.chdir)
        if options.memory:
            _limit_memory(options.memory)
        if options.cpu_seconds:
            seconds = options.cpu_seconds
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        if options.user:
            _become(*options.user)
        if options.no_new_privileges:
            _prctl(PR_SET_NO_NEW_PRIVS, 1)
        # After the change of user, which clears the signal; before exec, which keeps it.
        _die_with_parent(options.die_with, parent)
        os.execv(options.command[0], options.command)
    except OSError as error:
        print(f"{options.command[0]} cannot be started: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(CANNOT_EXEC)


def _user(text: str) -> tuple[int, int]:
    uid, _, gid = text.partition(":")
    return int(uid), int(gid)


def _allow_many_files() -> None:
    """Raise the soft limit on open files to the hard one: a partition holds several open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _limit_memory(limit: int) -> None:
    """The kernel refuses what goes beyond ``limit`` bytes of private memory (RLIMIT_DATA), and
    looks here first when the whole machine has none left. A core file would tell secrets."""
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
        file.write("500")


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _prctl(option: int, value: int) -> None:
    """Linux only; raises OSError when the kernel refuses."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value}) was refused")


def _die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    if death_signal != signal.SIGKILL:
        # A shell that starts something in the background has it ignore SIGINT, its children too.
        signal.signal(death_signal, signal.SIG_DFL)
    _prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:
        sys.exit(CANNOT_EXEC)  # the parent died before the signal was armed


if __name__ == "__main__":
    main()
