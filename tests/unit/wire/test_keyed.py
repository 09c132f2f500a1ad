"""A compacted topic takes records with keys only, and looks no further than it may."""

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import KEYED_BATCH_BYTES_MAX, KEYED_BATCH_RECORDS_MAX
from brokers.wire.batch import Compression, NewRecord, build_batch, parse_batch_header
from brokers.wire.keyed import check_keys


def check(records: list[NewRecord], codec: Compression = Compression.NONE) -> ErrorCode | None:
    batch = build_batch(records, base_timestamp=1, compression=codec)
    try:
        check_keys(memoryview(batch), parse_batch_header(batch))
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("codec", list(Compression))
def test_every_record_needs_a_key(codec: Compression) -> None:
    keyed, keyless = NewRecord(b"", b"v"), NewRecord(None, b"v")
    assert check([keyed, NewRecord(b"k", None)], codec) is None
    assert check([keyed, keyless], codec) is ErrorCode.INVALID_RECORD


def test_what_would_take_too_long_to_look_at_is_refused() -> None:
    large = [NewRecord(b"k", bytes(KEYED_BATCH_BYTES_MAX))]
    assert check(large, Compression.ZSTD) is ErrorCode.MESSAGE_TOO_LARGE
    many = [NewRecord(b"k", None)] * (KEYED_BATCH_RECORDS_MAX + 1)
    assert check(many, Compression.ZSTD) is ErrorCode.MESSAGE_TOO_LARGE
    assert check(many[1:], Compression.ZSTD) is None


def test_what_cannot_be_read_is_refused() -> None:
    batch = bytearray(build_batch([NewRecord(b"k", b"v" * 20)], base_timestamp=1))
    batch[61:64] = b"\x7f\x7f\x7f"
    with pytest.raises(Refusal) as refused:
        check_keys(memoryview(batch), parse_batch_header(bytes(batch)))
    assert refused.value.code is ErrorCode.CORRUPT_MESSAGE
