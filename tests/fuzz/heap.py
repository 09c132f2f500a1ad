"""A bound on how much memory was in use since a moment, at the cost of one call of glibc's.

Counting every allocation (``tracemalloc``) takes five times as long as decoding. glibc's heap is
asked instead, made so that it only grows: what was in use at any time fits into what it has in the
end, so that less what was in use at the beginning is an upper bound of the growth between. A
process must be started with ``PYTHONMALLOC=malloc``, or Python keeps a heap of its own.
"""

import ctypes
import os
from typing import Final

_FAST_BLOCKS, _TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = 1, -1, -2, -4
"""Parameters of ``mallopt(3)``."""
_NEVER: Final = 2**31 - 1
_SETTINGS: Final = (
    (_MMAP_MAX, 0),
    (_TRIM_THRESHOLD, _NEVER),
    (_TOP_PAD, 0),
    # Free neighbours are joined at once, so that there are few to be counted.
    (_FAST_BLOCKS, 0),
)
_CACHED_MAX: Final = 7 * sum(range(24, 1033, 16))
"""Bytes in glibc's caches per thread (7 blocks of each size): they are free and count as used."""
_SLACK_MAX: Final = 384 * 1024
"""Free bytes with which measuring begins: growth hides in them."""
_HOLES_MAX: Final = 128 * 1024
"""Of these within what is used, where they cannot be given back."""
_FILLED_MAX: Final = 256 * 1024 * 1024
"""A find may leave more behind than this; filled, it would leave no memory to go on with. What is
measured from then on is measured alone."""
_FILL: Final = [1 << power for power in range(19, 3, -1)]


class _Mallinfo2(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip
    arena: int
    uordblks: int
    fordblks: int
    keepcost: int


def is_measurable() -> bool:
    """Whether this process's memory is glibc's alone."""
    return os.environ.get("PYTHONMALLOC") == "malloc" and hasattr(ctypes.CDLL(None), "mallinfo2")


class Heap:
    """Of this process, which must have one thread. Raises ``OSError`` where it cannot be."""

    def __init__(self) -> None:
        if not is_measurable():
            raise OSError("memory is only measured under glibc, with PYTHONMALLOC=malloc")
        self._libc = ctypes.CDLL(None)
        self._info = self._libc.mallinfo2
        self._info.restype = _Mallinfo2
        self._libc.malloc.restype = self._libc.sbrk.restype = ctypes.c_void_p
        self._libc.free.argtypes = [ctypes.c_void_p]
        for parameter, value in _SETTINGS:
            if not self._libc.mallopt(parameter, value):
                raise OSError(f"mallopt({parameter}) was refused")

    def in_use(self) -> int:
        """Bytes now; what glibc keeps in its caches counts."""
        info = self._info()
        if info.fordblks > _SLACK_MAX:
            self._settle()
            info = self._info()
        found: int = info.uordblks
        return found

    def grown(self, before: int) -> int:
        """By how many bytes more than ``before`` were in use at any time since, at most."""
        info = self._info()
        # Blocks outside of the heap, which are from before ``mallopt``, can only become fewer.
        grown: int = info.arena - before + _CACHED_MAX
        return grown

    def _settle(self) -> None:
        """Give back what is free at the heap's end, and fill the holes that would hide growth."""
        self._libc.malloc_trim(0)
        for size in _FILL:
            info = self._info()
            if not _HOLES_MAX <= info.fordblks - info.keepcost <= _FILLED_MAX:
                break
            self._fill(size, 1 + info.fordblks // size)

    def _fill(self, size: int, most: int) -> None:
        """Take blocks of ``size`` for good until there is none but at the heap's end."""
        allocate, end = self._libc.malloc, self._libc.sbrk
        before = end(0)
        for _ in range(most):
            block = allocate(size)
            if end(0) > before:
                self._libc.free(block)
                self._libc.malloc_trim(0)
                return
