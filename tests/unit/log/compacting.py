"""A compaction from the request to the swap, as broker and worker do it together."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brokers.log.adoption import bring_in, checksums, compaction_request, verify_cleaned
from brokers.log.checkpoints import PartitionKey
from brokers.log.disk import Disk
from brokers.log.partition_log import PartitionLog
from brokers.log.storage_job import Report, job_folder, job_name, read_report, write_request
from brokers.log.storage_worker import run_job
from brokers.wire.batch import iterate_batches
from brokers.wire.records import Record, iterate_records
from tests.unit.log.samples import NOW_MS, TOPIC

KEY = PartitionKey(TOPIC, 0)
VOLUME = Path("/volume")
DIRECTORY = VOLUME / KEY.directory_name


def no_sleep(_seconds: float) -> None: ...


def build(
    disk: Disk,
    log: PartitionLog,
    *,
    number: int = 1,
    first_dirty: int = 0,
    high_watermark: int | None = None,
    now_ms: int = NOW_MS,
    volume: Path = VOLUME,
    key: PartitionKey = KEY,
) -> tuple[Path, Report] | None:
    """Ask and have a worker do it; None when there is nothing to compact."""
    committed = log.log_end_offset if high_watermark is None else high_watermark
    cleanable = log.find_cleanable(first_dirty=first_dirty, high_watermark=committed, now_ms=now_ms)
    if not cleanable.dirty_bytes:
        return None
    request = compaction_request(log, key, cleanable, now_ms)
    inputs = [
        each
        for each in checksums(disk, volume / key.directory_name, request.segments)
        if each is not None
    ]
    request.segments[:] = inputs
    name = job_name(key, "compact", 1, number)
    folder = job_folder(volume, name)
    write_request(disk, folder, request)
    assert run_job(volume, name, disk, sleep=no_sleep)
    report = read_report(disk, folder)
    assert report is not None
    return folder, report


def adopt(
    disk: Disk,
    log: PartitionLog,
    folder: Path,
    report: Report,
    *,
    now_ms: int = NOW_MS,
    directory: Path = DIRECTORY,
) -> bool:
    for cleaned in report.segments:
        for _ in verify_cleaned(disk, folder, cleaned):
            pass
    bring_in(disk, folder, directory, report.segments)
    return log.swap_in(report.segments, generation=report.generation, now_ms=now_ms)


def compact(
    disk: Disk,
    log: PartitionLog,
    *,
    now_ms: int = NOW_MS,
    directory: Path = DIRECTORY,
    **options: Any,
) -> Report:
    built = build(disk, log, now_ms=now_ms, **options)
    assert built is not None
    folder, report = built
    assert not report.failure
    assert adopt(disk, log, folder, report, now_ms=now_ms, directory=directory)
    disk.remove_tree(folder)
    return report


def records_of(stored: bytes) -> list[Record]:
    view = memoryview(stored)
    return [
        record
        for position, header in iterate_batches(view)
        for record in iterate_records(view[position : position + header.total_bytes])
    ]


def facts(records: Sequence[Record]) -> list[tuple[int, bytes | None, bytes | None]]:
    return [(record.offset, record.key, record.value) for record in records]
