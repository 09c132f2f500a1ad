"""What a decoder may cost, whatever its input: 50 ms, and 8 times the input and 1 MiB of memory."""

import gc
import time
import tracemalloc

from brokers.kernel.limits import DECODED_GROWTH, MIB
from tests.fuzz.wire_targets import DECOMPRESSED_BYTES, TARGETS, Check, decode

HANG_SECONDS = 0.05
TRIES = 3

DECOMPRESSES = {"produced", "records", "decompression"}
"""They are told how much they may decompress; a copy of it is made while it grows."""


class TooCostly(AssertionError):
    """Too slow or too large."""


def allowed_bytes(target: str, size: int) -> int:
    plain = 2 * DECOMPRESSED_BYTES if target in DECOMPRESSES else 0
    return DECODED_GROWTH * size + MIB + plain


def run_within_bounds(target: str, data: bytes) -> None:
    """Run it; raises ``TooCostly``. ``tracemalloc`` must be on, and counts Python's memory."""
    begun = time.perf_counter()
    check = decode_in_bounded_memory(target, data)
    if time.perf_counter() - begun > HANG_SECONDS:
        took = _seconds(target, data)
        if took > HANG_SECONDS:
            raise TooCostly(f"{target}: {len(data)} bytes of input took {took * 1000:.0f} ms")
    if check is not None:
        check()


def decode_in_bounded_memory(target: str, data: bytes) -> Check | None:
    """The memory's half of it; what is to be checked of the result comes back."""
    decoder = TARGETS[target]
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    check = decode(decoder, data)
    _, peak = tracemalloc.get_traced_memory()
    if peak - before > allowed_bytes(target, len(data)):
        raise TooCostly(f"{target}: {len(data)} bytes of input took {peak - before} of memory")
    return check


def _seconds(target: str, data: bytes) -> float:
    """CPU seconds of the quickest of several tries, without the cost of counting memory.

    And without garbage collection: that of this process's whole heap is none of the decoder's, and
    a broker's is frozen at its start.
    """
    tracemalloc.stop()
    gc.disable()
    try:
        return min(_once(target, data) for _ in range(TRIES))
    finally:
        gc.enable()
        tracemalloc.start()


def _once(target: str, data: bytes) -> float:
    begun = time.thread_time()
    decode(TARGETS[target], data)
    return time.thread_time() - begun
