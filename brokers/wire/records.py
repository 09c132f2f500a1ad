"""What is inside a batch: records, one by one, through compiled code and within bounds.

The hot path never comes here. Whoever does (REST, websocket, timestamp look-ups, compaction) gets
the batch decompressed within a bound first; aiokafka's compiled reader then walks the plain
records. Left alone it would decompress without a bound, and it reads a varint's first byte before
it knows that there is one: see ``_SENTINEL``.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES, DECOMPRESSED_BYTES_MAX
from brokers.wire.batch import (
    COMPRESSION_MASK,
    LOG_OVERHEAD_BYTES,
    MAGIC,
    BatchHeader,
    NewRecord,
    encode_record,
    pack_batch_header,
    parse_batch_header,
)
from brokers.wire.compression import Bytes, decompress

_SENTINEL: Final = encode_record(NewRecord(None, bytes(32)), 0, 0)
"""A record of our own behind the producer's. It has no byte above 127, so a varint that runs past
the records ends here, and the reader never leaves the memory that it was given."""

_RECORD_BYTES_MIN: Final = 7

_READER_ERRORS: Final = (
    CorruptRecordException,
    UnicodeDecodeError,
    OverflowError,  # lengths near 2**63, which the reader adds to a position
    MemoryError,
)


class Record(NamedTuple):
    """One record as a consumer sees it; ``timestamp_ms`` is -1 for none."""

    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def iterate_records(
    batch: memoryview, *, max_bytes: int = DECOMPRESSED_BYTES_MAX
) -> Iterator[Record]:
    """Yield the records of one whole batch in order.

    ``max_bytes`` bounds the records once they are decompressed. Raises ``ProtocolError`` for a
    batch shorter than its header, ``Refusal`` for one that cannot be opened (see ``decompress``)
    and, with CORRUPT_MESSAGE, for records that are not as the header says; those before the fault
    have been yielded then. The checksum is not looked at.
    """
    header = parse_batch_header(batch)
    yield from _records(header, _plain(batch, header, max_bytes))


def iterate_raw_records(
    batch: memoryview, *, max_bytes: int = DECOMPRESSED_BYTES_MAX
) -> Iterator[tuple[Record, memoryview]]:
    """As ``iterate_records``, each record with its own plain bytes, the length in front included:
    for code that writes some of them again exactly as they were."""
    header = parse_batch_header(batch)
    plain = memoryview(_plain(batch, header, max_bytes))
    position = 0
    for record in _records(header, plain):
        length, start = read_varint(plain, position)
        yield record, plain[position : start + length]
        position = start + length


def read_varint(data: memoryview, position: int) -> tuple[int, int]:
    """(value, where it ends) of the zigzag varint at ``position`` of bytes that were read before,
    so that it is known to be whole."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), position
        shift += 7


def _records(header: BatchHeader, plain: Bytes) -> Iterator[Record]:
    reader = _reader(header, plain)
    previous = header.base_offset - 1
    last = header.last_offset
    left = header.record_count
    try:
        for record in reader:
            if not left:
                # The sentinel, which the reader now checks to end the buffer.
                continue
            left -= 1
            offset, timestamp = record.offset, record.timestamp
            if not previous < offset <= last:
                raise _damaged(f"offset {offset} follows {previous}, last is {last}")
            previous = offset
            timestamp = -1 if timestamp is None else timestamp
            yield Record(offset, timestamp, record.key, record.value, tuple(record.headers))
    except _READER_ERRORS as error:
        raise _damaged(str(error)) from error


def first_record_at_or_after(
    batch: memoryview, timestamp_ms: int, *, max_bytes: int = DECOMPRESSED_BYTES_MAX
) -> tuple[int, int] | None:
    """(offset, timestamp) of the batch's first record that is not older, None when all are.

    Raises as ``iterate_records``; a batch whose header rules it out is not opened.
    """
    header = parse_batch_header(batch)
    if header.max_timestamp < timestamp_ms:
        return None
    if header.is_log_append_time:
        return header.base_offset, header.max_timestamp
    for record in iterate_records(batch, max_bytes=max_bytes):
        if record.timestamp_ms >= timestamp_ms:
            return record.offset, record.timestamp_ms
    return None


def _plain(batch: memoryview, header: BatchHeader, max_bytes: int) -> Bytes:
    if header.magic != MAGIC or header.total_bytes != len(batch):
        raise _damaged(
            f"{len(batch)} bytes are not one batch of format {MAGIC}; they say format "
            f"{header.magic} and {header.total_bytes} bytes"
        )
    records = decompress(header.compression, batch[BATCH_OVERHEAD_BYTES:], max_bytes=max_bytes)
    if not 0 <= header.record_count * _RECORD_BYTES_MIN <= len(records):
        raise _damaged(f"{len(records)} bytes cannot hold {header.record_count} records")
    return records


def _reader(header: BatchHeader, records: Bytes) -> DefaultRecordBatch:
    plain = header._replace(
        batch_length=BATCH_OVERHEAD_BYTES - LOG_OVERHEAD_BYTES + len(records) + len(_SENTINEL),
        attributes=header.attributes & ~COMPRESSION_MASK,
        record_count=header.record_count + 1,
    )
    return DefaultRecordBatch(b"".join((pack_batch_header(plain), records, _SENTINEL)))


def _damaged(reason: str) -> Refusal:
    return Refusal(ErrorCode.CORRUPT_MESSAGE, f"the batch's records cannot be read: {reason}")
