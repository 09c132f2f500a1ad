"""Appending as a leader and as a follower."""

from pathlib import Path

import pytest

from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.wire.batch import crc_matches, parse_batch_header
from brokers.wire.records import iterate_records
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import (
    NOW_MS,
    SMALL_SEGMENTS,
    append,
    as_stored,
    batch,
    fill,
    flush,
    open_log,
    read_all,
)


def test_offsets_are_assigned_in_turn_and_bytes_are_kept(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    first, second = batch(3), batch(2)
    assert append(log, first, leader_epoch=4) == (0, 2, -1, False)
    assert append(log, second, leader_epoch=4) == (3, 4, -1, False)
    assert log.log_end_offset == 5
    assert read_all(log) == as_stored(first, 0, 4) + as_stored(second, 3, 4)


def test_log_append_time_is_stamped_and_checksummed(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(message_timestamp_type="LogAppendTime"))
    sent = batch(2, timestamp=5)
    assert append(log, sent, now_ms=NOW_MS).log_append_time_ms == NOW_MS
    stored = memoryview(read_all(log))
    header = parse_batch_header(stored)
    assert crc_matches(stored, header)
    assert [record.timestamp_ms for record in iterate_records(stored)] == [NOW_MS, NOW_MS]
    assert log.offset_for_timestamp(NOW_MS) == (0, NOW_MS, 0)


def test_a_retry_is_told_the_first_append_time(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(message_timestamp_type="LogAppendTime"))
    sent = batch(2, producer_id=9, producer_epoch=0, base_sequence=0)
    assert append(log, sent, now_ms=NOW_MS) == (0, 1, NOW_MS, False)
    assert append(log, sent, now_ms=NOW_MS + 50) == (0, 1, NOW_MS, True)


@pytest.mark.parametrize("timestamp", [NOW_MS - 1001, NOW_MS + 2001])
def test_timestamps_out_of_bounds_are_refused(
    disk: MemoryDisk, directory: Path, timestamp: int
) -> None:
    config = LogConfig(message_timestamp_before_max_ms=1000, message_timestamp_after_max_ms=2000)
    log = open_log(disk, directory, config)
    with pytest.raises(Refusal) as refused:
        append(log, batch(timestamp=timestamp))
    assert refused.value.code == ErrorCode.INVALID_TIMESTAMP
    assert log.log_end_offset == 0


@pytest.mark.parametrize("timestamp", [NOW_MS - 1000, NOW_MS + 2000, -1])
def test_timestamps_at_the_bounds_pass(disk: MemoryDisk, directory: Path, timestamp: int) -> None:
    config = LogConfig(message_timestamp_before_max_ms=1000, message_timestamp_after_max_ms=2000)
    log = open_log(disk, directory, config)
    assert append(log, batch(timestamp=timestamp)).base_offset == 0


def test_a_retry_is_not_refused_for_its_age(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(message_timestamp_before_max_ms=1000))
    sent = batch(producer_id=1, producer_epoch=0, base_sequence=0)
    append(log, sent, now_ms=NOW_MS)
    assert append(log, sent, now_ms=NOW_MS + 5000).duplicate


def test_a_batch_larger_than_a_segment_is_refused(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    with pytest.raises(Refusal) as refused:
        append(log, batch(1, 2000))
    assert refused.value.code == ErrorCode.RECORD_LIST_TOO_LARGE


def test_a_full_segment_is_followed_by_another(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    stored = fill(log, [1] * 30)
    assert log.describe().segments > 1
    sizes = [e.size for e in disk.list(directory) if e.name.endswith(".log")]
    assert max(sizes) <= SMALL_SEGMENTS.segment_bytes
    assert read_all(log) == b"".join(stored)


def test_a_segment_is_rolled_when_its_time_is_up(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(segment_ms=1000))
    append(log, batch(), now_ms=NOW_MS + 999)
    assert log.describe().segments == 1
    append(log, batch(), now_ms=NOW_MS + 1000)
    assert log.describe().segments == 2


def test_an_empty_segment_is_not_rolled(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(segment_ms=1000))
    append(log, batch(), now_ms=NOW_MS + 5000)
    assert log.describe().segments == 1


def test_a_full_index_rolls_the_segment(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(index_interval_bytes=1, segment_index_bytes=8 * 5))
    fill(log, [1] * 20)
    assert log.describe().segments == 4
    entries = [e.size for e in disk.list(directory) if e.name.endswith(".index")]
    assert max(entries) == 8 * 5


def test_an_epoch_below_the_logs_is_a_programming_error(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(), leader_epoch=5)
    with pytest.raises(ValueError, match="epoch 4 after 5"):
        append(log, batch(), leader_epoch=4)


def test_a_full_disk_leaves_the_log_as_it_was(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [2])
    disk.free_bytes = 30
    with pytest.raises(DiskFull):
        append(log, batch(2, 100))
    assert read_all(log) == stored[0]
    disk.free_bytes = None
    assert append(log, batch(2)).base_offset == 2


def test_a_full_disk_at_a_roll_leaves_the_log_as_it_was(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    stored = fill(log, [1] * 11)
    disk.free_bytes = 0
    with pytest.raises(DiskFull):
        append(log, batch(1, 1500))
    assert log.failure is None
    assert read_all(log) == b"".join(stored)
    disk.free_bytes = None
    assert append(log, batch(1, 1500)).base_offset == 11
    flush(log)
    disk.kill()
    again = open_log(disk, directory, SMALL_SEGMENTS)
    assert again.log_end_offset == 12


def test_a_failed_write_fails_the_log_but_not_its_readers(
    disk: MemoryDisk, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [1])

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "pwritev", fail)
    with pytest.raises(StorageError, match="check the disk"):
        append(log, batch())
    monkeypatch.undo()
    with pytest.raises(StorageError):
        append(log, batch())
    assert read_all(log) == stored[0]


def test_what_a_leader_sent_is_kept_byte_for_byte(disk: MemoryDisk, directory: Path) -> None:
    leader = open_log(disk, directory, SMALL_SEGMENTS)
    fill(leader, [1, 3, 2] * 5)
    sent = read_all(leader)
    follower = open_log(disk, Path("/volume/follower-0"), SMALL_SEGMENTS)
    assert follower.append_replicated(memoryview(sent), now_ms=NOW_MS) == 30
    assert read_all(follower) == sent
    assert follower.epoch_end(0) == leader.epoch_end(0) == (0, 30)


def test_a_follower_takes_over_the_producer_window(disk: MemoryDisk, directory: Path) -> None:
    leader = open_log(disk, directory, LogConfig())
    sent = batch(2, producer_id=4, producer_epoch=1, base_sequence=7)
    append(leader, sent)
    follower = open_log(disk, Path("/volume/follower-0"), LogConfig())
    follower.append_replicated(memoryview(read_all(leader)), now_ms=NOW_MS)
    assert append(follower, sent, leader_epoch=1) == (0, 1, -1, True)


def test_nothing_of_a_damaged_fetch_is_appended(disk: MemoryDisk, directory: Path) -> None:
    good, bad = as_stored(batch(), 0, 0), bytearray(as_stored(batch(), 1, 0))
    bad[-1] ^= 1
    log = open_log(disk, directory, LogConfig())
    with pytest.raises(Refusal) as refused:
        log.append_replicated(memoryview(good + bytes(bad)), now_ms=NOW_MS)
    assert refused.value.code == ErrorCode.CORRUPT_MESSAGE
    assert log.log_end_offset == 0


def test_offsets_that_overlap_the_log_are_refused(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [3])
    with pytest.raises(Refusal) as refused:
        log.append_replicated(memoryview(as_stored(batch(), 2, 0)), now_ms=NOW_MS)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_gaps_that_compaction_left_are_kept(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(index_interval_bytes=1))
    first, second = as_stored(batch(2), 0, 0), as_stored(batch(2), 10, 0)
    assert log.append_replicated(memoryview(first + second), now_ms=NOW_MS) == 12
    result = log.read(5, max_bytes=1000, end_offset=12, at_least_one=True)
    assert (result.data, result.next_offset) == (second, 12)


def test_a_gap_too_wide_for_the_index_asks_for_a_restart(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    far = as_stored(batch(), 2**31 + 5, 0)
    with pytest.raises(Refusal) as refused:
        log.append_replicated(memoryview(far), now_ms=NOW_MS)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE
    log.restart_at(2**31 + 5)
    assert log.append_replicated(memoryview(far), now_ms=NOW_MS) == 2**31 + 6


def test_what_follows_a_batch_that_found_no_room_waits_for_room_too(
    disk: MemoryDisk, directory: Path
) -> None:
    """A producer that is told of a gap instead goes on as a new one, and may send twice."""
    log = open_log(disk, directory, LogConfig())
    sent = [
        batch(1, producer_id=1, producer_epoch=0, base_sequence=sequence) for sequence in range(4)
    ]
    append(log, sent[0])
    disk.free_bytes = 0
    for refused_for_room in sent[1:3]:
        with pytest.raises(DiskFull):
            append(log, refused_for_room)
    disk.free_bytes = None
    append(log, sent[1])
    with pytest.raises(Refusal) as refused:
        append(log, sent[3])
    assert refused.value.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
