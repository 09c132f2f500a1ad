"""Cutting a log at its end, and moving its start."""

from pathlib import Path
from random import Random

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import (
    NOW_MS,
    SMALL_SEGMENTS,
    append,
    batch,
    fill,
    flush,
    open_log,
    read_all,
)  # fmt: skip


@pytest.mark.parametrize("offset", [0, 1, 7, 14, 15, 39])
def test_what_reaches_the_offset_is_gone_for_good(
    disk: MemoryDisk, directory: Path, offset: int
) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    stored = fill(log, [1] * 40)
    flush(log)
    log.truncate_to(offset)
    assert (log.log_end_offset, log.durable_end_offset) == (offset, offset)
    assert read_all(log) == b"".join(stored[:offset])
    disk.lose_power(Random(offset))
    log = open_log(disk, directory, SMALL_SEGMENTS)
    assert read_all(log) == b"".join(stored[:offset])
    assert append(log, batch(2)).base_offset == offset


def test_a_batch_goes_whole(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [3, 3])
    log.truncate_to(4)
    assert log.log_end_offset == 3


def test_nothing_happens_at_or_beyond_the_end(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [3])
    generation = log.generation
    log.truncate_to(3)
    log.truncate_to(10)
    assert (log.log_end_offset, log.generation) == (3, generation)


def test_epochs_and_producers_are_cut_too(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    sent = [batch(producer_id=1, producer_epoch=0, base_sequence=n) for n in range(3)]
    for epoch, one in enumerate(sent):
        append(log, one, leader_epoch=epoch)
    log.truncate_to(1)
    assert log.epoch_end(2) == (-1, -1)
    assert log.latest_epoch == 0
    assert append(log, sent[0], leader_epoch=5).duplicate
    assert append(log, sent[1], leader_epoch=5) == (1, 1, -1, False)


def test_timestamps_are_cut_too(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(index_interval_bytes=1))
    for timestamp in (1000, 9000, 2000):
        append(log, batch(timestamp=timestamp))
    log.truncate_to(1)
    assert log.max_timestamp() == (0, 1000, 0)
    append(log, batch(timestamp=3000))
    assert log.offset_for_timestamp(1500) == (1, 3000, 0)


def test_a_restarted_log_goes_on_elsewhere(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(producer_id=1, producer_epoch=0, base_sequence=0), leader_epoch=3)
    log.restart_at(100)
    assert (log.log_start_offset, log.log_end_offset) == (100, 100)
    assert log.latest_epoch == -1
    retried = append(log, batch(producer_id=1, producer_epoch=0, base_sequence=5), leader_epoch=3)
    assert retried == (100, 100, -1, False)
    flush(log)
    assert log.durable_end_offset == 101


def test_deleted_records_cannot_be_read(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [3, 3])
    assert log.delete_records_before(4) == 4
    assert log.delete_records_before(2) == 4
    with pytest.raises(Refusal) as refused:
        log.read(3, max_bytes=100, end_offset=6, at_least_one=True)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE
    assert log.read(4, max_bytes=100, end_offset=6, at_least_one=True).data == stored[1]


@pytest.mark.parametrize("offset", [-1, 7])
def test_records_outside_of_the_log_cannot_be_deleted(
    disk: MemoryDisk, directory: Path, offset: int
) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [3, 3])
    with pytest.raises(Refusal) as refused:
        log.delete_records_before(offset)
    assert refused.value.code == ErrorCode.OFFSET_OUT_OF_RANGE


def test_segments_of_deleted_records_go_with_the_next_retention(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    fill(log, [1] * 40)
    flush(log)
    segments = log.describe().segments
    log.delete_records_before(25)
    expired = log.apply_retention(NOW_MS, high_watermark=40)
    assert expired[0] == 0
    assert log.describe().segments == segments - len(expired)
    assert log.log_start_offset == 25
