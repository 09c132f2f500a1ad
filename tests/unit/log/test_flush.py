"""What is durable, and when the log says so."""

import errno
from pathlib import Path
from random import Random

import pytest

from brokers.kernel.errors import StorageError
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import (
    SMALL_SEGMENTS,
    append,
    batch,
    fill,
    flush,
    open_log,
    read_all,
)  # fmt: skip


def test_only_what_was_written_before_a_flush_began_is_durable(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [2])
    ticket = log.begin_flush()
    assert ticket is not None
    fill(log, [3])
    assert log.durable_end_offset == 0
    ticket.run()
    assert log.durable_end_offset == 0
    log.complete_flush(ticket)
    assert log.durable_end_offset == 2
    flush(log)
    assert log.durable_end_offset == 5


def test_one_flush_at_a_time_and_none_without_need(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [1])
    ticket = log.begin_flush()
    assert ticket is not None
    fill(log, [1])
    assert log.begin_flush() is None
    ticket.run()
    log.complete_flush(ticket)
    flush(log)
    assert log.begin_flush() is None


def test_a_flush_from_before_a_truncation_says_nothing(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [2, 2])
    ticket = log.begin_flush()
    assert ticket is not None
    log.truncate_to(2)
    fill(log, [2])
    ticket.run()
    log.complete_flush(ticket)
    assert log.durable_end_offset == 0
    flush(log)
    assert log.durable_end_offset == 4


def test_a_flush_may_outlive_the_segment_it_began_in(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    fill(log, [1] * 5)
    ticket = log.begin_flush()
    assert ticket is not None
    fill(log, [1] * 30)
    log.truncate_to(3)
    ticket.run()
    assert ticket.error is None
    log.complete_flush(ticket)
    fill(log, [1] * 2)
    flush(log)
    assert log.durable_end_offset == 5
    disk.lose_power(Random(1))
    assert open_log(disk, directory, SMALL_SEGMENTS).log_end_offset == 5


def test_a_flush_covers_segments_closed_since(disk: MemoryDisk, directory: Path) -> None:
    for seed in range(10):
        disk = MemoryDisk()
        log = open_log(disk, directory, SMALL_SEGMENTS)
        stored = fill(log, [1] * 40)
        assert log.describe().segments > 2
        flush(log)
        disk.lose_power(Random(seed))
        log = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=40)
        assert read_all(log) == b"".join(stored)


def test_epochs_are_durable_with_the_records_written_in_them(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(), leader_epoch=3)
    append(log, batch(), leader_epoch=7)
    flush(log)
    disk.lose_power(Random(0))
    log = open_log(disk, directory, LogConfig(), recovery_point=2)
    assert [log.epoch_end(epoch) for epoch in (3, 5, 7)] == [(3, 1), (3, 1), (7, 2)]


def test_a_failed_flush_is_final(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [1])
    ticket = log.begin_flush()
    assert ticket is not None
    disk.fail_synchronize = True
    ticket.run()
    with pytest.raises(StorageError, match="making records durable failed"):
        log.complete_flush(ticket)
    disk.fail_synchronize = False
    assert log.durable_end_offset == 0
    assert log.begin_flush() is None
    with pytest.raises(StorageError):
        append(log, batch())
    assert read_all(log) == stored[0]
    with pytest.raises(StorageError):
        log.close()
    assert disk.open_handles == 0


def test_flush_os_counts_what_the_system_has_taken(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig(flush="os", segment_bytes=2000))
    fill(log, [1] * 5)
    flush(log)  # the folder's names and the epochs, not the records
    assert log.durable_end_offset == 5
    assert log.recovery_point == 0
    assert log.begin_flush() is None
    fill(log, [1] * 20)
    flush(log)
    assert 0 < log.recovery_point < log.durable_end_offset == 25


def test_going_back_to_fsync_promises_only_what_was_flushed(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig(flush="os"))
    fill(log, [1] * 5)
    log.reconfigure(LogConfig())
    assert log.durable_end_offset == 0
    flush(log)
    assert log.durable_end_offset == 5


def test_closing_waits_for_no_flush(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [1])
    ticket = log.begin_flush()
    assert ticket is not None
    with pytest.raises(ValueError, match="flush is under way"):
        log.close()
    ticket.run()
    log.complete_flush(ticket)
    log.close()
    assert disk.open_handles == 0


def test_another_logs_ticket_is_refused(disk: MemoryDisk, directory: Path) -> None:
    first = open_log(disk, directory, LogConfig())
    second = open_log(disk, Path("/volume/other-0"), LogConfig())
    ticket = first.begin_flush()
    assert ticket is not None
    with pytest.raises(ValueError, match="not the one under way"):
        second.complete_flush(ticket)


def test_no_room_for_the_epochs_fails_nothing_and_passes(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    stored = fill(log, [1] * 30)
    assert log.describe().segments > 1
    ticket = log.begin_flush()
    assert ticket is not None
    disk.free_bytes = 0
    ticket.run()
    with pytest.raises(DiskFull):
        log.complete_flush(ticket)
    assert (log.failure, log.durable_end_offset) == (None, 0)
    assert read_all(log) == b"".join(stored)

    disk.free_bytes = None
    flush(log)
    assert log.durable_end_offset == 30
    assert log.begin_flush() is None
    disk.lose_power(Random(1))
    log = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=30)
    assert read_all(log) == b"".join(stored)
    assert log.epoch_end(0) == (0, 30)


def test_the_newer_epochs_are_written_once_there_is_room(disk: MemoryDisk, directory: Path) -> None:
    log = open_log(disk, directory, LogConfig())
    append(log, batch(), leader_epoch=3)
    ticket = log.begin_flush()
    assert ticket is not None
    append(log, batch(), leader_epoch=4)
    disk.free_bytes = 0
    ticket.run()
    disk.free_bytes = None
    with pytest.raises(DiskFull):
        log.complete_flush(ticket)
    flush(log)
    disk.lose_power(Random(1))
    log = open_log(disk, directory, LogConfig(), recovery_point=2)
    assert [log.epoch_end(epoch) for epoch in (3, 4)] == [(3, 1), (4, 2)]


@pytest.mark.parametrize(
    ("reason", "passes"), [(errno.EMFILE, True), (errno.ENFILE, True), (errno.EIO, False)]
)
def test_a_folder_that_could_not_be_opened_is_tried_again(
    disk: MemoryDisk, directory: Path, monkeypatch: pytest.MonkeyPatch, reason: int, passes: bool
) -> None:
    log = open_log(disk, directory, LogConfig())
    stored = fill(log, [1])
    ticket = log.begin_flush()
    assert ticket is not None

    def fail(_: Path) -> None:
        raise OSError(reason, "no")

    with monkeypatch.context() as patched:
        patched.setattr(disk, "synchronize_directory", fail)
        ticket.run()
    with pytest.raises(StorageError):
        log.complete_flush(ticket)
    assert (log.failure is None) == passes
    assert log.durable_end_offset == 0
    if passes:
        flush(log)
        assert log.durable_end_offset == 1
        disk.lose_power(Random(1))
        log = open_log(disk, directory, LogConfig(), recovery_point=1)
        assert read_all(log) == b"".join(stored)
        assert log.latest_epoch == 0


def test_an_fdatasync_that_finds_no_room_is_final(
    disk: MemoryDisk, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log(disk, directory, LogConfig())
    fill(log, [1])
    ticket = log.begin_flush()
    assert ticket is not None

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(disk, "synchronize", full)
    ticket.run()
    with pytest.raises(StorageError):
        log.complete_flush(ticket)
    assert log.failure is not None
