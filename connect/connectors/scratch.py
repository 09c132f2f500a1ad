"""Files for a moment, on the worker's disk: all of a task together take no more than it may have.

They have no names, so whatever ends the process, nothing of them is left. ``RLIMIT_FSIZE`` is no
bound for them: it is of each file, and of those in a tenant's own folder too.
"""

import errno
import io
import os
import tempfile
import threading
from contextlib import suppress
from typing import BinaryIO, Final

SETTING: Final = "HEADWATER_CONNECT_TASK_DISK"
"""MiB of the worker's disk that the operator gives a task."""
DEFAULT_MIB: Final = 6 * 1024
"""An object of 5 GiB, as large as stores take in one request, and some more."""
_BUFFER_BYTES: Final = 64 * 1024


def limit_bytes() -> int:
    """What a task's files may take all together.

    Raises:
        ValueError: it is set, and is no whole number above 0.
    """
    told = os.environ.get(SETTING, str(DEFAULT_MIB))
    if not told.isdecimal() or int(told) < 1:
        raise ValueError(f"{SETTING} is {told!r}; it is a number of MiB above 0, such as 6144")
    return int(told) * 2**20


def scratch_file(prefix: str) -> BinaryIO:
    """An empty one, to be written and read. To write more to it than there is left raises
    ``OSError`` with ``EDQUOT``, as a full disk raises ``ENOSPC``."""
    with tempfile.TemporaryFile(prefix=prefix) as made:
        raw = _Counted(os.dup(made.fileno()))
    return _Scratch(raw, _BUFFER_BYTES)


class _Scratch(io.BufferedRandom):
    def close(self) -> None:
        """What it had not written yet, and a full disk does not take, is not missed."""
        with suppress(OSError):
            super().close()


class _Space:
    """What all files of this process take. Uploads close theirs in threads of their own."""

    def __init__(self) -> None:
        self._used = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Raises ``OSError``."""
        limit = limit_bytes()
        with self._lock:
            if self._used + count > limit:
                raise OSError(
                    errno.EDQUOT,
                    f"a task may have {limit >> 20} MiB of it ({SETTING}); close files sooner, "
                    "by size or time, read smaller objects, or have the operator raise it",
                )
            self._used += count

    def give_back(self, count: int) -> None:
        with self._lock:
            self._used -= count


_SPACE: Final = _Space()


class _Counted(io.FileIO):
    """``_taken`` is as far as it was ever written."""

    def __init__(self, descriptor: int) -> None:
        self._space = _SPACE
        self._taken = 0
        super().__init__(descriptor, "r+b")

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        end = self.tell() + memoryview(data).nbytes
        if end > self._taken:
            self._space.take(end - self._taken)
            self._taken = end
        return super().write(data)

    def close(self) -> None:
        if not self.closed:
            self._space.give_back(self._taken)
            self._taken = 0
        super().close()
