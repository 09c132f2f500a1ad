"""Batches with records gone read as they did before, less those."""

from hypothesis import given
from hypothesis import strategies as st

from brokers.wire.batch import (
    LOG_APPEND_TIME_BIT,
    Compression,
    NewRecord,
    build_batch,
    crc_matches,
    parse_batch_header,
)
from brokers.wire.records import iterate_raw_records, iterate_records
from brokers.wire.rewriting import emptied, thinned

TIMES = st.integers(-(2**62), 2**62)
RECORDS = st.lists(
    st.builds(
        NewRecord,
        st.none() | st.binary(max_size=200),
        st.none() | st.binary(max_size=200),
        st.lists(st.tuples(st.text(max_size=4), st.none() | st.binary(max_size=4)), max_size=2),
        timestamp_ms=TIMES,
    ),
    min_size=1,
    max_size=8,
)


@given(
    records=RECORDS,
    base=TIMES,
    codec=st.sampled_from(Compression),
    mask=st.integers(1, 255),
    horizon=st.none() | TIMES,
    attributes=st.sampled_from([0, LOG_APPEND_TIME_BIT]),
)
def test_what_is_kept_is_what_it_was(*, records, base, codec, mask, horizon, attributes):
    batch = build_batch(
        records, base_timestamp=base, compression=codec, base_offset=50, leader_epoch=3,
        producer_id=5, producer_epoch=2, base_sequence=9, attributes=attributes,
    )  # fmt: skip
    header = parse_batch_header(batch)
    before = list(iterate_records(memoryview(batch)))
    keeps = bytes(mask >> n & 1 for n in range(len(records)))
    kept = [record for record, keep in zip(before, keeps, strict=True) if keep]
    if not kept:
        return
    newest = max(record.timestamp_ms for record in kept)
    after = thinned(memoryview(batch), header, keeps, newest_ms=newest, delete_horizon_ms=horizon)
    made = parse_batch_header(after)
    assert crc_matches(memoryview(after), made)
    assert made.total_bytes == len(after)
    assert list(iterate_records(memoryview(after))) == kept
    assert made.delete_horizon_ms == horizon
    frame = {"batch_length": 0, "crc": 0, "attributes": 0, "record_count": 0,
             "base_timestamp": 0, "max_timestamp": 0}  # fmt: skip
    assert made._replace(**frame) == header._replace(**frame)
    assert made.max_timestamp == (header.max_timestamp if attributes else newest)


def test_an_empty_batch_says_where_it_was_and_no_time():
    batch = build_batch([NewRecord(b"k", b"v")] * 3, base_timestamp=7, base_offset=10,
                        producer_id=5, producer_epoch=2, base_sequence=9,
                        compression=Compression.ZSTD)  # fmt: skip
    left = emptied(parse_batch_header(batch))
    header = parse_batch_header(left)
    assert len(left) == 61
    assert crc_matches(memoryview(left), header)
    assert (header.base_offset, header.last_offset, header.last_sequence) == (10, 12, 11)
    assert (header.max_timestamp, header.record_count, header.attributes) == (-1, 0, 0)
    assert list(iterate_records(memoryview(left))) == []


@given(RECORDS)
def test_raw_records_are_the_records_section(records):
    batch = build_batch(records, base_timestamp=0)
    assert b"".join(raw for _, raw in iterate_raw_records(memoryview(batch))) == batch[61:]
