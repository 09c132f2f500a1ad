"""Walking a segment's batches: by their headers alone, or checking every byte."""

from collections.abc import Callable, Iterator
from typing import Final

from brokers.kernel.errors import StorageError
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES, MIB
from brokers.wire.batch import MAGIC, BatchHeader, crc_matches, parse_batch_header

ReadAt = Callable[[int, int], bytes]
"""(length, position) -> at most that many bytes from there."""

HEADER_BLOCK_BYTES: Final = 4096
"""Read at a time when only headers matter: small batches come many to a block, a large one is
stepped over."""

VERIFY_BLOCK_BYTES: Final = 1 * MIB


class CorruptLog(StorageError):
    """Bytes that were whole once are not what was written. Never repaired by cutting them off."""


def scan_headers(read: ReadAt, start: int, end: int) -> Iterator[tuple[int, BatchHeader]]:
    """Yield (position, header) of the batches from ``start``, a batch's start, to ``end``.

    Stops at the first bytes that are no whole batch: the caller sees that from where it stopped.
    """
    block = b""
    block_start = position = start
    while end - position >= BATCH_OVERHEAD_BYTES:
        if position + BATCH_OVERHEAD_BYTES > block_start + len(block):
            block = read(min(HEADER_BLOCK_BYTES, end - position), position)
            block_start = position
            if len(block) < BATCH_OVERHEAD_BYTES:
                return
        header = parse_batch_header(block, position - block_start)
        if not is_plausible(header) or header.total_bytes > end - position:
            return
        yield position, header
        position += header.total_bytes


def scan_verified(
    read: ReadAt, end: int, batch_bytes_max: int
) -> Iterator[tuple[int, BatchHeader]]:
    """Like ``scan_headers`` from 0, stopping too at a batch whose CRC-32C is not that of its bytes.

    ``batch_bytes_max`` bounds what a damaged length can make this read.
    """
    block = memoryview(b"")
    block_start = position = 0
    while end - position >= BATCH_OVERHEAD_BYTES:
        at = position - block_start
        if at + BATCH_OVERHEAD_BYTES > len(block):
            block, block_start, at = _block(read, position, VERIFY_BLOCK_BYTES), position, 0
            if len(block) < BATCH_OVERHEAD_BYTES:
                return
        header = parse_batch_header(block, at)
        size = header.total_bytes
        if not is_plausible(header) or size > end - position or size > batch_bytes_max:
            return
        if at + size > len(block):
            block = _block(read, position, max(size, VERIFY_BLOCK_BYTES))
            block_start, at = position, 0
            if len(block) < size:
                return
        if not crc_matches(block[at : at + size], header):
            return
        yield position, header
        position += size


def _block(read: ReadAt, position: int, length: int) -> memoryview:
    return memoryview(read(length, position))


def is_plausible(header: BatchHeader) -> bool:
    """Whether these 61 bytes can be a stored batch's header at all."""
    return (
        header.magic == MAGIC
        and header.total_bytes >= BATCH_OVERHEAD_BYTES
        and header.base_offset >= 0
        and header.last_offset_delta >= 0
    )
