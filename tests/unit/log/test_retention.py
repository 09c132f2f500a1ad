"""Which segments go: the decision alone, and what it does to a log."""

from pathlib import Path

import pytest

from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.log.retention import SegmentFacts, count_expired
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import NOW_MS, append, batch, fill, flush, open_log, read_all

HOUR = 3_600_000


def count(config: LogConfig, *, log_start: int = 0, high_watermark: int = 400) -> int:
    """Four segments of 100 offsets and 10 bytes, 4, 3, 2 and 1 hours old."""
    facts = [SegmentFacts(100 * n, 10, NOW_MS - (5 - n) * HOUR) for n in range(1, 5)]
    return count_expired(
        facts,
        config,
        total_bytes=40,
        now_ms=NOW_MS,
        log_start_offset=log_start,
        high_watermark=high_watermark,
    )


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (LogConfig(retention_ms=-1), 0),
        (LogConfig(retention_ms=4 * HOUR), 0),
        (LogConfig(retention_ms=4 * HOUR - 1), 1),
        (LogConfig(retention_ms=0), 4),
        (LogConfig(retention_ms=-1, retention_bytes=40), 0),
        (LogConfig(retention_ms=-1, retention_bytes=31), 0),
        (LogConfig(retention_ms=-1, retention_bytes=30), 1),
        (LogConfig(retention_ms=-1, retention_bytes=0), 4),
        (LogConfig(retention_ms=0, retention_bytes=0, cleanup_policy="compact"), 0),
        (LogConfig(retention_ms=0, cleanup_policy="compact,delete"), 4),
    ],
)
def test_time_and_size(config: LogConfig, expected: int) -> None:
    assert count(config) == expected


def test_nothing_at_or_above_the_high_watermark_goes() -> None:
    assert count(LogConfig(retention_ms=0), high_watermark=299) == 2


def test_segments_below_the_log_start_go_whatever_the_policy() -> None:
    config = LogConfig(retention_ms=-1, cleanup_policy="compact")
    assert count(config, log_start=199) == 1
    assert count(config, log_start=200) == 2


CONFIG = LogConfig(segment_bytes=1000, retention_ms=HOUR, file_delete_delay_ms=60_000)


def names(disk: MemoryDisk, directory: Path, suffix: str) -> list[str]:
    return sorted(e.name for e in disk.list(directory) if e.name.endswith(suffix))


def test_files_are_renamed_and_unlinked_later(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, CONFIG)
    stored = fill(log, [1] * 12)
    flush(log)
    segments = log.describe().segments
    later = NOW_MS + HOUR + 1
    expired = log.apply_retention(later, high_watermark=5)
    assert 0 < len(expired) < segments
    assert log.log_start_offset <= 5
    assert read_all(log) == b"".join(stored[log.log_start_offset :])
    assert len(names(disk, directory, ".log.deleted")) == len(expired)
    log.unlink_expired(later + 59_999)
    assert names(disk, directory, ".deleted") != []
    log.unlink_expired(later + 60_000)
    assert names(disk, directory, ".deleted") == []


def test_the_active_segment_goes_too_and_offsets_go_on(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, CONFIG)
    fill(log, [1] * 12)
    flush(log)
    log.apply_retention(NOW_MS + HOUR + 1, high_watermark=12)
    assert (log.log_start_offset, log.log_end_offset) == (12, 12)
    assert append(log, batch(), now_ms=NOW_MS).base_offset == 12


def test_what_is_not_durable_stays(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, CONFIG)
    fill(log, [1] * 12)
    assert log.apply_retention(NOW_MS + HOUR + 1, high_watermark=12) == []


def test_records_without_a_timestamp_are_as_old_as_their_file(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, CONFIG)
    append(log, batch(1, timestamp=-1))
    flush(log)
    for entry in disk.directories[directory].names.values():
        entry.modified_ms = NOW_MS
    assert log.apply_retention(NOW_MS + HOUR, high_watermark=1) == []
    assert log.apply_retention(NOW_MS + HOUR + 1, high_watermark=1) == [0]


def test_an_idle_segment_is_rolled_when_its_time_is_up(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(segment_ms=1000, retention_ms=-1))
    append(log, batch())
    log.apply_retention(NOW_MS + 999, high_watermark=1)
    assert log.describe().segments == 1
    log.apply_retention(NOW_MS + 1000, high_watermark=1)
    assert log.describe().segments == 2


def test_retention_on_a_full_disk_fails_nothing_and_works_later(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, CONFIG)
    fill(log, [1] * 12)
    flush(log)
    disk.free_bytes = 0
    with pytest.raises(DiskFull):
        log.apply_retention(NOW_MS + HOUR + 1, high_watermark=12)
    assert (log.failure, log.log_start_offset) == (None, 0)
    disk.free_bytes = None
    assert log.apply_retention(NOW_MS + HOUR + 1, high_watermark=12)
