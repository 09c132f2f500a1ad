"""The control batches that end transactions."""

import pytest

from brokers.wire.batch import NewRecord, build_batch, crc_matches, parse_batch_header
from brokers.wire.control import MARKER_BATCH_BYTES, Marker, build_marker, read_marker
from brokers.wire.rewriting import emptied, thinned


def marker_batch(*, committed: bool = True) -> bytes:
    return build_marker(
        Marker(committed, 77), producer_id=0x1234, producer_epoch=5, timestamp_ms=1000
    )


@pytest.mark.parametrize(("committed", "kind"), [(False, "0000"), (True, "0001")])
def test_the_bytes_are_kafkas(committed: bool, kind: str) -> None:
    batch = marker_batch(committed=committed)
    header = parse_batch_header(batch)
    assert len(batch) == header.total_bytes == MARKER_BATCH_BYTES
    assert crc_matches(memoryview(batch), header)
    assert (header.is_control, header.is_transactional, header.record_count) == (True, True, 1)
    assert (header.producer_id, header.producer_epoch, header.base_sequence) == (0x1234, 5, -1)
    assert (header.base_timestamp, header.max_timestamp) == (1000, 1000)
    # Length, attributes, both deltas; key of 4 bytes; value of 6 bytes; no headers.
    assert batch[61:].hex() == "20000000" + "08" + "0000" + kind + "0c" + "0000" + "0000004d" + "00"


@pytest.mark.parametrize("committed", [False, True])
def test_what_was_built_is_read(committed: bool) -> None:
    assert read_marker(memoryview(marker_batch(committed=committed))) == Marker(committed, 77)


def test_a_delete_horizon_changes_nothing() -> None:
    batch = memoryview(marker_batch())
    kept = thinned(batch, parse_batch_header(batch), [1], newest_ms=1000, delete_horizon_ms=9000)
    assert read_marker(memoryview(kept)) == Marker(True, 77)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"\0\0\0\2", b"\0" * 6),  # a leader change, of Kafka's own quorum
        (b"\0\0\0", b"\0" * 6),
        (None, b"\0" * 6),
        (b"\0\0\0\1", b"\0" * 5),
        (b"\0\0\0\1", None),
    ],
)
def test_another_control_record_ends_nothing(key: bytes | None, value: bytes | None) -> None:
    batch = build_batch([NewRecord(key, value)], base_timestamp=0, attributes=0x20)
    assert read_marker(memoryview(batch)) is None


def test_an_emptied_one_ends_nothing() -> None:
    batch = emptied(parse_batch_header(marker_batch()))
    assert read_marker(memoryview(batch)) is None


def test_one_that_cannot_be_read_ends_nothing() -> None:
    batch = bytearray(marker_batch())
    batch[61] = 0x7F
    assert read_marker(memoryview(bytes(batch))) is None
