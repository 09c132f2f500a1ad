"""Compaction from end to end on a disk in memory: what goes, what stays, and as what."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crc32c import crc32c

from brokers.log.cleaner import Cleaner, grouped
from brokers.log.compaction import ClosedSegment, find_cleanable
from brokers.log.config import LogConfig
from brokers.log.partition_log import PartitionLog
from brokers.log.storage_job import (
    BadJob,
    InputSegment,
    job_folder,
    read_compaction_request,
    read_report,
)
from brokers.log.storage_worker import run_job
from brokers.wire.batch import (
    Compression,
    NewRecord,
    build_batch,
    crc_matches,
    iterate_batches,
    pack_batch_header,
    parse_batch_header,
)
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.compacting import (
    DIRECTORY,
    KEY,
    VOLUME,
    adopt,
    build,
    compact,
    facts,
    no_sleep,
    records_of,
)
from tests.unit.log.samples import NOW_MS, append, flush, open_log, read_all

CONFIG = LogConfig(
    segment_bytes=1000,
    segment_ms=60_000,
    index_interval_bytes=100,
    cleanup_policy="compact",
    delete_retention_ms=1000,
)

Pair = tuple[bytes | None, bytes | None]


def keyed(pairs: list[Pair], **fields: Any) -> bytes:
    records = [
        NewRecord(key, value, timestamp_ms=NOW_MS + n) for n, (key, value) in enumerate(pairs)
    ]
    return build_batch(records, base_timestamp=NOW_MS, **fields)


def put(log: PartitionLog, *pairs: Pair, leader_epoch: int = 0, **fields: Any) -> None:
    append(log, keyed(list(pairs), **fields), leader_epoch=leader_epoch)


def roll(log: PartitionLog) -> None:
    """Close the active segment for its age, and make it durable."""
    log.apply_retention(log._segments.active.roll_at_ms, high_watermark=0)
    flush(log)


@pytest.fixture
def log(disk: MemoryDisk) -> PartitionLog:
    return open_log(disk, DIRECTORY, CONFIG)


def headers(log: PartitionLog) -> list[tuple[int, int, int]]:
    """(base offset, last offset, records) of every batch."""
    stored = memoryview(read_all(log))
    return [(h.base_offset, h.last_offset, h.record_count) for _, h in iterate_batches(stored)]


# --- which records stay ---


def test_the_last_record_of_each_key_stays_where_it_was(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    put(log, (b"a", b"1"), (b"b", b"1"), (b"a", b"2"))
    put(log, (b"b", b"2"), (b"c", b"1"))
    roll(log)
    put(log, (b"a", b"3"))
    report = compact(disk, log)
    assert facts(records_of(read_all(log))) == [
        (2, b"a", b"2"), (3, b"b", b"2"), (4, b"c", b"1"), (5, b"a", b"3"),
    ]  # fmt: skip
    assert (report.clean_to, report.records_before, report.records_after) == (5, 5, 3)
    assert (log.log_start_offset, log.log_end_offset) == (0, 6)


@pytest.mark.parametrize("codec", list(Compression))
def test_a_thinned_batch_keeps_its_frame_and_its_codec(
    disk: MemoryDisk, log: PartitionLog, codec: Compression
) -> None:
    put(
        log, (b"a", b"x" * 50), (b"b", b"y" * 50), (b"a", b"z" * 50),
        compression=codec, producer_id=7, producer_epoch=1, base_sequence=0, leader_epoch=4,
    )  # fmt: skip
    before = parse_batch_header(read_all(log))
    roll(log)
    compact(disk, log)
    stored = read_all(log)
    after = parse_batch_header(stored)
    assert crc_matches(memoryview(stored), after)
    assert after._replace(batch_length=0, crc=0) == before._replace(
        batch_length=0, crc=0, record_count=2
    )
    assert [(r.offset, r.timestamp_ms) for r in records_of(stored)] == [
        (1, NOW_MS + 1), (2, NOW_MS + 2),
    ]  # fmt: skip


def test_a_batch_that_loses_nothing_stays_the_same_bytes(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    put(log, (b"a", b"1"), (b"b", b"1"), compression=Compression.GZIP)
    before = read_all(log)
    roll(log)
    compact(disk, log)
    assert read_all(log) == before


def test_nothing_at_or_beyond_the_high_watermark_is_touched(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    put(log, (b"a", b"1"))
    roll(log)
    put(log, (b"a", b"2"))
    roll(log)
    assert build(disk, log, high_watermark=0) is None
    assert compact(disk, log, high_watermark=1).clean_to == 1
    assert facts(records_of(read_all(log))) == [(0, b"a", b"1"), (1, b"a", b"2")]


def test_records_without_a_key_go(disk: MemoryDisk, log: PartitionLog) -> None:
    """They are from before the topic was compacted, and nobody could look them up (as in Kafka)."""
    put(log, (None, b"1"), (b"a", b"1"))
    roll(log)
    compact(disk, log)
    assert facts(records_of(read_all(log))) == [(1, b"a", b"1")]


def test_keys_are_told_apart_whatever_their_length(disk: MemoryDisk, log: PartitionLog) -> None:
    keys = [b"", b"k" * 15, b"k" * 16, b"k" * 17, b"k" * 500]
    put(log, *[(key, b"1") for key in keys])
    put(log, *[(key, b"2") for key in keys[:2]])
    roll(log)
    compact(disk, log)
    assert {r.key: r.value for r in records_of(read_all(log))} == dict(
        zip(keys, [b"2", b"2", b"1", b"1", b"1"], strict=True)
    )


def test_a_batch_that_cannot_be_opened_stays_and_supersedes_nothing(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    put(log, (b"a", b"1"))
    header = parse_batch_header(keyed([(b"a", b"2"), (b"a", b"3")]))
    body = b"\x7f" * 30
    sized = header._replace(batch_length=49 + len(body))
    crc = crc32c(body, crc32c(pack_batch_header(sized)[21:]))
    append(log, pack_batch_header(sized._replace(crc=crc)) + body)
    before = read_all(log)
    roll(log)
    compact(disk, log)
    assert read_all(log) == before


# --- tombstones (KIP-534) ---


def test_a_tombstone_goes_once_its_horizon_has_passed(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, (b"a", b"1"))
    put(log, (b"a", None), (b"b", b"1"))
    roll(log)
    first = compact(disk, log, now_ms=NOW_MS)
    assert facts(records_of(read_all(log))) == [(1, b"a", None), (2, b"b", b"1")]
    found = [header for _, header in iterate_batches(memoryview(read_all(log)))]
    assert [header.delete_horizon_ms for header in found] == [None, NOW_MS + 1000]
    assert [r.timestamp_ms for r in records_of(read_all(log))] == [NOW_MS, NOW_MS + 1]
    put(log, (b"c", b"1"))
    roll(log)
    second = compact(disk, log, first_dirty=first.clean_to, now_ms=NOW_MS + 999, number=2)
    assert facts(records_of(read_all(log)))[0] == (1, b"a", None)
    put(log, (b"c", b"2"))
    roll(log)
    compact(disk, log, first_dirty=second.clean_to, now_ms=NOW_MS + 1000, number=3)
    assert facts(records_of(read_all(log))) == [(2, b"b", b"1"), (4, b"c", b"2")]


# --- what the log itself needs ---


def test_retries_are_known_after_compaction_and_recovery(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    sent = [
        keyed([(b"a", b"%d" % n)], producer_id=9, producer_epoch=0, base_sequence=n)
        for n in range(8)
    ]
    for batch in sent:
        append(log, batch)
    put(log, (b"a", b"last"))
    roll(log)
    compact(disk, log)
    assert headers(log) == [(0, 0, 0), *[(n, n, 0) for n in range(3, 8)], (8, 8, 1)]
    for name in list(disk.directories[DIRECTORY].names):
        if name.endswith(".snapshot"):
            del disk.directories[DIRECTORY].names[name]
    disk.kill()
    again = open_log(disk, DIRECTORY, CONFIG)
    for n in range(3, 8):
        assert append(again, sent[n]) == (n, n, -1, True)


def test_every_segment_keeps_its_end_and_every_epoch_its_beginning(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    for n in range(12):
        put(log, (b"a", b"x" * 60), leader_epoch=n // 5)
    roll(log)
    put(log, (b"a", b"end"), leader_epoch=2)
    compact(disk, log)
    bases = [segment.base_offset for segment in log.closed_segments()]
    kept = headers(log)
    assert [last + 1 for _, last, _ in kept if last + 1 in bases] == bases[1:]
    assert {0, 5, 10, 11} <= {base for base, _, _ in kept}
    assert facts(records_of(read_all(log)))[-2:] == [(11, b"a", b"x" * 60), (12, b"a", b"end")]
    disk.kill()
    disk.unlink(DIRECTORY / "leader-epoch-checkpoint")
    again = open_log(disk, DIRECTORY, CONFIG)
    assert again.log_end_offset == 13
    assert [again.epoch_end(epoch) for epoch in range(3)] == [(0, 5), (1, 10), (2, 13)]


def test_small_segments_are_put_together(disk: MemoryDisk, log: PartitionLog) -> None:
    for n in range(30):
        put(log, (b"a", b"x" * 60 + b"%d" % n))
    roll(log)
    before = log.describe().segments
    clean_to = 0
    for number in range(1, 4):
        put(log, (b"a", b"again"))
        roll(log)
        clean_to = compact(disk, log, first_dirty=clean_to, number=number).clean_to
    assert log.describe().segments < before / 2
    assert facts(records_of(read_all(log))) == [(32, b"a", b"again")]
    snapshots = [n for n in disk.directories[DIRECTORY].names if n.endswith(".snapshot")]
    assert len(snapshots) <= log.describe().segments + 1
    log.unlink_expired(4 * NOW_MS)
    assert not [n for n in disk.directories[DIRECTORY].names if n.endswith(".deleted")]


def test_groups_are_bounded_by_bytes_and_by_what_an_index_can_say() -> None:
    def segment(base: int, end: int, size: int) -> InputSegment:
        return InputSegment(base, end, size)

    segments = [segment(0, 10, 60), segment(10, 20, 40), segment(20, 30, 1), segment(30, 2**31, 1)]
    assert [[s.base_offset for s in g] for g in grouped(segments, 100)] == [[0, 10], [20, 30]]
    assert [len(g) for g in grouped([segment(0, 5, 1), segment(5, 2**31 + 5, 1)], 100)] == [1, 1]
    assert [len(g) for g in grouped([segment(0, 5, 500), segment(5, 9, 1)], 100)] == [1, 1]


def test_reading_and_searching_step_over_what_is_gone(disk: MemoryDisk, log: PartitionLog) -> None:
    for n in range(9):
        put(log, (b"a", b"x" * 60 + b"%d" % n), (b"b%d" % (n // 3), b"y"))
    roll(log)
    compact(disk, log)
    left = records_of(read_all(log))
    for offset in range(log.log_end_offset):
        found = log.read(offset, max_bytes=4000, end_offset=18, at_least_one=True)
        assert found.next_offset > offset
        expected = next((r.offset for r in left if r.offset >= offset), None)
        got = [r.offset for r in records_of(bytes(found.data)) if r.offset >= offset]
        assert got[:1] in ([expected], [])
    newest = max(r.timestamp_ms for r in left)
    assert log.max_timestamp() == next(
        (r.offset, r.timestamp_ms, 0) for r in left if r.timestamp_ms == newest
    )


def test_log_append_times_are_found_where_a_record_is(disk: MemoryDisk) -> None:
    config = replace(CONFIG, message_timestamp_type="LogAppendTime")
    log = open_log(disk, DIRECTORY, config)
    put(log, (b"a", b"1"), (b"b", b"1"))
    append(log, keyed([(b"a", b"2")]), now_ms=NOW_MS + 10)
    roll(log)
    compact(disk, log)
    assert log.offset_for_timestamp(NOW_MS) == (1, NOW_MS, 0)


def test_a_truncation_into_a_gap_ends_behind_what_is_left(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    for _ in range(3):
        put(log, (b"a", b"1"))
    put(log, (b"b", b"1"))
    put(log, (b"a", b"2"))
    roll(log)
    compact(disk, log)
    assert headers(log) == [(0, 0, 0), (3, 3, 1), (4, 4, 1)]
    log.truncate_to(2)
    assert log.log_end_offset == 1
    disk.kill()
    assert open_log(disk, DIRECTORY, CONFIG, recovery_point=1).log_end_offset == 1


def test_a_follower_copies_a_compacted_log(disk: MemoryDisk, log: PartitionLog) -> None:
    for n in range(40):
        put(
            log, (b"k%d" % (n % 3), b"x" * 60), leader_epoch=n // 15,
            producer_id=1, producer_epoch=0, base_sequence=n,
        )  # fmt: skip
    roll(log)
    compact(disk, log)
    there = MemoryDisk()
    follower = open_log(there, DIRECTORY, CONFIG)
    while follower.log_end_offset < log.log_end_offset:
        found = log.read(follower.log_end_offset, max_bytes=300, end_offset=40, at_least_one=True)
        follower.append_replicated(memoryview(found.data), now_ms=NOW_MS)
    assert read_all(follower) == read_all(log)
    assert [follower.epoch_end(e) for e in range(3)] == [log.epoch_end(e) for e in range(3)]
    there.kill()
    again = open_log(there, DIRECTORY, CONFIG)
    assert read_all(again) == read_all(log)
    assert append(
        again,
        keyed([(b"k2", b"x" * 60)], producer_id=1, producer_epoch=0, base_sequence=38),
        leader_epoch=2,
    ) == (38, 38, -1, True)


# --- one request, one result ---


def test_a_second_delivery_changes_nothing(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, (b"a", b"1"), (b"a", b"2"))
    roll(log)
    built = build(disk, log)
    assert built is not None
    folder, report = built
    assert not run_job(VOLUME, folder.name, disk, sleep=no_sleep)
    assert adopt(disk, log, folder, report)
    assert not run_job(VOLUME, folder.name, disk, sleep=no_sleep)
    disk.remove_tree(folder)
    assert not run_job(VOLUME, folder.name, disk, sleep=no_sleep)
    assert facts(records_of(read_all(log))) == [(1, b"a", b"2")]


def test_a_worker_that_another_is_ahead_of_leaves_the_job_alone(
    disk: MemoryDisk, log: PartitionLog
) -> None:
    put(log, (b"a", b"1"), (b"a", b"2"))
    roll(log)
    built = build(disk, log)
    assert built is not None
    folder, _ = built
    disk.unlink(folder / "report.json")
    lock = disk.lock(folder / ".lock")
    assert not run_job(VOLUME, folder.name, disk, sleep=no_sleep)
    disk.close(lock)
    assert run_job(VOLUME, folder.name, disk, sleep=no_sleep), "what a killed one left is swept"


def test_what_was_truncated_since_is_not_replaced(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, (b"a", b"1"), (b"a", b"2"))
    roll(log)
    put(log, (b"b", b"1"))
    built = build(disk, log)
    assert built is not None
    log.truncate_to(2)
    assert not adopt(disk, log, *built)
    assert len(records_of(read_all(log))) == 2


def test_changed_and_damaged_inputs_are_reported(disk: MemoryDisk, log: PartitionLog) -> None:
    put(log, (b"a", b"1"), (b"a", b"2"))
    put(log, (b"a", b"3"))
    first = parse_batch_header(read_all(log)).total_bytes
    roll(log)
    name = DIRECTORY / f"{0:020d}.log"
    content = disk.directories[DIRECTORY].names[name.name].cached
    content[-1] ^= 1
    built = build(disk, log)
    assert built is not None
    assert [(d.segment_base, d.position) for d in built[1].damage] == [(0, first)]
    request = read_compaction_request(disk, built[0])
    content[-1] ^= 1
    disk.unlink(built[0] / "report.json")
    assert run_job(VOLUME, built[0].name, disk, sleep=no_sleep)
    report = read_report(disk, built[0])
    assert report is not None
    assert "is not what the broker had read" in report.failure
    assert not report.segments
    assert request.upper_bound == 3


@pytest.mark.parametrize(
    "name", ["", "..", "../x", f"{KEY.directory_name}.compact.1-1/..", "x.scrub.1-1"]
)
def test_a_job_has_a_name_that_a_broker_gives(disk: MemoryDisk, name: str) -> None:
    with pytest.raises(BadJob):
        job_folder(VOLUME, name)


def test_documents_of_others_are_refused(disk: MemoryDisk) -> None:
    folder = Path("/volume/staging/x")
    disk.make_directory(folder)
    for text in (b"", b"[]", b"{}", b'{"segments": 1}', b'{"segments": [], "damage": [{}]}'):
        for name in ("request.json", "report.json"):
            if name in disk.directories[folder].names:
                disk.unlink(folder / name)
            handle = disk.create(folder / name)
            disk.pwritev(handle, [text], 0)
        with pytest.raises(BadJob):
            read_compaction_request(disk, folder)
        with pytest.raises(BadJob):
            read_report(disk, folder)


def test_a_map_that_is_full_ends_the_compaction_there(disk: MemoryDisk, log: PartitionLog) -> None:
    for n in range(6):
        put(log, (b"k%d" % (n % 3), b"%d" % n))
    roll(log)
    built = build(disk, log)
    assert built is not None
    folder, _ = built
    request = read_compaction_request(disk, folder)
    target = Path("/volume/staging/small")
    disk.make_directory(target)
    report = Cleaner(disk, DIRECTORY, target, request, keys_max=1).run()
    assert report.clean_to == 1
    assert report.records_after == 6, "nothing beyond what was mapped may go"


# --- when ---


def segment(
    base: int, end: int, size: int = 100, *, newest: int = 0, oldest: int = 0
) -> ClosedSegment:
    return ClosedSegment(base, end, size, newest, oldest)


def test_what_is_dirty_is_weighed_against_what_is_clean() -> None:
    segments = [segment(0, 10), segment(10, 20), segment(20, 30)]
    config = LogConfig(cleanup_policy="compact")
    half = find_cleanable(segments, config, first_dirty=20, committed_end=30, now_ms=0)
    assert (half.clean_bytes, half.dirty_bytes, half.upper_bound) == (200, 100, 30)
    assert not half.is_worthwhile(config)
    assert half.is_worthwhile(replace(config, min_cleanable_dirty_ratio=0.3))
    most = find_cleanable(segments, config, first_dirty=10, committed_end=30, now_ms=0)
    assert most.is_worthwhile(config)
    none = find_cleanable(segments, config, first_dirty=30, committed_end=30, now_ms=0)
    assert not none.is_worthwhile(replace(config, min_cleanable_dirty_ratio=0))
    uncommitted = find_cleanable(segments, config, first_dirty=0, committed_end=29, now_ms=0)
    assert uncommitted.upper_bound == 20


def test_young_records_wait_and_old_ones_do_not() -> None:
    segments = [segment(0, 10, newest=100, oldest=50), segment(10, 20, newest=200, oldest=150)]
    lag = LogConfig(cleanup_policy="compact", min_compaction_lag_ms=100)
    young = find_cleanable(segments, lag, first_dirty=0, committed_end=20, now_ms=250)
    assert young.upper_bound == 10
    late = LogConfig(
        cleanup_policy="compact", max_compaction_lag_ms=100, min_cleanable_dirty_ratio=1
    )
    assert not find_cleanable(
        segments, late, first_dirty=0, committed_end=20, now_ms=150
    ).is_worthwhile(late)
    assert find_cleanable(
        segments, late, first_dirty=0, committed_end=20, now_ms=151
    ).is_worthwhile(late)


def test_a_lag_bound_closes_segments_in_time() -> None:
    config = LogConfig(cleanup_policy="compact", max_compaction_lag_ms=5_000)
    assert config.rolls_after_ms == 5_000
    assert replace(config, cleanup_policy="delete").rolls_after_ms == config.segment_ms
    assert replace(config, max_compaction_lag_ms=1).rolls_after_ms == 1_000
