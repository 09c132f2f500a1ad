"""A compacted segment replaces others at once, or not at all, wherever it is cut short."""

from contextlib import suppress
from random import Random

import pytest

from brokers.log.scan import CorruptLog
from tests.model.memory_disk import Crash, MemoryDisk
from tests.unit.log.compacting import DIRECTORY, adopt, build, compact, facts, records_of
from tests.unit.log.samples import open_log, read_all
from tests.unit.log.test_compaction import CONFIG, put, roll

OLD = [(n, b"k%d" % (n % 8), b"%d" % n + b"x" * 60) for n in range(60)]


def filled(disk: MemoryDisk):
    """Segments that became small by compaction and are to be put together, three into two or so,
    by what a worker has built."""
    log = open_log(disk, DIRECTORY, CONFIG)
    for _, key, value in OLD[:45]:
        put(log, (key, value))
    roll(log)
    compact(disk, log)
    for _, key, value in OLD[45:]:
        put(log, (key, value))
    roll(log)
    built = build(disk, log, number=2)
    assert built is not None
    assert any(len(each.replaces) > 1 for each in built[1].segments)
    assert len(built[1].segments) > 1
    return log, built


def held(log) -> list[tuple[int, bytes | None, bytes | None]]:
    return facts(records_of(read_all(log)))


def compacted() -> list[tuple[int, bytes | None, bytes | None]]:
    disk = MemoryDisk()
    log, built = filled(disk)
    assert adopt(disk, log, *built)
    return held(log)


@pytest.mark.parametrize("power", [False, True])
def test_a_swap_cut_short_anywhere_leaves_old_or_new(power: bool) -> None:
    before, new = held(filled(MemoryDisk())[0]), compacted()
    after, outcomes, finished = 0, set(), False
    while not finished:
        disk = MemoryDisk()
        log, built = filled(disk)
        disk.crash_after = after
        try:
            adopt(disk, log, *built)
            finished = True
        except Crash:
            pass
        disk.crash_after = None
        disk.lose_power(Random(after)) if power else disk.kill()
        left = reopened(disk, recovery_point=60 if after % 2 else 0)
        each = []
        for cleaned in built[1].segments:
            span = range(cleaned.base_offset, cleaned.end_offset)
            mine = [r for r in left if r[0] in span]
            if mine != [r for r in before if r[0] in span]:
                assert mine == [r for r in new if r[0] in span]
                each.append("new")
            elif mine != [r for r in new if r[0] in span]:
                each.append("old")
        assert each == sorted(each), "the oldest first, or a tombstone could go before its record"
        outcomes.add(tuple(each))
        after += 1
    assert len(outcomes) >= 3, "every way was taken"


def reopened(disk: MemoryDisk, *, recovery_point: int = 0):
    log = open_log(disk, DIRECTORY, CONFIG, recovery_point=recovery_point, log_start_offset=0)
    assert (log.log_start_offset, log.log_end_offset) == (0, 60)
    names = disk.directories[DIRECTORY].names
    assert not [n for n in names if n.endswith((".cleaned", ".swap", ".deleted"))]
    return held(log)


def test_finishing_is_cut_short_too_and_goes_on() -> None:
    """Stop within the swap, then within each step of the next opening, then open."""
    for after in range(20, 60, 2):
        for again in range(0, 40, 4):
            disk = MemoryDisk()
            log, built = filled(disk)
            disk.crash_after = after
            try:
                adopt(disk, log, *built)
            except Crash:
                pass
            else:
                return
            disk.kill()
            disk.crash_after = again
            with suppress(Crash):
                open_log(disk, DIRECTORY, CONFIG)
            disk.kill()
            left = reopened(disk)
            assert {r[1]: r for r in left} == {r[1]: r for r in OLD}


def test_a_compacted_log_that_lost_a_tail_is_found_out(disk: MemoryDisk) -> None:
    """A segment's end is kept, so a gap between segments is always a loss."""
    log, _ = filled(disk)
    compact(disk, log, number=3)
    first, second, *_ = log.closed_segments()
    disk.kill()
    content = disk.directories[DIRECTORY].names[f"{first.base_offset:020d}.log"].cached
    del content[-61:]
    with pytest.raises(CorruptLog):
        open_log(disk, DIRECTORY, CONFIG, recovery_point=second.base_offset)


def test_a_swap_that_is_not_whole_is_reported(disk: MemoryDisk) -> None:
    _, built = filled(disk)
    disk.kill()
    folder = built[0]
    for suffix in (".index", ".timeindex", ".log"):
        name = f"{0:020d}{suffix}"
        disk.rename(folder / name, DIRECTORY / f"{name}.swap")
    del disk.directories[DIRECTORY].names[f"{0:020d}.log.swap"].cached[-1:]
    with pytest.raises(CorruptLog, match="not whole"):
        open_log(disk, DIRECTORY, CONFIG)
