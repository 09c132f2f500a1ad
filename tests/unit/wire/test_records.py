"""Records inside batches, honest and hostile."""

import random

import pytest

from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal
from brokers.wire.batch import (
    LOG_APPEND_TIME_BIT,
    NewRecord,
    build_batch,
    encode_record,
    pack_batch_header,
    parse_batch_header,
)
from brokers.wire.compression import Compression
from brokers.wire.records import Record, first_record_at_or_after, iterate_records

RECORDS = [
    NewRecord(b"N14228", b"first", [("carrier", b"UA"), ("origin", None)], 1_000),
    NewRecord(None, b"second", [], 3_000),
    NewRecord(b"", None, [("é", b"")], 2_000),
]


def batch(**options: object) -> memoryview:
    return memoryview(
        build_batch(RECORDS, base_timestamp=1_000, base_offset=50, **options)  # type: ignore[arg-type]
    )


def with_records(records: bytes, **fields: int) -> memoryview:
    """A batch whose header is right but for ``fields``, around any bytes as records."""
    header = parse_batch_header(batch())
    fields = {"batch_length": 49 + len(records), **fields}
    return memoryview(pack_batch_header(header._replace(**fields)) + records)


@pytest.mark.parametrize("compression", list(Compression))
def test_records_come_back(compression: Compression) -> None:
    assert list(iterate_records(batch(compression=compression))) == [
        Record(50, 1_000, b"N14228", b"first", (("carrier", b"UA"), ("origin", None))),
        Record(51, 3_000, None, b"second", ()),
        Record(52, 2_000, b"", None, (("é", b""),)),
    ]


def test_no_timestamp_is_minus_one() -> None:
    data = memoryview(build_batch([NewRecord(None, b"v")], base_timestamp=-1))
    assert [r.timestamp_ms for r in iterate_records(data)] == [-1]


@pytest.mark.parametrize(
    ("timestamp", "found"),
    [
        (0, (50, 1_000)),
        (1_000, (50, 1_000)),
        (1_001, (51, 3_000)),
        (3_000, (51, 3_000)),
        (3_001, None),
    ],
)
def test_look_up_by_timestamp(timestamp: int, found: tuple[int, int] | None) -> None:
    assert first_record_at_or_after(batch(), timestamp) == found
    assert first_record_at_or_after(batch(compression=Compression.ZSTD), timestamp) == found


def test_look_up_with_append_time_needs_only_the_header() -> None:
    data = batch(attributes=LOG_APPEND_TIME_BIT)
    damaged = memoryview(bytes(data[:61]) + b"\xff" * (len(data) - 61))
    assert first_record_at_or_after(damaged, 3_000) == (50, 3_000)


NAMED = encode_record(NewRecord(b"k", b"v", [("n", b"")]), 0, 0)
HOSTILE = {
    "too few": b"",
    "no room for the count": b"\0" * 20,
    "length past the end": b"\xfe\xff\xff\xff\x0f" + b"\0" * 30,
    "varint that never ends": b"\xff" * 40,
    "key of 2**62 bytes": b"\x20\0\0\0" + b"\xfe" + b"\xff" * 8 + b"\x01" + b"\0" * 30,
    "key of 2**63 - 1 bytes": b"\x20\0\0\0" + b"\xfe" + b"\xff" * 8 + b"\x01",
    "headers that run past the end": b"\x10\0\0\0\x01\x01" + b"\xfe\xff\xff\xff\x0f" + b"\0" * 20,
    "null header value at the end": b"\x10\0\0\0\x01\x01\x7e" + b"\0\x01" * 10,
    "header name that is not UTF-8": NAMED.replace(b"\x02n", b"\x02\xff") * 3,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_records_are_refused(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        list(iterate_records(with_records(HOSTILE[name])))
    assert refusal.value.code is ErrorCode.CORRUPT_MESSAGE


def test_more_records_than_the_header_says() -> None:
    three = b"".join(encode_record(r, i, 0) for i, r in enumerate(RECORDS))
    with pytest.raises(Refusal):
        list(iterate_records(with_records(three, record_count=2)))


def test_fewer_records_than_the_header_says() -> None:
    two = b"".join(encode_record(r, i, 0) for i, r in enumerate(RECORDS[:2]))
    reader = iterate_records(with_records(two, record_count=3))
    assert [next(reader).value, next(reader).value] == [b"first", b"second"]
    with pytest.raises(Refusal):
        next(reader)


@pytest.mark.parametrize("deltas", [(0, 0), (1, 0), (0, 3), (-1, 0)])
def test_offsets_rise_inside_the_batch(deltas: tuple[int, int]) -> None:
    records = b"".join(encode_record(RECORDS[0], delta, 0) for delta in deltas)
    with pytest.raises(Refusal):
        list(iterate_records(with_records(records, record_count=2)))


def test_gaps_of_a_compacted_batch_are_fine() -> None:
    records = b"".join(encode_record(RECORDS[0], delta, 0) for delta in (0, 2))
    assert [r.offset for r in iterate_records(with_records(records, record_count=2))] == [50, 52]


def test_wrong_frames() -> None:
    with pytest.raises(ProtocolError):
        list(iterate_records(batch()[:60]))
    with pytest.raises(Refusal):
        list(iterate_records(batch()[:-1]))
    with pytest.raises(Refusal):
        list(iterate_records(memoryview(bytes(batch()) * 2)))
    with pytest.raises(Refusal):
        list(iterate_records(with_records(b"", attributes=5)))


def test_damaged_records_never_raise_anything_else() -> None:
    rng = random.Random(8)
    original = bytes(batch())
    for _ in range(3_000):
        data = bytearray(original)
        for _ in range(rng.choice((1, 2, 8))):
            data[rng.randrange(57, len(data))] = rng.choice((0, 1, 127, 128, 255))
        try:
            found = list(iterate_records(memoryview(data)))
        except Refusal:
            continue
        assert [r.offset for r in found] == sorted({r.offset for r in found})
