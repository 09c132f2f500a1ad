"""How fast the device gives what no cache holds: the floor under a start that reads logs again."""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

READERS: Final = 12
"""As many as three brokers that start at once have."""

BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ColdRead:
    bytes: int
    seconds: float


def read_cold(folder: Path, sample_bytes: int) -> ColdRead:
    """The largest logs below ``folder``, as many as have ``sample_bytes``, read at once."""
    files = sorted(folder.rglob("*.log"), key=lambda file: -file.stat().st_size)
    chosen, total = [], 0
    for file in files:
        if total >= sample_bytes:
            break
        chosen.append(file)
        total += file.stat().st_size
    started = time.monotonic()
    with ThreadPoolExecutor(READERS) as readers:
        read = sum(readers.map(_read, chosen))
    return ColdRead(read, time.monotonic() - started)


def _read(file: Path) -> int:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fdatasync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        return sum(_blocks(handle, os.fstat(handle).st_size))
    finally:
        os.close(handle)


def _blocks(handle: int, size: int) -> Iterable[int]:
    for position in range(0, size, BLOCK_BYTES):
        yield len(os.pread(handle, BLOCK_BYTES, position))
