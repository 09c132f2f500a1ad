"""Record batches, format v2: the 61 bytes in front of the records, read, stamped and made.

The records behind the header stay opaque: the same bytes go from a producer to disk, to followers
and to consumers. Base offset and leader epoch stand outside the checksum, so that a broker assigns
both without touching the rest. Format: Apache Kafka, "Record Batch" (KIP-98).

::

    0  base offset i64             23 last offset delta i32     51 producer epoch i16
    8  batch length i32            27 base timestamp i64        53 base sequence i32
    12 partition leader epoch i32  35 max timestamp i64         57 record count i32
    16 magic i8 (2)                43 producer id i64           61 records
    17 CRC-32C u32, from 21 on
    21 attributes i16
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Final, NamedTuple

from crc32c import crc32c

from brokers.kernel.errors import ProtocolError
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.wire.compression import Compression, compress

MAGIC: Final = 2

COMPRESSION_MASK: Final = 0x07
LOG_APPEND_TIME_BIT: Final = 0x08
TRANSACTIONAL_BIT: Final = 0x10
CONTROL_BIT: Final = 0x20
DELETE_HORIZON_BIT: Final = 0x40

LOG_OVERHEAD_BYTES: Final = 12
"""Base offset and batch length: what the batch length does not count."""

CRC_COVERS_FROM: Final = 21
MAGIC_POSITION: Final = 16
STAMPED_BYTES: Final = 16
"""What ``stamp`` replaces: base offset, batch length, partition leader epoch."""


_HEADER: Final = Struct(">qiibIhiqqqhii")
_STAMP: Final = Struct(">qii")
_FROM_ATTRIBUTES: Final = Struct(">hiqqqhii")
_CRC: Final = Struct(">I")

assert _HEADER.size == BATCH_OVERHEAD_BYTES

unpack_batch_header = _HEADER.unpack_from
"""The fields of ``BatchHeader`` as a plain tuple, for code that runs for every batch."""


class BatchHeader(NamedTuple):
    """The 61 bytes, in their order. Timestamps are milliseconds, -1 for none; ids -1 for none.

    A tuple because one is made per produced batch, and a tuple is what ``struct`` returns.
    """

    base_offset: int
    batch_length: int
    partition_leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_offset_delta: int
    base_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    record_count: int

    @property
    def total_bytes(self) -> int:
        """Bytes of the whole batch, header included."""
        return self.batch_length + LOG_OVERHEAD_BYTES

    @property
    def last_offset(self) -> int:
        """Offset of the last record, inclusive."""
        return self.base_offset + self.last_offset_delta

    @property
    def last_sequence(self) -> int:
        """Sequence of the last record; sequences go on at 0 after 2**31 - 1. -1 without one."""
        if self.base_sequence < 0:
            return -1
        return (self.base_sequence + self.last_offset_delta) & 0x7FFFFFFF

    @property
    def compression(self) -> int:
        """Codec code, 0 to 7; 0 to 4 are ``Compression``."""
        return self.attributes & COMPRESSION_MASK

    @property
    def is_log_append_time(self) -> bool:
        return bool(self.attributes & LOG_APPEND_TIME_BIT)

    @property
    def is_transactional(self) -> bool:
        return bool(self.attributes & TRANSACTIONAL_BIT)

    @property
    def is_control(self) -> bool:
        return bool(self.attributes & CONTROL_BIT)

    @property
    def delete_horizon_ms(self) -> int | None:
        """From when on the tombstones in the batch may go (KIP-534); None before a compaction
        has kept one of them."""
        return self.base_timestamp if self.attributes & DELETE_HORIZON_BIT else None


def parse_batch_header(view: bytes | memoryview, position: int = 0) -> BatchHeader:
    """The header at ``position``, nothing checked but that 61 bytes are there.

    Raises ``ProtocolError`` when they are not. Magic stands at the same place in every format, but
    the fields behind it mean this only when it is 2.
    """
    if position < 0 or len(view) - position < BATCH_OVERHEAD_BYTES:
        raise ProtocolError(
            f"record batch header needs {BATCH_OVERHEAD_BYTES} bytes at {position}, "
            f"the buffer has {len(view)}"
        )
    return BatchHeader._make(_HEADER.unpack_from(view, position))


def pack_batch_header(header: BatchHeader) -> bytes:
    """The 61 bytes of ``header``, whatever it says."""
    return _HEADER.pack(*header)


def crc_matches(batch: memoryview, header: BatchHeader) -> bool:
    """Whether the checksum in ``header`` is that of ``batch``, which starts at its base offset."""
    return crc32c(batch[CRC_COVERS_FROM : header.total_bytes]) == header.crc


def stamp(base_offset: int, leader_epoch: int, batch_length: int) -> bytes:
    """The first 16 bytes with offset and epoch assigned: append ``[stamp, batch[16:]]``."""
    return _STAMP.pack(base_offset, batch_length, leader_epoch)


def stamp_log_append_time(batch: memoryview, timestamp: int) -> bytes:
    """A new header (61 bytes) that says LogAppendTime at ``timestamp``, with its checksum.

    ``batch`` is one whole batch; write ``[header, batch[61:]]``. Every record then reads as
    having the batch's max timestamp; base timestamp and deltas stay as the producer wrote them.
    """
    fields = _HEADER.unpack_from(batch)
    checked = _FROM_ATTRIBUTES.pack(
        fields[5] | LOG_APPEND_TIME_BIT, *fields[6:8], timestamp, *fields[9:]
    )
    end = fields[1] + LOG_OVERHEAD_BYTES
    crc = crc32c(batch[BATCH_OVERHEAD_BYTES:end], crc32c(checked))
    return b"".join((batch[:17], _CRC.pack(crc), checked))


def iterate_batches(view: memoryview) -> Iterator[tuple[int, BatchHeader]]:
    """Yield (position, header) of every whole batch in turn; a trailing partial one ends it.

    Raises ``ProtocolError`` at a batch whose length cannot be or whose format is not v2. Checksums
    are not looked at.
    """
    position = 0
    size = len(view)
    while size - position >= BATCH_OVERHEAD_BYTES:
        header = BatchHeader._make(_HEADER.unpack_from(view, position))
        if header.magic != MAGIC or header.total_bytes < BATCH_OVERHEAD_BYTES:
            raise ProtocolError(
                f"no record batch of format {MAGIC} at byte {position}: "
                f"format {header.magic}, length {header.batch_length}"
            )
        if header.total_bytes > size - position:
            return
        yield position, header
        position += header.total_bytes


class NewRecord(NamedTuple):
    """A record to be put into a batch; without a timestamp it has the batch's."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp_ms: int | None = None


def build_batch(
    records: Sequence[NewRecord],
    *,
    base_timestamp: int,
    compression: Compression = Compression.NONE,
    base_offset: int = 0,
    leader_epoch: int = -1,
    producer_id: int = -1,
    producer_epoch: int = -1,
    base_sequence: int = -1,
    attributes: int = 0,
) -> bytes:
    """One batch of our own records, for internal topics and tests; not for the hot path.

    Timestamps are milliseconds. ``attributes`` are bits beside the compression code. Raises
    ``ValueError`` without records.
    """
    if not records:
        raise ValueError("a record batch holds at least one record")
    timestamps = [
        base_timestamp if record.timestamp_ms is None else record.timestamp_ms for record in records
    ]
    body = compress(
        compression,
        b"".join(
            encode_record(record, delta, timestamps[delta] - base_timestamp)
            for delta, record in enumerate(records)
        ),
    )
    checked = _FROM_ATTRIBUTES.pack(
        attributes | compression,
        len(records) - 1,
        base_timestamp,
        max(timestamps),
        producer_id,
        producer_epoch,
        base_sequence,
        len(records),
    )
    length = BATCH_OVERHEAD_BYTES - LOG_OVERHEAD_BYTES + len(body)
    crc = crc32c(body, crc32c(checked))
    head = _STAMP.pack(base_offset, length, leader_epoch)
    return b"".join((head, bytes((MAGIC,)), _CRC.pack(crc), checked, body))


def encode_record(record: NewRecord, offset_delta: int, timestamp_delta: int) -> bytes:
    parts = [b"\0", encode_varint(timestamp_delta), encode_varint(offset_delta)]
    parts += _length_prefixed(record.key)
    parts += _length_prefixed(record.value)
    parts.append(encode_varint(len(record.headers)))
    for name, value in record.headers:
        parts += _length_prefixed(name.encode())
        parts += _length_prefixed(value)
    body = b"".join(parts)
    return encode_varint(len(body)) + body


def _length_prefixed(data: bytes | None) -> tuple[bytes, ...]:
    return (encode_varint(-1),) if data is None else (encode_varint(len(data)), data)


def encode_varint(value: int) -> bytes:
    """Zigzag, then seven bits a byte, least first."""
    rest = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
