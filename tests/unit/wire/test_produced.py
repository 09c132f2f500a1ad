"""What a producer may not send, each with the code that Kafka answers."""

from collections.abc import Callable

import pytest
from crc32c import crc32c

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.batch import (
    CONTROL_BIT,
    DELETE_HORIZON_BIT,
    LOG_APPEND_TIME_BIT,
    TRANSACTIONAL_BIT,
    NewRecord,
    build_batch,
    pack_batch_header,
    parse_batch_header,
)
from brokers.wire.compression import Compression
from brokers.wire.produced import verify_produced

MAX_BYTES = 10_000
RECORDS = [NewRecord(b"k", b"v"), NewRecord(b"k", b"w")]


def batch(**options: object) -> bytes:
    return build_batch(RECORDS, base_timestamp=1_000, **options)  # type: ignore[arg-type]


def with_header(**fields: int) -> bytes:
    """A batch whose header says otherwise, its checksum made right again."""
    data = batch()
    head = pack_batch_header(parse_batch_header(data)._replace(**fields))
    crc = crc32c(head[21:] + data[61:])
    return head[:17] + crc.to_bytes(4) + head[21:] + data[61:]


def flipped(position: int) -> bytes:
    data = bytearray(batch())
    data[position] ^= 1
    return bytes(data)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": Compression.ZSTD},
        {"producer_id": 0, "producer_epoch": 0, "base_sequence": 0},
        {
            "producer_id": 9,
            "producer_epoch": 1,
            "base_sequence": 4,
            "attributes": TRANSACTIONAL_BIT,
        },
        {"leader_epoch": 5},
    ],
)
def test_an_honest_batch_passes(options: dict[str, object]) -> None:
    data = batch(**options)
    assert verify_produced(memoryview(data), max_bytes=MAX_BYTES) == parse_batch_header(data)


EMPTY = {"record_count": 0, "last_offset_delta": -1}
REFUSED: list[tuple[str, Callable[[], bytes], ErrorCode]] = [
    ("nothing", lambda: b"", ErrorCode.INVALID_RECORD),
    ("a torn header", lambda: batch()[:60], ErrorCode.CORRUPT_MESSAGE),
    ("an old message", lambda: bytes(16) + b"\x01" + bytes(20), ErrorCode.INVALID_RECORD),
    ("magic 0", lambda: with_header(magic=0), ErrorCode.INVALID_RECORD),
    ("magic 1", lambda: with_header(magic=1), ErrorCode.INVALID_RECORD),
    ("magic 3", lambda: with_header(magic=3), ErrorCode.CORRUPT_MESSAGE),
    ("negative magic", lambda: with_header(magic=-1), ErrorCode.CORRUPT_MESSAGE),
    ("a torn batch", lambda: batch()[:-1], ErrorCode.INVALID_RECORD),
    ("two batches", lambda: batch() * 2, ErrorCode.INVALID_RECORD),
    ("bytes behind", lambda: batch() + b"\0", ErrorCode.INVALID_RECORD),
    ("length below a header", lambda: with_header(batch_length=48), ErrorCode.CORRUPT_MESSAGE),
    ("negative length", lambda: with_header(batch_length=-1), ErrorCode.CORRUPT_MESSAGE),
    ("a flipped record bit", lambda: flipped(-1), ErrorCode.CORRUPT_MESSAGE),
    ("a flipped count bit", lambda: flipped(60), ErrorCode.CORRUPT_MESSAGE),
    ("a base offset", lambda: batch(base_offset=1), ErrorCode.INVALID_RECORD),
    ("no records", lambda: with_header(**EMPTY), ErrorCode.INVALID_RECORD),
    ("count over delta", lambda: with_header(record_count=3), ErrorCode.INVALID_RECORD),
    ("delta over count", lambda: with_header(last_offset_delta=2), ErrorCode.INVALID_RECORD),
    ("control", lambda: batch(attributes=CONTROL_BIT), ErrorCode.INVALID_RECORD),
    ("delete horizon", lambda: batch(attributes=DELETE_HORIZON_BIT), ErrorCode.INVALID_RECORD),
    ("append time", lambda: batch(attributes=LOG_APPEND_TIME_BIT), ErrorCode.INVALID_TIMESTAMP),
    ("codec 5", lambda: with_header(attributes=5), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
    ("codec 7", lambda: with_header(attributes=7), ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
    ("no sequence", lambda: batch(producer_id=1, producer_epoch=0), ErrorCode.INVALID_RECORD),
    ("no epoch", lambda: batch(producer_id=1, base_sequence=0), ErrorCode.INVALID_RECORD),
    ("producer id -2", lambda: batch(producer_id=-2), ErrorCode.INVALID_RECORD),
    ("no producer", lambda: batch(attributes=TRANSACTIONAL_BIT), ErrorCode.INVALID_RECORD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "code"), [pytest.param(make, code, id=name) for name, make, code in REFUSED]
)
def test_refused_with_kafkas_code(make: Callable[[], bytes], code: ErrorCode) -> None:
    with pytest.raises(Refusal) as refusal:
        verify_produced(memoryview(make()), max_bytes=MAX_BYTES)
    assert refusal.value.code is code
    assert refusal.value.message


def test_null_records_are_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        verify_produced(None, max_bytes=MAX_BYTES)
    assert refusal.value.code is ErrorCode.INVALID_RECORD


def test_size_counts_to_the_byte() -> None:
    data = memoryview(batch())
    assert verify_produced(data, max_bytes=len(data)).total_bytes == len(data)
    with pytest.raises(Refusal) as refusal:
        verify_produced(data, max_bytes=len(data) - 1)
    assert refusal.value.code is ErrorCode.MESSAGE_TOO_LARGE


def test_zstd_came_with_produce_7() -> None:
    data = memoryview(batch(compression=Compression.ZSTD))
    verify_produced(data, max_bytes=MAX_BYTES, produce_version=7)
    with pytest.raises(Refusal) as refusal:
        verify_produced(data, max_bytes=MAX_BYTES, produce_version=6)
    assert refusal.value.code is ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
