"""What a task's process gives up before it reads what it is to do.

A connector is code of the operator's that speaks with systems of strangers': were it led astray, it
should find nothing of the service to read. What it needs is Python, our packages, the system's
libraries and settings, files for a moment, and its tenant's folder where the operator gives one.
"""

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from connect.task import landlock

_PR_SET_DUMPABLE: Final = 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_FILES: Final = "HEADWATER_CONNECT_FILES"
_CHECKOUT: Final = Path(__file__).resolve().parents[2]
_PACKAGES: Final = ("brokers", "connect", "streaming", "tenants")
"""Of the checkout, and nothing else of it: the data folder is in it unless told otherwise."""
_SYSTEM: Final = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/nix/store", "/etc", "/proc", "/sys"),
    *("/dev/zero", "/dev/random", "/dev/urandom"),
)
_LINKED_SETTINGS: Final = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/localtime"),
    *("/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"),
)
"""Elsewhere on many systems: below ``/run``, which has sockets too, or ``/var``."""


def confine() -> None:
    """Before there are threads, and before a line of input. A kernel without Landlock leaves the
    files to the process's user (``HEADWATER_CONNECT_TASK_USER``); the worker's log says so."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    # Other processes of the same user, tasks among them, then cannot trace it or read its memory.
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _give_up_capabilities(libc)
    if landlock.version():
        landlock.restrict(readable(), writable())


def readable() -> Iterator[Path]:
    yield from map(Path, _SYSTEM)
    yield from (_CHECKOUT / name for name in _PACKAGES)
    yield from (Path(each).resolve() for each in _LINKED_SETTINGS)
    yield from map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix})
    for each in map(Path, filter(None, sys.path)):
        if each.resolve() != _CHECKOUT:
            yield each
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if name in os.environ:
            yield Path(os.environ[name]).resolve()


def writable() -> Iterator[Path]:
    yield Path("/dev/null")
    yield Path(tempfile.gettempdir())
    if _FILES in os.environ:
        yield Path(os.environ[_FILES])


def _give_up_capabilities(libc: ctypes.CDLL) -> None:
    """What makes root more than the owner of root's files: to read any memory, pass any limit.

    Raises:
        OSError: the kernel refused.
    """
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset(2) was refused")
