"""Linux's Landlock: a process gives up files, and other processes, for good and without being root.

What is not named can no longer be opened, made or removed, by this process and whatever it starts;
nor can it look into the memory, the environment or the descriptors of a process outside, whoever
its user is. From Landlock's sixth version on it can send those no signals either.

Sources: Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h of the kernel.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LEAST_VERSION: Final = 2
"""The first (Linux 5.19) lets files be linked from one folder into another, as synced ones are."""
_TRUNCATE_SINCE: Final = 3
_SIGNALS_SINCE: Final = 6

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_SCOPE_ABSTRACT_SOCKETS: Final = 1 << 0
_SCOPE_SIGNALS: Final = 1 << 1

_EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_FOLDER: Final = 1 << 3
_ALL_OF_VERSION_2: Final = (1 << 14) - 1
_TRUNCATE: Final = 1 << 14
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ: Final = _EXECUTE | _READ_FILE | _READ_FOLDER

_PR_SET_NO_NEW_PRIVS: Final = 38


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Of the kernel's Landlock; 0 where there is none, or none that is enough."""
    if not sys.platform.startswith("linux"):
        return 0
    found = int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION))
    return found if found >= LEAST_VERSION else 0


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """From now on nothing but these may be opened, and what is below them.

    Paths that are not there are left out. Holds for the calling thread and for those that it
    starts: call it before there are others.

    Raises:
        OSError: the kernel has no Landlock, or refused.
    """
    found = version()
    if not found:
        raise OSError(errno.EOPNOTSUPP, "this kernel has no Landlock")
    everything = _ALL_OF_VERSION_2 | (_TRUNCATE if found >= _TRUNCATE_SINCE else 0)
    scoped = _SCOPE_SIGNALS | _SCOPE_ABSTRACT_SOCKETS if found >= _SIGNALS_SINCE else 0
    attributes = _RulesetAttributes(everything, 0, scoped)
    # Kernels refuse a structure with fields that they do not know, unless those are zero.
    ruleset = _called(
        _CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(ctypes.sizeof(attributes)), 0
    )
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in writable:
            _allow(ruleset, path, everything)
        if _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS) was refused")
        _called(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            access &= _OF_A_FILE
        rule = _PathBeneath(access, descriptor)
        _called(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def _called(number: int, *arguments: object) -> int:
    answer = int(_libc().syscall(number, *arguments))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock was refused: {os.strerror(code)}")
    return answer


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
