"""What an append and a read cost, beside the system calls that they cannot do without.

``python -m bench.micro_log [FOLDER]``: microseconds of CPU, best of several rounds; nothing is
synchronised, so that the disk's speed stays out of it.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from brokers.log.config import LogConfig
from brokers.log.disk import RealDisk
from brokers.log.partition_log import PartitionLog
from brokers.wire.batch import NewRecord, build_batch, parse_batch_header

NOW_MS = 1_700_000_000_000
ROUNDS = 7


def best(count: int, round_of: Callable[[], None]) -> float:
    """Microseconds per operation in the best round of ``count`` operations."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        round_of()
        times.append((time.process_time_ns() - started) / 1000 / count)
    return min(times)


def batch_of(size: int, producer_id: int) -> memoryview:
    body = NewRecord(None, os.urandom(size - 80))
    sequence = 0 if producer_id >= 0 else -1
    return memoryview(
        build_batch(
            [body], base_timestamp=NOW_MS, producer_id=producer_id,
            producer_epoch=sequence, base_sequence=sequence,
        )
    )  # fmt: skip


def append_cost(folder: Path, size: int, *, producer_id: int) -> float:
    """One append; a producer's sequence goes on by hand, as its batches would."""
    log = PartitionLog.open(
        folder / f"{size}-{producer_id}-0", disk=RealDisk(), config=LogConfig(),
        topic_id=bytes(16), now_ms=NOW_MS, clean=False,
    )  # fmt: skip
    records = batch_of(size, producer_id)
    header = parse_batch_header(records)
    count = 5000
    headers = [header] * count

    def appends() -> None:
        for one in headers:
            log.append(records, one, leader_epoch=1, now_ms=NOW_MS)

    def sequenced() -> None:
        nonlocal headers
        start = log.log_end_offset
        headers = [header._replace(base_sequence=start + n) for n in range(count)]

    def round_of() -> None:
        appends()

    times = []
    for _ in range(ROUNDS):
        if producer_id >= 0:
            sequenced()
        started = time.process_time_ns()
        round_of()
        times.append((time.process_time_ns() - started) / 1000 / count)
    log.abandon()
    return min(times)


def write_cost(folder: Path, size: int) -> float:
    """The same bytes by ``pwritev`` and nothing else."""
    count, position = 5000, 0
    data = memoryview(os.urandom(size))
    with (folder / f"raw-{size}").open("wb") as file:
        handle = file.fileno()

        def writes() -> None:
            nonlocal position
            for _ in range(count):
                os.pwritev(handle, [data[:16], data[16:]], position)
                position += size

        return best(count, writes)


def read_cost(folder: Path, batch_size: int, max_bytes: int) -> tuple[float, float]:
    """One read going on through a log of 256 MiB, and the bare ``pread``."""
    log = PartitionLog.open(
        folder / f"read-{batch_size}-0", disk=RealDisk(), config=LogConfig(),
        topic_id=bytes(16), now_ms=NOW_MS, clean=False,
    )  # fmt: skip
    records = batch_of(batch_size, -1)
    header = parse_batch_header(records)
    for _ in range((64 << 20) // batch_size):
        log.append(records, header, leader_epoch=1, now_ms=NOW_MS)
    end = log.log_end_offset
    count = 0

    def reads() -> None:
        nonlocal count
        count, offset = 0, 0
        while offset < end:
            offset = log.read(
                offset, max_bytes=max_bytes, end_offset=end, at_least_one=True
            ).next_offset
            count += 1

    reads()
    cost = best(count, reads)
    with (folder / f"read-{batch_size}-0" / "00000000000000000000.log").open("rb") as file:
        handle = file.fileno()

        def bare() -> None:
            for n in range(count):
                os.pread(handle, max_bytes, n * max_bytes)

        floor = best(count, bare)
    log.abandon()
    return cost, floor


def main() -> None:
    parent = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=parent) as name:
        folder = Path(name)
        print(f"{'':34}{'µs':>8}{'system call':>14}")
        for size in (200, 1000, 16_000):
            floor = write_cost(folder, size)
            plain = append_cost(folder, size, producer_id=-1)
            idempotent = append_cost(folder, size, producer_id=7)
            print(f"append {size} bytes{'':16}{plain:12.2f}{floor:14.2f}"[:60])
            print(f"append {size} bytes, idempotent{'':4}{idempotent:12.2f}{floor:14.2f}"[:60])
        for batch_size, max_bytes in ((1000, 1 << 20), (16_000, 1 << 20), (1000, 65_536)):
            cost, floor = read_cost(folder, batch_size, max_bytes)
            label = f"read {max_bytes >> 10} KiB of {batch_size}-byte batches"
            print(f"{label:34}{cost:8.2f}{floor:14.2f}")


if __name__ == "__main__":
    main()
