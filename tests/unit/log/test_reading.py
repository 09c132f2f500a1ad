"""Finding batches by offset and by time."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from brokers.log.segment import RECENT_BATCHES
from brokers.wire.batch import Compression
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import NOW_MS, SMALL_SEGMENTS, append, batch, fill, open_log


def test_an_offset_within_a_batch_returns_the_whole_batch(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [5, 5])
    result = log.read(3, max_bytes=10_000, end_offset=10, at_least_one=True)
    assert (result.data, result.next_offset) == (stored[0] + stored[1], 10)


def test_nothing_at_or_above_the_end_offset_is_returned(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [5, 5])
    assert log.read(0, max_bytes=10_000, end_offset=5, at_least_one=True).data == stored[0]
    assert log.read(0, max_bytes=10_000, end_offset=9, at_least_one=True).data == stored[0]
    assert log.read(0, max_bytes=10_000, end_offset=4, at_least_one=True).data == b""
    assert log.read(7, max_bytes=10_000, end_offset=5, at_least_one=True).data == b""
    assert log.read(10, max_bytes=10_000, end_offset=10, at_least_one=True).data == b""


@pytest.mark.parametrize("offset", [-1, 11])
def test_offsets_outside_of_the_log_are_refused(
    disk: MemoryDisk, directory: Path, offset: int
) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [5, 5])
    with pytest.raises(Refusal) as refused:
        log.read(offset, max_bytes=100, end_offset=10, at_least_one=True)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_a_first_batch_that_is_too_large_is_returned_only_when_one_must_be(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [5, 5])
    assert log.read(0, max_bytes=10, end_offset=10, at_least_one=True).data == stored[0]
    empty = log.read(0, max_bytes=10, end_offset=10, at_least_one=False)
    assert (empty.data, empty.next_offset) == (b"", 0)


def test_a_segment_ends_a_read(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    stored = fill(log, [1] * 20)
    first = log.read(0, max_bytes=100_000, end_offset=20, at_least_one=True)
    assert 0 < first.next_offset < 20
    rest = log.read(first.next_offset, max_bytes=100_000, end_offset=20, at_least_one=True)
    assert first.data + rest.data == b"".join(stored)[: len(first.data) + len(rest.data)]


@settings(max_examples=150, deadline=None)
@given(
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=60),
    interval=st.sampled_from([1, 300, 4096]),
    segment_bytes=st.sampled_from([700, 4000, 1 << 30]),
    reopened=st.booleans(),
    data=st.data(),
)
def test_reads_are_what_a_list_would_return(
    counts: list[int], interval: int, segment_bytes: int, reopened: bool, data: st.DataObject
) -> None:
    disk, directory = MemoryDisk(), Path("/v/t-0")
    config = LogConfig(segment_bytes=segment_bytes, index_interval_bytes=interval)
    log = open_log(disk, directory, config)
    stored = fill(log, counts, size=50)
    if reopened:
        log.close()
        log = open_log(disk, directory, config, clean=True)
    end = log.log_end_offset
    for _ in range(10):
        offset = data.draw(st.integers(0, end))
        end_offset = data.draw(st.integers(0, end))
        max_bytes = data.draw(st.integers(1, 3000))
        got = log.read(offset, max_bytes=max_bytes, end_offset=end_offset, at_least_one=True)
        wanted, base, taken = b"", 0, 0
        for one, count in zip(stored, counts, strict=True):
            last = base + count - 1
            base += count
            if (
                last >= offset
                and last < end_offset
                and wanted + one == got.data[: taken + len(one)]
            ):
                wanted, taken = wanted + one, taken + len(one)
        assert got.data == wanted
        if not got.data:
            assert not any(
                sum(counts[: n + 1]) - 1 >= offset and sum(counts[: n + 1]) <= end_offset
                for n in range(len(counts))
            )


def test_positions_are_found_without_the_recent_batches(disk: MemoryDisk, directory: Path) -> None:
    """More batches than the log keeps at hand, in one segment with an index spilled to its file."""
    log = open_log(disk, directory, LogConfig(index_interval_bytes=100))
    stored = fill(log, [1] * (3 * RECENT_BATCHES), size=40)
    size = len(stored[0])
    for offset in (0, 1, 500, RECENT_BATCHES, 2 * RECENT_BATCHES + 7, 3 * RECENT_BATCHES - 1):
        got = log.read(offset, max_bytes=3 * size, end_offset=1 << 40, at_least_one=True)
        assert got.data == b"".join(stored[offset : offset + 3])


def test_reading_on_needs_no_search(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(index_interval_bytes=1 << 20))
    fill(log, [1] * 200)
    log.close()
    log = open_log(disk, directory, LogConfig(), clean=True)
    first = log.read(0, max_bytes=2000, end_offset=200, at_least_one=True)
    reads: list[int] = []
    pread = disk.pread
    disk.pread = lambda *a: reads.append(a[1]) or pread(*a)  # type: ignore[method-assign, func-returns-value]
    log.read(first.next_offset, max_bytes=100_000, end_offset=200, at_least_one=True)
    assert len(reads) == 1


def test_the_first_record_at_or_after_a_time(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    for start in (1000, 5000, 2000, 9000):
        append(log, batch(3, 400, timestamp=start), leader_epoch=2)
    assert log.offset_for_timestamp(0) == (0, 1000, 2)
    assert log.offset_for_timestamp(1001) == (1, 1001, 2)
    assert log.offset_for_timestamp(1003) == (3, 5000, 2)
    assert log.offset_for_timestamp(5003) == (9, 9000, 2)
    assert log.offset_for_timestamp(9003) is None
    assert log.max_timestamp() == (11, 9002, 2)


def test_records_below_the_log_start_are_not_found_by_time(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(3, timestamp=5000))
    append(log, batch(3, timestamp=1000))
    log.delete_records_before(2)
    assert log.offset_for_timestamp(4000) == (2, 5002, 0)
    log.delete_records_before(3)
    assert log.offset_for_timestamp(4000) is None


def test_no_timestamps_no_answer(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    assert log.max_timestamp() is None
    append(log, batch(1, timestamp=-1))
    assert log.max_timestamp() is None
    assert log.offset_for_timestamp(NOW_MS) is None


@pytest.mark.parametrize("compression", list(Compression))
def test_compressed_batches_are_opened_for_their_timestamps(
    disk: MemoryDisk, directory: Path, compression: Compression
) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(50, timestamp=1000, compression=compression))
    assert log.offset_for_timestamp(1030) == (30, 1030, 0)
