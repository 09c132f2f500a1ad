"""Record batches: headers, stamps, iteration, and what we build read by others."""

import pytest
from aiokafka.record import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.errors import ProtocolError
from brokers.wire.batch import (
    BATCH_OVERHEAD_BYTES,
    CONTROL_BIT,
    TRANSACTIONAL_BIT,
    BatchHeader,
    NewRecord,
    build_batch,
    crc_matches,
    iterate_batches,
    pack_batch_header,
    parse_batch_header,
    stamp,
    stamp_log_append_time,
)
from brokers.wire.compression import Compression

RECORDS = [
    NewRecord(b"N14228", b'{"carrier":"UA"}', [("carrier", b"UA"), ("origin", None)], 1_000),
    NewRecord(None, b"x" * 300, [], 1_500),
    NewRecord(b"", None, [("é", b"")], 900),
]


def batch(**options: object) -> bytes:
    return build_batch(RECORDS, base_timestamp=1_000, **options)  # type: ignore[arg-type]


def read_by_aiokafka(data: bytes) -> list[tuple[object, ...]]:
    records, found = MemoryRecords(data), []
    while (one := records.next_batch()) is not None:
        assert one.validate_crc()
        found += [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in one]
    return found


@pytest.mark.parametrize("compression", list(Compression))
def test_what_we_build_is_what_others_read(compression: Compression) -> None:
    data = batch(compression=compression, base_offset=40)
    assert read_by_aiokafka(data) == [
        (40 + i, r.timestamp_ms, r.key, r.value, list(r.headers)) for i, r in enumerate(RECORDS)
    ]


def test_header_has_every_field_where_kafka_has_it() -> None:
    header = parse_batch_header(
        batch(
            base_offset=7,
            leader_epoch=3,
            producer_id=11,
            producer_epoch=2,
            base_sequence=5,
            attributes=TRANSACTIONAL_BIT,
            compression=Compression.LZ4,
        )
    )
    assert header == BatchHeader(
        base_offset=7,
        batch_length=header.batch_length,
        partition_leader_epoch=3,
        magic=2,
        crc=header.crc,
        attributes=TRANSACTIONAL_BIT | Compression.LZ4,
        last_offset_delta=2,
        base_timestamp=1_000,
        max_timestamp=1_500,
        producer_id=11,
        producer_epoch=2,
        base_sequence=5,
        record_count=3,
    )
    assert (header.last_offset, header.last_sequence) == (9, 7)
    assert header.is_transactional
    assert not header.is_control
    assert header.compression == Compression.LZ4


def test_last_sequence_wraps_to_zero() -> None:
    assert parse_batch_header(batch(producer_id=1, base_sequence=2**31 - 2)).last_sequence == 0
    assert parse_batch_header(batch()).last_sequence == -1


def test_header_survives_packing() -> None:
    data = batch(attributes=CONTROL_BIT)
    assert pack_batch_header(parse_batch_header(data)) == data[:BATCH_OVERHEAD_BYTES]


@pytest.mark.parametrize("size", [0, 60])
def test_header_that_is_cut_short(size: int) -> None:
    with pytest.raises(ProtocolError):
        parse_batch_header(batch()[:size])


def test_stamp_changes_offset_and_epoch_and_keeps_the_checksum() -> None:
    data = batch()
    header = parse_batch_header(data)
    stamped = stamp(1 << 40, 9, header.batch_length) + data[16:]
    assert parse_batch_header(stamped) == header._replace(
        base_offset=1 << 40, partition_leader_epoch=9
    )
    assert crc_matches(memoryview(stamped), header)
    assert [r[0] for r in read_by_aiokafka(stamped)] == [(1 << 40) + i for i in range(3)]


def test_log_append_time_is_every_records_time() -> None:
    data = batch(compression=Compression.GZIP)
    stamped = stamp_log_append_time(memoryview(data), 77_000) + data[BATCH_OVERHEAD_BYTES:]
    header = parse_batch_header(stamped)
    assert header.is_log_append_time
    assert header.max_timestamp == 77_000
    assert header.base_timestamp == 1_000
    assert {r[1] for r in read_by_aiokafka(stamped)} == {77_000}


def test_log_append_time_stops_at_the_batch_end() -> None:
    data = batch()
    alone = stamp_log_append_time(memoryview(data), 5)
    assert stamp_log_append_time(memoryview(data + b"next batch"), 5) == alone


@given(st.integers(0, 200))
def test_iteration_stops_before_a_partial_batch(cut: int) -> None:
    first, second = batch(), batch(base_offset=3)
    view = memoryview((first + second)[: len(first) + len(second) - cut])
    found = [(position, header.base_offset) for position, header in iterate_batches(view)]
    assert found == ([(0, 0), (len(first), 3)] if cut == 0 else [(0, 0)])


@pytest.mark.parametrize(
    ("position", "value"),
    [(16, b"\x01"), (16, b"\x03"), (8, b"\xff\xff\xff\xff"), (8, b"\0\0\0\x30")],
)
def test_iteration_refuses_what_is_no_batch(position: int, value: bytes) -> None:
    data = bytearray(batch())
    data[position : position + len(value)] = value
    with pytest.raises(ProtocolError):
        list(iterate_batches(memoryview(data)))


def test_a_batch_needs_a_record() -> None:
    with pytest.raises(ValueError, match="at least one"):
        build_batch([], base_timestamp=0)
