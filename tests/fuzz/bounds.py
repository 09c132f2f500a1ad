"""What a decoder may cost, whatever its input: 50 ms, and 8 times the input and 1 MiB of memory.

Of the values that connectors decode some are held against the converter's own bound instead
(``Target.growth``), which is what it enforces and says why.
"""

import gc
import time
import tracemalloc
from contextlib import suppress

from brokers.kernel.limits import MIB
from tests.fuzz.target import Check, Target

HANG_SECONDS = 0.05
TRIES = 3


class TooCostly(AssertionError):
    """Too slow or too large."""


def allowed_bytes(target: Target, size: int) -> int:
    return target.growth * size + MIB + target.room


def run_within_bounds(target: Target, data: bytes) -> None:
    """Run it, alone and measured exactly. Raises ``TooCostly``, and what the decoder may not."""
    took = _seconds(target, data)
    if took > HANG_SECONDS:
        raise TooCostly(f"{len(data)} bytes of input took {took * 1000:.0f} ms")
    tracemalloc.start()
    try:
        check = decode_in_bounded_memory(target, data)
    finally:
        tracemalloc.stop()
    if check is not None:
        check()


def decode_in_bounded_memory(target: Target, data: bytes) -> Check | None:
    """The memory's half of it; what is to be checked of the result comes back.

    ``tracemalloc`` must be on, and counts Python's memory: that of all threads, so what was too
    much is taken again. What a decoder takes it takes each time.
    """
    allowed = allowed_bytes(target, len(data))
    check, took = _decoded(target, data)
    for _ in range(TRIES - 1):
        if took > allowed:
            check, again = _decoded(target, data)
            took = min(took, again)
    if took > allowed:
        raise TooCostly(f"{len(data)} bytes of input took {took} of memory")
    return check


def _decoded(target: Target, data: bytes) -> tuple[Check | None, int]:
    check = None
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    with suppress(*target.refuses):
        check = target.decode(data)
    _, peak = tracemalloc.get_traced_memory()
    return check, peak - before


def _seconds(target: Target, data: bytes) -> float:
    """CPU seconds: this machine may have others to serve.

    A second and third try when the first was slow; without garbage collection, since that of this
    process's whole heap is none of the decoder's, and a broker's is frozen at its start.
    """
    gc.disable()
    try:
        took = _once(target, data)
        for _ in range(TRIES - 1):
            if took > HANG_SECONDS:
                took = min(took, _once(target, data))
        return took
    finally:
        gc.enable()


def _once(target: Target, data: bytes) -> float:
    begun = time.thread_time()
    with suppress(*target.refuses):
        target.decode(data)
    return time.thread_time() - begun
