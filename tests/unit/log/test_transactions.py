"""Transactions in one log: what is written where, and what a crash leaves of it."""

from pathlib import Path
from struct import unpack

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull
from brokers.log.partition_log import Appended, PartitionLog
from brokers.log.scan import CorruptLog
from brokers.wire.batch import iterate_batches, parse_batch_header
from brokers.wire.control import Marker, read_marker
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import NOW_MS, append, batch, flush, open_log, read_all

CONFIG = LogConfig(segment_bytes=1000, index_interval_bytes=100)
INDEX = "00000000000000000000.txnindex"


def begin(log: PartitionLog, producer: int, sequence: int = 0, *, epoch: int = 0) -> Appended:
    """Append one transactional record that the coordinator has confirmed."""
    guard = log.begin_verification(producer, epoch, sequence, bumps_epochs=False)
    sent = batch(
        producer_id=producer, producer_epoch=epoch, base_sequence=sequence, attributes=0x10
    )
    header = parse_batch_header(sent)
    return log.append(memoryview(sent), header, leader_epoch=0, now_ms=NOW_MS, guard=guard)


def end(
    log: PartitionLog, producer: int, *, committed: bool, epoch: int = 0, coordinator: int = 0
) -> Appended:
    return log.append_marker(
        Marker(committed, coordinator), producer_id=producer, producer_epoch=epoch,
        transaction_version=1, leader_epoch=0, now_ms=NOW_MS,
    )  # fmt: skip


def aborted(log: PartitionLog, start: int = 0, stop: int | None = None) -> list[tuple[int, ...]]:
    stop = log.log_end_offset if stop is None else stop
    return [tuple(each) for each in log.aborted_transactions(start, stop)]


def content(disk: MemoryDisk, directory: Path, name: str = INDEX) -> bytes:
    return bytes(disk.directories[directory].names[name].cached)


@pytest.fixture
def log(disk: MemoryDisk, directory: Path) -> PartitionLog:
    return open_log(disk, directory, CONFIG)


def test_a_marker_is_a_control_batch_of_the_log(log: PartitionLog) -> None:
    begin(log, 5, epoch=3)
    assert end(log, 5, committed=True, epoch=3, coordinator=9) == (1, 1, -1, False)
    stored = memoryview(read_all(log))
    position, header = list(iterate_batches(stored))[1]
    assert (header.base_offset, header.partition_leader_epoch) == (1, 0)
    assert (header.producer_id, header.producer_epoch, header.is_control) == (5, 3, True)
    assert read_marker(stored[position:]) == Marker(True, 9)


def test_the_index_has_kafkas_bytes(log: PartitionLog, disk: MemoryDisk, directory: Path) -> None:
    begin(log, 5)
    begin(log, 6)
    end(log, 5, committed=False)
    end(log, 6, committed=False)
    begin(log, 5, 1)
    end(log, 5, committed=True)
    found = content(disk, directory)
    assert len(found) == 68
    # Version, producer, first and last offset, last stable offset: 6's transaction was still open.
    assert unpack(">hqqqq", found[:34]) == (0, 5, 0, 2, 1)
    assert unpack(">hqqqq", found[34:]) == (0, 6, 1, 3, 4)


def test_a_log_without_aborts_has_no_index(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 5)
    end(log, 5, committed=True)
    assert INDEX not in disk.directories[directory].names


def test_a_search_stops_where_nothing_later_can_matter(log: PartitionLog) -> None:
    for number in range(3):
        begin(log, 5, number)
        end(log, 5, committed=False)
    assert aborted(log, 0, 1) == [(5, 0, 1, 2)]
    assert aborted(log, 1, 2) == [(5, 0, 1, 2)]
    assert aborted(log, 2, 3) == [(5, 2, 3, 4)]
    assert aborted(log, 2, 6) == [(5, 2, 3, 4), (5, 4, 5, 6)]
    assert aborted(log, 6, 6) == []


def test_an_entry_says_where_the_oldest_open_transaction_began(log: PartitionLog) -> None:
    """Else a search would stop before a transaction that spans all of these, and ends later."""
    begin(log, 7)
    begin(log, 5)
    end(log, 5, committed=False)
    end(log, 7, committed=False)
    assert aborted(log, 1, 2) == [(7, 0, 3, 4), (5, 1, 2, 0)]


def test_a_damaged_index_is_never_believed(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 5)
    end(log, 5, committed=False)
    disk.directories[directory].names[INDEX].cached[1] = 7
    with pytest.raises(CorruptLog):
        aborted(log)


# --- retries ---


def test_a_retry_within_its_transaction_is_answered_with_its_offset(log: PartitionLog) -> None:
    begin(log, 5)
    begin(log, 5, 1)
    assert begin(log, 5)[:2] == (0, 0)
    assert begin(log, 5, 1).duplicate
    assert log.log_end_offset == 2


@pytest.mark.parametrize("committed", [True, False])
def test_what_is_over_is_not_taken_for_the_records_of_the_next(
    log: PartitionLog, committed: bool
) -> None:
    """As after an abort that did not wait for an answer: the sequence is given out again."""
    begin(log, 5)
    end(log, 5, committed=committed)
    with pytest.raises(Refusal) as refused:
        begin(log, 5)
    assert refused.value.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


def test_the_next_transaction_goes_on_where_the_last_one_was(log: PartitionLog) -> None:
    begin(log, 5)
    end(log, 5, committed=False)
    assert begin(log, 5, 1).last_offset == 2
    with pytest.raises(Refusal):
        begin(log, 5)  # Of the one before, and not of this one.


def test_a_restart_does_not_bring_it_back(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 5)
    end(log, 5, committed=False)
    flush(log)
    log.close()
    again = open_log(disk, directory, CONFIG)
    with pytest.raises(Refusal) as refused:
        begin(again, 5)
    assert refused.value.code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER


# --- the disk ---


@pytest.mark.parametrize("room", [0, 10, 33, 34, 60])
def test_without_room_neither_marker_nor_entry_is_there(
    log: PartitionLog, disk: MemoryDisk, directory: Path, room: int
) -> None:
    begin(log, 5)
    disk.free_bytes = room
    with pytest.raises(DiskFull):
        end(log, 5, committed=False)
    disk.free_bytes = None
    assert log.log_end_offset == 1
    assert len(content(disk, directory)) < 34
    end(log, 5, committed=True)
    log.close()
    again = open_log(disk, directory, CONFIG, clean=True)
    assert aborted(again) == []


def test_an_unclean_start_makes_the_index_anew(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 7)
    for number in range(12):
        begin(log, 5, number)
        end(log, 5, committed=number % 2 == 0)
    begin(log, 5, 12)
    end(log, 7, committed=False)
    end(log, 5, committed=False)
    before = aborted(log)
    assert len(before) == 8
    assert len([name for name in disk.directories[directory].names if "txnindex" in name]) > 1
    names = disk.directories[directory].names
    for name in list(names):
        if name.endswith(".txnindex"):
            names[name].cached[:] = b"\x7f" * 50
    disk.kill()
    assert aborted(open_log(disk, directory, CONFIG)) == before


def test_recovery_from_a_later_point_knows_what_was_open_before_it(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    """The first offset of what a verified segment aborts is only in the snapshot or in segments
    that are not read again."""
    begin(log, 7)
    while len(log._segments) < 4:
        append(log, batch(2, 100))
    end(log, 7, committed=False)
    flush(log)
    before = aborted(log)
    assert before == [(7, 0, log.log_end_offset - 1, log.log_end_offset)]
    disk.kill()
    again = open_log(disk, directory, CONFIG, recovery_point=log.log_end_offset)
    assert again.recovery.verified_bytes < log.describe().size_bytes
    assert aborted(again) == before


def test_truncation_takes_entries_with_their_markers(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 5)
    end(log, 5, committed=False)
    begin(log, 5, 1)
    end(log, 5, committed=False)
    log.truncate_to(3)
    assert aborted(log) == [(5, 0, 1, 2)]
    assert log.last_stable_offset(3) == 2
    end(log, 5, committed=True)
    log.close()
    assert aborted(open_log(disk, directory, CONFIG, clean=True)) == [(5, 0, 1, 2)]


def test_a_log_emptied_by_retention_still_knows_its_producers_after_a_crash(
    log: PartitionLog, disk: MemoryDisk, directory: Path
) -> None:
    begin(log, 5)
    begin(log, 6)
    end(log, 6, committed=False, coordinator=4)
    flush(log)
    log.reconfigure(LogConfig(retention_bytes=0))
    assert log.apply_retention(NOW_MS, high_watermark=3)
    disk.kill()
    again = open_log(disk, directory, CONFIG, log_start_offset=3, recovery_point=3)
    states = dict(again.producer_states())
    assert (states[5].transaction_start, states[6].transaction_start) == (0, -1)
    assert states[6].coordinator_epoch == 4
    assert again.last_stable_offset(3) == 3


# --- rules ---


def refused(code: ErrorCode) -> pytest.RaisesExc[Refusal]:
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code == code)


def test_a_first_batch_needs_the_coordinators_word(log: PartitionLog) -> None:
    sent = batch(producer_id=5, producer_epoch=0, base_sequence=0, attributes=0x10)
    with refused(ErrorCode.INVALID_TXN_STATE):
        append(log, sent)
    begin(log, 5)
    again = batch(producer_id=5, producer_epoch=0, base_sequence=1, attributes=0x10)
    assert not append(log, again).duplicate
    assert append(log, sent).duplicate


def test_later_batches_that_waited_do_not_overtake_the_first(log: PartitionLog) -> None:
    guard = log.begin_verification(5, 0, 0, bumps_epochs=False)
    assert log.begin_verification(5, 0, 2, bumps_epochs=False) is guard
    sent = batch(producer_id=5, producer_epoch=0, base_sequence=2, attributes=0x10)
    with refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER):
        log.append(
            memoryview(sent), parse_batch_header(sent), leader_epoch=0, now_ms=NOW_MS, guard=guard
        )


def test_a_transaction_with_an_epoch_of_its_own_begins_at_sequence_0(log: PartitionLog) -> None:
    guard = log.begin_verification(5, 0, 3, bumps_epochs=True)
    sent = batch(producer_id=5, producer_epoch=0, base_sequence=3, attributes=0x10)
    with refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER):
        log.append(
            memoryview(sent), parse_batch_header(sent), leader_epoch=0, now_ms=NOW_MS, guard=guard
        )


def test_a_marker_with_a_higher_epoch_fences_what_came_before(log: PartitionLog) -> None:
    begin(log, 5)
    end(log, 5, committed=True, epoch=1)
    late = batch(producer_id=5, producer_epoch=0, base_sequence=1, attributes=0x10)
    with refused(ErrorCode.INVALID_PRODUCER_EPOCH):
        append(log, late)
    with refused(ErrorCode.INVALID_PRODUCER_EPOCH):
        log.begin_verification(5, 0, 1, bumps_epochs=True)
    guard = log.begin_verification(5, 1, 1, bumps_epochs=False)
    gap = batch(producer_id=5, producer_epoch=1, base_sequence=1, attributes=0x10)
    with refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER):
        log.append(
            memoryview(gap), parse_batch_header(gap), leader_epoch=0, now_ms=NOW_MS, guard=guard
        )
    begin(log, 5, epoch=1)


def test_the_log_start_bounds_the_last_stable_offset(log: PartitionLog) -> None:
    begin(log, 5)
    append(log, batch(3))
    assert log.last_stable_offset(4) == 0
    log.delete_records_before(2)
    assert log.last_stable_offset(4) == 2
    end(log, 5, committed=True)
    assert log.last_stable_offset(4) == 2
    assert log.last_stable_offset(5) == 5


def test_bytes_between_offsets_are_counted_over_segments(log: PartitionLog) -> None:
    sizes = [len(batch(1, 10 * n)) for n in range(1, 40)]
    for n in range(1, 40):
        append(log, batch(1, 10 * n))
    assert len(log._segments) > 3
    for start, stop in [(0, 39), (3, 4), (2, 30), (38, 39), (5, 5)]:
        assert log.bytes_between(start, stop) == sum(sizes[start:stop])


def test_only_the_answer_to_the_question_in_force_counts(log: PartitionLog) -> None:
    """An answer from before an abort, and a later question about the same producer (ABA)."""
    stale = log.begin_verification(5, 0, 0, bumps_epochs=False)
    end(log, 5, committed=False)
    fresh = log.begin_verification(5, 0, 0, bumps_epochs=False)
    sent = memoryview(batch(producer_id=5, producer_epoch=0, base_sequence=0, attributes=0x10))
    header = parse_batch_header(sent)
    for guard in (stale, None):
        with refused(ErrorCode.INVALID_TXN_STATE):
            log.append(sent, header, leader_epoch=0, now_ms=NOW_MS, guard=guard)
    log.append(sent, header, leader_epoch=0, now_ms=NOW_MS, guard=fresh)


def test_a_coordinator_writes_for_a_producer_without_sequences(log: PartitionLog) -> None:
    """Offsets that are committed with a transaction (AppendOrigin.COORDINATOR in Kafka)."""

    def offsets(epoch: int) -> Appended:
        guard = log.begin_verification(5, epoch, -1, bumps_epochs=True)
        sent = batch(producer_id=5, producer_epoch=epoch, base_sequence=-1, attributes=0x10)
        header = parse_batch_header(sent)
        return log.append(memoryview(sent), header, leader_epoch=0, now_ms=NOW_MS, guard=guard)

    assert [offsets(0).base_offset for _ in range(3)] == [0, 1, 2]
    end(log, 5, committed=True, epoch=1)
    with refused(ErrorCode.INVALID_PRODUCER_EPOCH):
        offsets(0)
    assert offsets(1).base_offset == 4
    assert offsets(2).base_offset == 5
    assert log.last_stable_offset(6) == 4
