"""Opening a log after any kind of end."""

from pathlib import Path
from random import Random

import pytest

from brokers.kernel.errors import StorageError
from brokers.log.config import LogConfig
from brokers.log.scan import CorruptLog
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import (
    NOW_MS,
    SMALL_SEGMENTS,
    TOPIC,
    append,
    as_stored,
    batch,
    fill,
    flush,
    open_log,
    read_all,
)  # fmt: skip

LOG = "00000000000000000000.log"


def content(disk: MemoryDisk, directory: Path, name: str = LOG) -> bytearray:
    return disk.directories[directory].names[name].cached


def killed(disk: MemoryDisk, directory: Path, counts: list[int], config: LogConfig) -> list[bytes]:
    """A log with batches of so many records, whose process was killed."""
    stored = fill(open_log(disk, directory, config), counts)
    disk.kill()
    return stored


def test_a_tail_torn_at_any_byte_is_cut_off(directory: Path) -> None:
    whole = killed(MemoryDisk(), directory, [2, 1], LogConfig())
    for kept in range(len(whole[0]), len(whole[0]) + len(whole[1])):
        disk = MemoryDisk()
        killed(disk, directory, [2, 1], LogConfig())
        del content(disk, directory)[kept:]
        log = open_log(disk, directory, LogConfig())
        assert log.log_end_offset == 2
        assert log.recovery.truncated_bytes == kept - len(whole[0])
        assert read_all(log) == whole[0]
        again = as_stored(batch(3), 2, 1)
        append(log, batch(3), leader_epoch=1)
        assert read_all(log) == whole[0] + again


def test_any_flipped_bit_ends_the_log_before_its_batch(directory: Path) -> None:
    whole = killed(MemoryDisk(), directory, [1, 1, 1], LogConfig())
    size = len(whole[0])
    # Base offset and leader epoch stand outside of the checksum: the offset is seen by its order.
    for position in [*range(size, size + 12), *range(size + 16, 2 * size)]:
        disk = MemoryDisk()
        killed(disk, directory, [1, 1, 1], LogConfig())
        content(disk, directory)[position] ^= 0x80
        log = open_log(disk, directory, LogConfig())
        if log.log_end_offset != 1:
            # A base offset that is larger by a power of two could be a gap of compaction.
            assert position < size + 8
        else:
            assert read_all(log) == whole[0]


def test_zeros_at_the_end_are_cut_off(disk: MemoryDisk, directory: Path) -> None:
    whole = killed(disk, directory, [2, 1], LogConfig())
    content(disk, directory).extend(bytes(4096))
    log = open_log(disk, directory, LogConfig())
    assert read_all(log) == b"".join(whole)
    assert log.recovery.truncated_bytes == 4096


def test_a_process_never_writes_into_a_file_of_an_earlier_one(
    disk: MemoryDisk, directory: Path
) -> None:
    killed(disk, directory, [2], LogConfig())
    earlier = disk.directories[directory].names[LOG]
    before = bytes(earlier.cached)
    log = open_log(disk, directory, LogConfig())
    fill(log, [1])
    assert bytes(earlier.cached) == before
    disk.kill()
    empty = open_log(disk, directory, LogConfig())
    disk.kill()
    name = f"{empty.log_end_offset:020d}.log"
    inode = disk.directories[directory].names[name]
    open_log(disk, directory, LogConfig())
    assert disk.directories[directory].names[name] is not inode


def test_what_a_dead_process_writes_late_is_not_read(disk: MemoryDisk, directory: Path) -> None:
    """A new process has gone on at offset 2; the old one wakes and writes its own offset 2."""
    whole = killed(disk, directory, [2], LogConfig())
    log = open_log(disk, directory, LogConfig())
    mine = as_stored(batch(3, 7), 2, 0)
    append(log, batch(3, 7))
    for late in (as_stored(batch(2, 90), 2, 0), b"\x00" * 70):
        content(disk, directory).extend(late)
        disk.kill()
        for clean in (False, True):
            log = open_log(disk, directory, LogConfig(), clean=clean)
            assert read_all(log) == whole[0] + mine
            disk.kill()


def test_damage_below_the_recovery_point_is_reported(disk: MemoryDisk, directory: Path) -> None:
    killed(disk, directory, [1, 1, 1], LogConfig())
    before = bytes(content(disk, directory))
    content(disk, directory)[len(before) // 2] ^= 1
    damaged = bytes(content(disk, directory))
    with pytest.raises(CorruptLog, match=r"offset 1, is damaged below the recovery point 2"):
        open_log(disk, directory, LogConfig(), recovery_point=2)
    assert bytes(content(disk, directory)) == damaged
    assert open_log(disk, directory, LogConfig(), recovery_point=1).log_end_offset == 1


def test_a_log_that_ends_below_its_recovery_point_is_reported(
    disk: MemoryDisk, directory: Path
) -> None:
    killed(disk, directory, [1, 1], LogConfig())
    with pytest.raises(CorruptLog):
        open_log(disk, directory, LogConfig(), recovery_point=3)
    with pytest.raises(CorruptLog, match="below its recovery point 5"):
        open_log(disk, Path("/volume/empty-0"), LogConfig(), recovery_point=5)


def test_a_missing_first_segment_is_reported_if_it_was_durable(
    disk: MemoryDisk, directory: Path
) -> None:
    killed(disk, directory, [1] * 40, SMALL_SEGMENTS)
    del disk.directories[directory].names[LOG]
    with pytest.raises(CorruptLog, match="a segment is missing"):
        open_log(disk, directory, SMALL_SEGMENTS, log_start_offset=0, recovery_point=5)
    # Nothing of it had been durable: what follows it must not count as a whole replica.
    log = open_log(disk, directory, SMALL_SEGMENTS, log_start_offset=0, recovery_point=0)
    assert (log.log_start_offset, log.log_end_offset) == (0, 0)


def test_a_log_whose_start_is_not_known_begins_at_its_first_segment(
    disk: MemoryDisk, directory: Path
) -> None:
    killed(disk, directory, [1] * 40, SMALL_SEGMENTS)
    del disk.directories[directory].names[LOG]
    log = open_log(disk, directory, SMALL_SEGMENTS)
    assert log.log_end_offset == 40
    assert 0 < log.log_start_offset < 40


def test_segments_after_a_damaged_one_go_with_it(disk: MemoryDisk, directory: Path) -> None:
    whole = killed(disk, directory, [1] * 40, SMALL_SEGMENTS)
    content(disk, directory)[-1] ^= 1
    log = open_log(disk, directory, SMALL_SEGMENTS)
    assert log.recovery.segments_removed > 0
    assert read_all(log) == b"".join(whole[: log.log_end_offset])


def test_only_segments_from_the_recovery_point_on_are_verified(
    disk: MemoryDisk, directory: Path
) -> None:
    whole = killed(disk, directory, [1] * 40, SMALL_SEGMENTS)
    everything = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=0)
    assert everything.recovery.verified_bytes == sum(map(len, whole))
    disk.kill()
    rest = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=38)
    assert 0 < rest.recovery.verified_bytes <= SMALL_SEGMENTS.segment_bytes


def test_after_a_clean_stop_nothing_is_verified(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [2, 2])
    log.close()
    log = open_log(disk, directory, LogConfig(), clean=True, recovery_point=4)
    assert log.recovery.clean
    assert log.recovery.verified_bytes == 0
    assert read_all(log) == b"".join(stored)


def test_a_clean_marker_over_a_torn_file_is_not_believed(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [2, 2])
    log.close()
    content(disk, directory).pop()
    with pytest.raises(CorruptLog):
        open_log(disk, directory, LogConfig(), clean=True, recovery_point=4)
    log = open_log(disk, directory, LogConfig(), clean=True, recovery_point=0)
    assert not log.recovery.clean
    assert read_all(log) == stored[0]


@pytest.mark.parametrize("suffix", [".index", ".timeindex"])
@pytest.mark.parametrize("damage", ["missing", "garbage", "short", "zeros"])
def test_a_bad_index_is_rebuilt_when_it_is_used(
    disk: MemoryDisk, directory: Path, suffix: str, damage: str
) -> None:
    log = open_log(disk, directory, LogConfig(index_interval_bytes=100))
    stored = fill(log, [1] * 50)
    log.close()
    names = disk.directories[directory].names
    name = LOG.replace(".log", suffix)
    size = len(names[name].cached)
    if damage == "missing":
        del names[name]
    elif damage == "garbage":
        names[name].cached[:] = bytes((7 * n) % 251 for n in range(size))
    elif damage == "short":
        del names[name].cached[5:]
    else:
        names[name].cached[:] = bytes(size)
    log = open_log(disk, directory, LogConfig(), clean=True)
    for offset in (0, 17, 49):
        result = log.read(offset, max_bytes=400, end_offset=50, at_least_one=True)
        assert result.data == b"".join(stored[offset : result.next_offset])
        assert result.data
    assert log.max_timestamp() == (0, 1_700_000_000_000, 0)


def test_the_window_of_five_survives_every_kind_of_stop(disk: MemoryDisk, directory: Path) -> None:
    config = LogConfig(segment_bytes=500)
    sent = [batch(2, 50, producer_id=3, producer_epoch=0, base_sequence=2 * n) for n in range(8)]
    log = open_log(disk, directory, config)
    for one in sent:
        append(log, one)
    log.close()
    for clean in (True, False):
        log = open_log(disk, directory, config, clean=clean)
        for n in range(3, 8):
            assert append(log, sent[n]) == (2 * n, 2 * n + 1, -1, True)
        disk.kill()
    for name in [n for n in disk.directories[directory].names if n.endswith(".snapshot")]:
        del disk.directories[directory].names[name]
    log = open_log(disk, directory, config)
    for n in range(3, 8):
        assert append(log, sent[n]) == (2 * n, 2 * n + 1, -1, True)


def test_epochs_come_back_from_the_batches(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    for n in range(40):
        append(log, batch(1, 100), leader_epoch=n // 10)
    flush(log)
    disk.kill()
    del disk.directories[directory].names["leader-epoch-checkpoint"]
    log = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=39)
    assert [log.epoch_end(epoch) for epoch in range(4)] == [(0, 10), (1, 20), (2, 30), (3, 40)]


def test_a_folder_of_another_topic_is_refused(disk: MemoryDisk, directory: Path) -> None:
    killed(disk, directory, [1], LogConfig())
    with pytest.raises(StorageError, match="names another topic"):
        open_log(disk, directory, LogConfig(), topic_id=bytes(16))
    text = bytes(content(disk, directory, "partition.metadata")).decode()
    assert text == "version: 0\ntopic_id: ChssPU5fYHGCk6S1xtfo-Q\n"
    assert TOPIC.hex() == "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def test_leftovers_of_a_half_done_deletion_are_removed(disk: MemoryDisk, directory: Path) -> None:
    killed(disk, directory, [1], LogConfig())
    for name in (LOG + ".deleted", "00000000000000000007.index", "leader-epoch-checkpoint.tmp"):
        disk.close(disk.create(directory / name))
    log = open_log(disk, directory, LogConfig())
    assert log.log_end_offset == 1
    left = {entry.name for entry in disk.list(directory)}
    assert not any(name.endswith((".deleted", ".tmp")) for name in left)
    assert "00000000000000000007.index" not in left


def test_a_snapshot_that_is_there_is_not_taken_away_to_be_written_again(directory: Path) -> None:
    """Where retention emptied the log it is all that tells who wrote there."""
    config = LogConfig(retention_bytes=0)
    for seed in range(20):
        disk = MemoryDisk()
        log = open_log(disk, directory, config)
        append(log, batch(2, producer_id=3, producer_epoch=0, base_sequence=0))
        flush(log)
        assert log.apply_retention(NOW_MS, high_watermark=2) == [0]
        flush(log)
        for _ in range(2):
            disk.kill()
            log = open_log(disk, directory, config, log_start_offset=2, recovery_point=2)
        disk.lose_power(Random(seed))
        log = open_log(disk, directory, config, log_start_offset=2, recovery_point=2)
        assert [producer for producer, _ in log.producer_states()] == [3]
