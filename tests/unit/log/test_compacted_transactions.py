"""Compaction and transactions: what was aborted goes, what ends them stays as long as needed."""

from pathlib import Path
from random import Random

import pytest

from brokers.log.cleaned_transactions import CleanedTransactions
from brokers.log.config import LogConfig
from brokers.log.partition_log import PartitionLog
from brokers.log.storage_job import Report
from brokers.log.transaction_index import ENTRY
from brokers.wire.batch import NewRecord, build_batch, iterate_batches, parse_batch_header
from brokers.wire.control import Marker
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.compacting import DIRECTORY, adopt, build, compact, facts, records_of
from tests.unit.log.samples import NOW_MS, flush, open_log, read_all

CONFIG = LogConfig(
    segment_bytes=10_000,
    index_interval_bytes=100,
    cleanup_policy="compact",
    delete_retention_ms=1000,
    file_delete_delay_ms=0,
)


@pytest.fixture
def log(disk: MemoryDisk) -> PartitionLog:
    return open_log(disk, DIRECTORY, CONFIG)


def put(log: PartitionLog, key: bytes, value: bytes, *, producer: int, sequence: int) -> None:
    """One record of the producer's transaction."""
    guard = log.begin_verification(producer, 0, sequence, bumps_epochs=False)
    sent = build_batch(
        [NewRecord(key, value)], base_timestamp=NOW_MS, producer_id=producer, producer_epoch=0,
        base_sequence=sequence, attributes=0x10,
    )  # fmt: skip
    header = parse_batch_header(sent)
    log.append(memoryview(sent), header, leader_epoch=0, now_ms=NOW_MS, guard=guard)


def end(log: PartitionLog, producer: int, *, committed: bool, epoch: int = 0) -> None:
    log.append_marker(
        Marker(committed, 0), producer_id=producer, producer_epoch=epoch, transaction_version=1,
        leader_epoch=0, now_ms=NOW_MS,
    )  # fmt: skip


def plain(log: PartitionLog, key: bytes, value: bytes) -> None:
    sent = build_batch([NewRecord(key, value)], base_timestamp=NOW_MS)
    log.append(memoryview(sent), parse_batch_header(sent), leader_epoch=0, now_ms=NOW_MS)


def roll(log: PartitionLog) -> None:
    log._roll(NOW_MS)
    flush(log)


def shapes(log: PartitionLog) -> list[tuple[int, int, bool]]:
    """(base offset, records, control) of every batch."""
    stored = memoryview(read_all(log))
    return [(h.base_offset, h.record_count, h.is_control) for _, h in iterate_batches(stored)]


def again(disk: MemoryDisk, log: PartitionLog, number: int, *, now_ms: int = NOW_MS) -> Report:
    return compact(disk, log, number=number, now_ms=now_ms)


def test_aborted_records_go_and_supersede_nothing(disk: MemoryDisk, log: PartitionLog) -> None:
    plain(log, b"a", b"1")
    put(log, b"a", b"aborted", producer=1, sequence=0)
    put(log, b"b", b"aborted", producer=1, sequence=1)
    end(log, 1, committed=False)
    put(log, b"c", b"1", producer=2, sequence=0)
    put(log, b"c", b"2", producer=2, sequence=1)
    end(log, 2, committed=True)
    roll(log)
    compact(disk, log)
    data = [r for r in records_of(read_all(log)) if r.offset not in {3, 6}]
    assert facts(data) == [(0, b"a", b"1"), (5, b"c", b"2")]
    # The last batches of both producers stay, empty: they say which sequence is next.
    assert shapes(log) == [
        (0, 1, False), (1, 0, False), (2, 0, False), (3, 1, True), (4, 0, False), (5, 1, False),
        (6, 1, True),
    ]  # fmt: skip


def test_nothing_at_or_beyond_the_last_stable_offset_is_touched(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    plain(log, b"a", b"1")
    plain(log, b"a", b"2")
    roll(log)
    put(log, b"a", b"open", producer=1, sequence=0)
    plain(log, b"a", b"3")
    roll(log)
    assert compact(disk, log).clean_to == 2
    assert facts(records_of(read_all(log))) == [
        (1, b"a", b"2"), (2, b"a", b"open"), (3, b"a", b"3"),
    ]  # fmt: skip
    end(log, 1, committed=False)
    assert build(disk, log, first_dirty=2, high_watermark=4, number=2) is None
    # The marker lies beyond what is cleaned, and counts all the same.
    report = compact(disk, log, first_dirty=2, number=3)
    assert report.clean_to == 4
    data = [record for record in records_of(read_all(log)) if record.offset < 4]
    assert facts(data) == [(3, b"a", b"3")]
    assert [tuple(each) for each in log.aborted_transactions(0, 5)] == [(1, 2, 4, 5)]


def test_a_marker_goes_when_nothing_is_left_and_its_time_has_come(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    plain(log, b"z", b"1")
    put(log, b"a", b"1", producer=1, sequence=0)
    end(log, 1, committed=False)
    put(log, b"a", b"2", producer=2, sequence=0)
    end(log, 2, committed=True)
    log._producers.expire(NOW_MS + 24 * 3_600_000)  # nobody's retry needs the old batches
    plain(log, b"a", b"3")
    roll(log)
    again(disk, log, 1)
    # Their data went now: whoever had read it before must still find how it ended.
    assert shapes(log) == [(0, 1, False), (2, 1, True), (4, 1, True), (5, 1, False)]
    assert [tuple(each) for each in log.aborted_transactions(0, 6)] == [(1, 1, 2, 3)]

    def horizons() -> list[int | None]:
        stored = memoryview(read_all(log))
        return [header.delete_horizon_ms for _, header in iterate_batches(stored)]

    assert horizons() == [None] * 4
    again(disk, log, 2, now_ms=NOW_MS)
    assert horizons() == [None, NOW_MS + 1000, NOW_MS + 1000, None]
    assert log.aborted_transactions(0, 6) == []
    again(disk, log, 3, now_ms=NOW_MS + 999)
    assert horizons() == [None, NOW_MS + 1000, NOW_MS + 1000, None]
    again(disk, log, 4, now_ms=NOW_MS + 1000)
    assert shapes(log) == [(0, 1, False), (5, 1, False)]


def test_a_marker_stays_whole_while_it_is_all_that_is_known_of_an_epoch(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    plain(log, b"z", b"1")
    put(log, b"a", b"1", producer=1, sequence=0)
    end(log, 1, committed=False, epoch=1)
    plain(log, b"a", b"2")
    roll(log)
    for number in range(1, 5):
        again(disk, log, number, now_ms=NOW_MS + 10_000 * number)
    assert shapes(log) == [(0, 1, False), (2, 1, True), (3, 1, False)]
    follower = open_log(MemoryDisk(), Path("/other/topic-0"), CONFIG)
    follower.append_replicated(memoryview(read_all(log)), now_ms=NOW_MS)
    assert [(pid, state.epoch) for pid, state in follower.producer_states()] == [(1, 1)]


def test_the_index_survives_a_crash_after_the_swap(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, b"a", b"1", producer=1, sequence=0)
    end(log, 1, committed=False)
    put(log, b"b", b"1", producer=1, sequence=1)
    end(log, 1, committed=True)
    roll(log)
    compact(disk, log)
    expected = log.aborted_transactions(0, 4)
    assert [tuple(each) for each in expected] == [(1, 0, 1, 2)]
    flush(log)
    log.unlink_expired(NOW_MS)
    disk.lose_power(Random(1))
    opened = open_log(disk, DIRECTORY, CONFIG, recovery_point=4)
    assert opened.aborted_transactions(0, 4) == expected


def test_a_built_index_that_was_cut_short_is_not_taken(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, b"a", b"1", producer=1, sequence=0)
    end(log, 1, committed=False)
    roll(log)
    built = build(disk, log)
    assert built is not None
    folder, report = built
    assert report.segments[0].sizes[".txnindex"] == ENTRY.size
    del disk.directories[folder].names["00000000000000000000.txnindex"].cached[20:]
    with pytest.raises(Exception, match="another size"):
        adopt(disk, log, folder, report)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("cleaner.keep_entry", "is missing in"),
        ("cleaner.is_aborted", "records are left"),
        ("cleaner.invent", "did not name"),
    ],
)
def test_the_workers_second_look_finds_what_the_first_got_wrong(
    disk: MemoryDisk, log: PartitionLog, monkeypatch: pytest.MonkeyPatch, spoil: str, said: str
) -> None:
    put(log, b"a", b"1", producer=1, sequence=0)
    end(log, 1, committed=False)
    roll(log)
    if spoil == "cleaner.keep_entry":
        monkeypatch.setattr(CleanedTransactions, "keep_entry", lambda self, header: None)
    elif spoil == "cleaner.is_aborted":
        monkeypatch.setattr(CleanedTransactions, "is_aborted", lambda self, header: False)
    else:

        def invented(self: CleanedTransactions, header: object) -> None:
            self.kept.append(self._by_marker[1]._replace(producer_id=2))

        monkeypatch.setattr(CleanedTransactions, "keep_entry", invented)
    built = build(disk, log)
    assert built is not None
    assert said in built[1].failure
