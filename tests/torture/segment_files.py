"""A partition's segment files as they lie on a volume, read without the broker's own reader."""

from collections.abc import Iterator
from pathlib import Path

from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.log import files
from brokers.wire.batch import MAGIC, BatchHeader, parse_batch_header


def segments(folder: Path) -> list[Path]:
    """From the oldest on; none where there is no such folder."""
    return sorted(folder.glob(f"*{files.LOG_SUFFIX}"))


def batches(segment: Path) -> Iterator[tuple[int, BatchHeader, bytes]]:
    """(position, header, bytes) of the whole batches; ends at the first bytes that are none."""
    with segment.open("rb") as file:
        position = 0
        while len(head := file.read(BATCH_OVERHEAD_BYTES)) == BATCH_OVERHEAD_BYTES:
            header = parse_batch_header(head)
            rest = header.total_bytes - BATCH_OVERHEAD_BYTES
            if header.magic != MAGIC or rest < 0:
                return
            body = file.read(rest)
            if len(body) < rest:
                return
            yield position, header, head + body
            position += header.total_bytes
