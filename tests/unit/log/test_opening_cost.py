"""What opening a log after a crash makes durable at once, with the first flush, and not at all."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from brokers.log.config import LogConfig
from brokers.log.disk import RealDisk
from brokers.log.volume import OPENERS, Volume
from tests.model.memory_disk import Inode, MemoryDisk
from tests.unit.log.samples import (
    NOW_MS,
    SMALL_SEGMENTS,
    TOPIC,
    append,
    batch,
    fill,
    flush,
    open_log,
    read_all,
)  # fmt: skip

EPOCHS = "leader-epoch-checkpoint"
INDEXES = (".index", ".timeindex")


def indexes(disk: MemoryDisk, directory: Path) -> dict[str, Inode]:
    names = disk.directories[directory].names
    return {name: names[name] for name in sorted(names) if name.endswith(INDEXES)}


def is_durable(disk: MemoryDisk, directory: Path, name: str) -> bool:
    inode = disk.directories[directory].names[name]
    is_named = disk.directories[directory].durable.get(name) is inode
    return is_named and inode.durable == bytes(inode.cached)


def killed(disk: MemoryDisk, directory: Path, counts: list[int], config: LogConfig) -> None:
    fill(open_log(disk, directory, config), counts)
    disk.kill()


def test_a_recovered_index_is_durable_with_the_first_flush(
    disk: MemoryDisk, directory: Path
) -> None:
    killed(disk, directory, [1] * 10, SMALL_SEGMENTS)
    log = open_log(disk, directory, SMALL_SEGMENTS)
    found = [*indexes(disk, directory)]
    assert found
    append(log, batch(1))
    flush(log)
    assert all(is_durable(disk, directory, name) for name in found)


def test_only_the_last_segments_indexes_wait_for_the_first_flush(
    disk: MemoryDisk, directory: Path
) -> None:
    """The next start does not look at those of the others again."""
    killed(disk, directory, [1] * 40, SMALL_SEGMENTS)
    log = open_log(disk, directory, SMALL_SEGMENTS)
    found = [*indexes(disk, directory)]
    assert len(found) > 2 * len(INDEXES)
    assert all(is_durable(disk, directory, name) for name in found[: -len(INDEXES)])
    stored = read_all(log)
    for seed in range(20):
        disk.lose_power(Random(seed))
        log = open_log(disk, directory, SMALL_SEGMENTS, recovery_point=40)
        assert read_all(log) == stored


def test_epochs_that_are_as_they_were_are_not_written_again(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, SMALL_SEGMENTS)
    for n in range(40):
        append(log, batch(1, 100), leader_epoch=n // 10)
    flush(log)
    disk.kill()
    before = disk.directories[directory].names[EPOCHS]
    open_log(disk, directory, SMALL_SEGMENTS)
    assert disk.directories[directory].names[EPOCHS] is before
    disk.kill()
    # What the last flush named is not what the batches say: a leader wrote nothing in its epoch.
    log = open_log(disk, directory, SMALL_SEGMENTS)
    log.assign_epoch_start(9)
    flush(log)
    disk.kill()
    log = open_log(disk, directory, SMALL_SEGMENTS)
    assert log.latest_epoch == 3
    assert is_durable(disk, directory, EPOCHS)
    assert b"9 40" not in disk.directories[directory].names[EPOCHS].durable


def test_an_epoch_is_durable_with_the_flush_that_covers_it(
    disk: MemoryDisk, directory: Path
) -> None:
    log = open_log(disk, directory, LogConfig())
    flush(log)
    log.assign_epoch_start(7)
    flush(log)
    assert is_durable(disk, directory, EPOCHS)


class CountingDisk(RealDisk):
    """Holds whoever synchronises until all openers do so at once."""

    def __init__(self) -> None:
        self.all_wait = threading.Barrier(OPENERS)

    def drop_cache(self, handle: int) -> None:
        self.all_wait.wait(10)
        super().drop_cache(handle)


def test_as_many_logs_as_there_are_openers_are_opened_at_once(tmp_path: Path) -> None:
    count = 3 * OPENERS
    volume = Volume.open(tmp_path, disk=RealDisk())
    stored = []
    for partition in range(count):
        log = volume.open_log(TOPIC, partition, config=LogConfig(), now_ms=NOW_MS, clean=False)
        stored.append(fill(log, [partition + 1]))
    volume.close()
    volume = Volume.open(tmp_path, disk=CountingDisk())
    shares: dict[int, list[int]] = {}
    for partition in range(count):
        shares.setdefault(volume.opener(TOPIC, partition), []).append(partition)
    assert len(shares) == OPENERS

    def open_share(share: list[int]) -> None:
        for partition in share:
            volume.open_log(TOPIC, partition, config=LogConfig(), now_ms=NOW_MS, clean=False)

    with ThreadPoolExecutor(OPENERS) as threads:
        list(threads.map(open_share, shares.values()))
    by_number = {key.partition: log for key, log in volume.logs.items()}
    for partition in range(count):
        assert read_all(by_number[partition]) == b"".join(stored[partition])
    volume.close()
