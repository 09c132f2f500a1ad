"""What is made of fetched bytes: whole batches, cut ones, damaged ones, and bounds."""

import gzip

import pytest
from crc32c import crc32c

from brokers.kernel.limits import DECOMPRESSED_BYTES_MAX
from brokers.wire.batch import BatchHeader, NewRecord, build_batch, pack_batch_header, stamp
from brokers.wire.compression import Compression
from streaming.records.decoding import UNREADABLE_MAX, decode


def batch(base_offset, *values, compression=Compression.NONE):
    records = [NewRecord(None, value) for value in values]
    built = build_batch(records, base_timestamp=1000, compression=compression)
    length = int.from_bytes(built[8:12])
    return stamp(base_offset, 0, length) + bytes(built[16:])


async def decoded(fetched, start, max_records=100, max_bytes=10_000):
    return await decode(fetched, start, max_records=max_records, max_bytes=max_bytes)


@pytest.mark.parametrize("compression", list(Compression))
async def test_records_from_the_offset_on(compression):
    fetched = batch(10, b"a", b"b", b"c", compression=compression) + batch(13, b"d")
    found = await decoded(fetched, 11)
    assert [(record.offset, record.value) for record in found.records] == [
        (11, b"b"),
        (12, b"c"),
        (13, b"d"),
    ]
    assert found.next_offset == 14


async def test_a_batch_that_is_cut_short_is_left_for_the_next_fetch():
    fetched = batch(10, b"a") + batch(11, b"b" * 100)[:-7]
    found = await decoded(fetched, 10)
    assert ([record.offset for record in found.records], found.next_offset) == ([10], 11)


async def test_bounds_are_kept_and_the_rest_can_be_read_on():
    fetched = batch(0, *[b"x" * 10] * 6)
    by_count = await decoded(fetched, 0, max_records=4)
    assert (len(by_count.records), by_count.next_offset) == (4, 4)
    by_bytes = await decoded(fetched, 4, max_bytes=1)
    assert ([record.offset for record in by_bytes.records], by_bytes.next_offset) == ([4], 5)


async def test_nothing_fetched_goes_nowhere():
    assert (await decoded(b"", 7)).next_offset == 7


PACKED = gzip.compress(bytes(DECOMPRESSED_BYTES_MAX + 2), compresslevel=1)


def bomb(base_offset):
    """Five offsets long."""
    header = BatchHeader(base_offset, len(PACKED) + 49, 0, 2, 0, 1, 4, 1000, 1000, -1, -1, -1, 5)
    made = bytearray(pack_batch_header(header) + PACKED)
    made[17:21] = crc32c(bytes(made[21:])).to_bytes(4)
    return bytes(made)


async def test_of_many_bombs_a_few_are_tried_and_the_rest_is_for_another_call():
    starts = range(0, 5 * (UNREADABLE_MAX + 1), 5)
    fetched = b"".join(bomb(start) for start in starts) + batch(starts[-1] + 5, b"after")
    first = await decoded(fetched, 0)
    assert (len(first.unreadable), first.records) == (UNREADABLE_MAX, [])
    assert first.next_offset == starts[-1]
    then = await decoded(fetched, first.next_offset)
    assert [record.value for record in then.records] == [b"after"]
    assert len(then.unreadable) == 1


async def test_headers_take_room_as_values_do():
    records = [NewRecord(None, b"", (("trace", b"x" * 60),)) for _ in range(6)]
    built = build_batch(records, base_timestamp=1000)
    fetched = stamp(0, 0, int.from_bytes(built[8:12])) + bytes(built[16:])
    found = await decoded(fetched, 0, max_bytes=130)
    assert (len(found.records), found.next_offset) == (2, 2)
    assert (await decoded(fetched, 0, max_bytes=131)).next_offset == 3


async def test_a_bomb_is_named_and_passed_over():
    found = await decoded(bomb(10) + batch(15, b"after"), 10)
    (unreadable,) = found.unreadable
    assert (unreadable.first, unreadable.next) == (10, 15)
    assert [record.value for record in found.records] == [b"after"]


async def test_what_was_read_of_a_damaged_batch_stays():
    damaged = bytearray(batch(10, b"a", b"b", b"c"))
    damaged[-3:] = b"\x7f\x7f\x7f"
    found = await decoded(bytes(damaged), 10)
    assert found.next_offset == 13
    assert [(each.first, each.next) for each in found.unreadable] == [(10 + len(found.records), 13)]
