"""A network namespace that lasts as long as a process holds or uses it.

https://man7.org/linux/man-pages/man7/network_namespaces.7.html. It has no name under ``/run/netns``
that could outlive whoever made it. ``os.setns`` came with Python 3.12; libc has it anyway.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

CLONE_NEWNET: Final = 0x40000000
OWN: Final = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A new one, held until this process ends. Raises ``OSError`` without the right to make it."""

    def __init__(self) -> None:
        self._home = _opened(OWN)
        _call("unshare", CLONE_NEWNET)
        try:
            self._handle = _opened(OWN)
        finally:
            _call("setns", self._home, CLONE_NEWNET)

    @property
    def path(self) -> str:
        """Where other processes find it, while this one runs."""
        return f"/proc/{os.getpid()}/fd/{self._handle}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in it, as are the sockets it makes and the processes it starts. Nothing
        else may run in this thread meanwhile."""
        _call("setns", self._handle, CLONE_NEWNET)
        try:
            yield
        finally:
            _call("setns", self._home, CLONE_NEWNET)

    def ip(self, *lines: str) -> None:
        """``ip`` inside. Raises ``OSError`` with its words."""
        with self.entered():
            ip(*lines)


def enter(path: str) -> None:
    """For good; a program that this process becomes is in it too."""
    handle = _opened(path)
    try:
        _call("setns", handle, CLONE_NEWNET)
    finally:
        os.close(handle)


def ip(*lines: str) -> None:
    """Carry out lines of ``ip``, up to the first that fails. Raises ``OSError`` with its words."""
    done = subprocess.run(
        ["ip", "-batch", "-"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise OSError(f"ip: {' '.join(done.stderr.split())}")


def _opened(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
