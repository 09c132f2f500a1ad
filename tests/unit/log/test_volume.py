"""A volume on the real disk."""

import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from brokers.kernel.errors import StorageError
from brokers.log.checkpoints import PartitionKey
from brokers.log.config import LogConfig
from brokers.log.disk import DiskFull, RealDisk
from brokers.log.partition_log import PartitionLog
from brokers.log.volume import Volume
from tests.model.memory_disk import MemoryDisk
from tests.unit.log.samples import NOW_MS, TOPIC, append, batch, fill, flush, read_all


def open_volume(path: Path) -> Volume:
    return Volume.open(path, disk=RealDisk())


def open_log(volume: Volume, *, clean: bool, partition: int = 0) -> PartitionLog:
    return volume.open_log(TOPIC, partition, config=LogConfig(), now_ms=NOW_MS, clean=clean)


def test_a_volume_keeps_its_id(tmp_path: Path) -> None:
    first = open_volume(tmp_path / "v")
    first.close()
    second = open_volume(tmp_path / "v")
    assert isinstance(second.id, uuid.UUID)
    assert second.id == first.id
    second.close()


def test_a_volume_serves_one_process(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    script = (
        "import sys; from pathlib import Path; from brokers.log.disk import RealDisk\n"
        "from brokers.log.volume import Volume\n"
        "from brokers.kernel.errors import StorageError\n"
        "try: Volume.open(Path(sys.argv[1]), disk=RealDisk()); print('opened')\n"
        "except StorageError as error: print(error)\n"
    )

    def other() -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            capture_output=True, text=True, check=True, timeout=60,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip
        return done.stdout

    assert "in use by another broker" in other()
    volume.close()
    assert other() == "opened\n"


def test_an_id_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.properties").write_text("version=1\n")
    with pytest.raises(StorageError, match=r"directory\.id"):
        open_volume(tmp_path)
    (tmp_path / "meta.properties").write_text(f"version=1\ndirectory.id={uuid.uuid4()}\n")
    open_volume(tmp_path).close()


def test_a_marker_tells_once(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    assert volume.take_marker() is None
    volume.write_marker(17)
    assert volume.take_marker() == 17
    assert volume.take_marker() is None
    volume.close()


@pytest.mark.parametrize("text", ["", "17", "[]", '{"brokerEpoch": null}', '{"brokerEpoch": 1'])
def test_a_marker_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".kafka_cleanshutdown").write_text(text)
    volume = open_volume(tmp_path)
    assert volume.take_marker() is None
    assert not (tmp_path / ".kafka_cleanshutdown").exists()
    volume.close()


def test_logs_survive_a_clean_stop_and_a_hard_one(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    stored = fill(open_log(volume, clean=False), [2, 3])
    assert volume.close_logs()
    volume.close()
    volume = open_volume(tmp_path)
    assert volume.partitions() == [PartitionKey(TOPIC, 0)]
    log = open_log(volume, clean=True)
    assert log.recovery.clean
    stored += fill(log, [1])
    flush(log)
    volume.checkpoint()
    volume.close()
    volume = open_volume(tmp_path)
    log = open_log(volume, clean=False)
    assert not log.recovery.clean
    assert log.recovery.verified_bytes == len(stored[-1])
    assert read_all(log) == b"".join(stored)
    volume.close()


def test_a_deleted_log_start_is_kept_at_once(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    log = open_log(volume, clean=False)
    fill(log, [1] * 5)
    flush(log)
    log.delete_records_before(3)
    volume.close()
    volume = open_volume(tmp_path)
    assert open_log(volume, clean=False).log_start_offset == 3
    volume.close()


def test_losing_the_checkpoints_loses_no_records(tmp_path: Path) -> None:
    config = LogConfig(segment_bytes=500, retention_ms=1000)
    volume = open_volume(tmp_path)
    log = volume.open_log(TOPIC, 0, config=config, now_ms=NOW_MS, clean=False)
    fill(log, [1] * 20)
    flush(log)
    log.apply_retention(NOW_MS + 2000, high_watermark=10)
    start = log.log_start_offset
    assert start > 0
    volume.close()
    for name in ("recovery-point-offset-checkpoint", "log-start-offset-checkpoint"):
        (tmp_path / name).unlink(missing_ok=True)
    volume = open_volume(tmp_path)
    log = volume.open_log(TOPIC, 0, config=config, now_ms=NOW_MS, clean=False)
    assert (log.log_start_offset, log.log_end_offset) == (start, 20)
    volume.close()


def test_a_deleted_partition_goes_now_and_its_files_later(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    fill(open_log(volume, clean=False), [1])
    fill(open_log(volume, clean=False, partition=1), [1])
    volume.checkpoint()
    volume.delete_partition(TOPIC, 0, remove_at_ms=NOW_MS + 100)
    volume.delete_partition(TOPIC, 5, remove_at_ms=NOW_MS + 100)
    assert volume.partitions() == [PartitionKey(TOPIC, 1)]
    volume.remove_deleted(NOW_MS + 99)
    assert len(list(tmp_path.glob("*-delete"))) == 1
    volume.remove_deleted(NOW_MS + 100)
    assert list(tmp_path.glob("*-delete")) == []
    again = open_log(volume, clean=False)
    assert append(again, batch()).base_offset == 0
    volume.close()


def test_what_a_process_before_had_deleted_is_removed(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    fill(open_log(volume, clean=False), [1])
    volume.delete_partition(TOPIC, 0, remove_at_ms=NOW_MS)
    volume.close()
    volume = open_volume(tmp_path)
    volume.find_deleted(NOW_MS + 5)
    volume.remove_deleted(NOW_MS + 5)
    assert list(tmp_path.glob("*-delete")) == []
    volume.close()


def test_files_are_bounded_by_the_pool(tmp_path: Path) -> None:
    volume = open_volume(tmp_path)
    config = LogConfig(segment_bytes=300)
    log = volume.open_log(TOPIC, 0, config=config, now_ms=NOW_MS, clean=False)
    stored = fill(log, [1] * 400)
    flush(log)
    assert log.describe().segments > 300
    assert read_all(log) == b"".join(stored)
    links = [link for link in Path("/proc/self/fd").iterdir() if str(tmp_path) in str_of(link)]
    assert len(links) <= 256 + 5
    volume.close()


def str_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def test_a_truncation_takes_back_what_was_said_to_be_compacted(tmp_path: Path) -> None:
    """Or what is written there again would never be."""
    volume = open_volume(tmp_path)
    log = open_log(volume, clean=False)
    fill(log, [1] * 6)
    flush(log)
    key = PartitionKey(TOPIC, 0)
    volume.first_dirty_offsets.update({key: 5})
    log.truncate_to(3)
    assert volume.first_dirty_offsets.get(key) == 3
    volume.delete_partition(TOPIC, 0, remove_at_ms=0)
    assert volume.first_dirty_offsets.get(key) == 0
    volume.close()


def test_on_a_full_disk_nothing_is_truncated_and_it_works_later() -> None:
    disk = MemoryDisk()
    volume = Volume.open(Path("/volume"), disk=disk)
    log = open_log(volume, clean=False)
    stored = fill(log, [1] * 5)
    flush(log)
    volume.checkpoint()
    disk.free_bytes = 0
    with pytest.raises(DiskFull):
        log.truncate_to(2)
    assert (log.failure, log.log_end_offset, log.durable_end_offset) == (None, 5, 5)
    assert read_all(log) == b"".join(stored)
    disk.free_bytes = None
    log.truncate_to(2)
    assert (log.log_end_offset, log.durable_end_offset) == (2, 2)


def test_on_a_full_disk_nothing_is_deleted_and_it_works_later() -> None:
    disk = MemoryDisk()
    volume = Volume.open(Path("/volume"), disk=disk)
    log = open_log(volume, clean=False)
    fill(log, [1] * 5)
    flush(log)
    volume.checkpoint()
    disk.free_bytes = 0
    with pytest.raises(DiskFull):
        volume.delete_partition(TOPIC, 0, remove_at_ms=NOW_MS)
    disk.free_bytes = None
    volume.delete_partition(TOPIC, 0, remove_at_ms=NOW_MS)
    # The new log of this name is not held to what the old one had.
    assert append(open_log(volume, clean=False), batch()).base_offset == 0
