"""A stored batch with some of its records gone, as compaction writes it.

Offsets, leader epoch and the producer's fields stay what they were, so that nobody who has the
batch already can tell two stories about it; only records go. Those that stay are copied as bytes.
Format: Apache Kafka, ``MemoryRecords.filterTo`` (KIP-98, delete horizon: KIP-534).
"""

from collections.abc import Sequence
from typing import Final

from crc32c import crc32c

from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.wire.batch import (
    COMPRESSION_MASK,
    CRC_COVERS_FROM,
    DELETE_HORIZON_BIT,
    LOG_OVERHEAD_BYTES,
    BatchHeader,
    encode_varint,
    pack_batch_header,
)
from brokers.wire.compression import Compression, compress
from brokers.wire.records import iterate_raw_records, read_varint

NO_TIMESTAMP: Final = -1


def emptied(header: BatchHeader) -> bytes:
    """The batch without any record: 61 bytes that say which offsets and sequences it had.

    Without timestamps too, which Kafka leaves in: no search by time may end where no record is.
    """
    bare = header._replace(
        attributes=header.attributes & ~(COMPRESSION_MASK | DELETE_HORIZON_BIT),
        base_timestamp=NO_TIMESTAMP,
        max_timestamp=NO_TIMESTAMP,
        record_count=0,
    )
    return _sealed(bare, b"")


def thinned(
    batch: memoryview,
    header: BatchHeader,
    keeps: Sequence[int],
    *,
    newest_ms: int,
    delete_horizon_ms: int | None = None,
) -> bytes:
    """The batch with those of its records that ``keeps`` has a 1 for, compressed as it was.

    ``newest_ms``: their largest timestamp. ``delete_horizon_ms`` writes the time from which
    tombstones in it may go, where the format has it: as the base timestamp, from which every record
    then counts. A horizon that was there stays. Raises ``Refusal`` as ``iterate_records`` does.
    """
    fields = header._replace(record_count=sum(keeps))
    if not header.is_log_append_time:
        fields = fields._replace(max_timestamp=newest_ms)
    shift = 0
    if delete_horizon_ms is not None:
        shift = header.base_timestamp - delete_horizon_ms
        fields = fields._replace(
            attributes=header.attributes | DELETE_HORIZON_BIT, base_timestamp=delete_horizon_ms
        )
    body = bytearray()
    for kept, (_, raw) in zip(keeps, iterate_raw_records(batch), strict=True):
        if kept:
            body += _moved(raw, shift) if shift else raw
    return _sealed(fields, compress(Compression(header.compression), bytes(body)))


def _moved(raw: memoryview, shift: int) -> bytes:
    """A record whose timestamp delta is larger by ``shift``: length, attributes, delta, rest."""
    _, start = read_varint(raw, 0)
    delta, rest = read_varint(raw, start + 1)
    # Wrapped at 64 bits, as readers do when they add it to the base: a producer may write anything.
    moved = (delta + shift + 2**63) % 2**64 - 2**63
    body = b"".join((raw[start : start + 1], encode_varint(moved), raw[rest:]))
    return encode_varint(len(body)) + body


def _sealed(header: BatchHeader, body: bytes) -> bytes:
    """Header and body with their length and checksum put right."""
    length = BATCH_OVERHEAD_BYTES - LOG_OVERHEAD_BYTES + len(body)
    sized = header._replace(batch_length=length)
    crc = crc32c(body, crc32c(pack_batch_header(sized)[CRC_COVERS_FROM:]))
    return pack_batch_header(sized._replace(crc=crc)) + body
