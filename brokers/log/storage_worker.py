"""What a storage worker does with one job: read the request, do it, report.

Nothing here trusts whoever sent the message: a job is done when its folder is there, has a request
and no report yet, and nobody else is at it. A message that comes twice, late or for ever is
harmless.
"""

import logging
from contextlib import suppress
from pathlib import Path

from brokers.kernel.errors import StorageError
from brokers.log.cleaner import Cleaner, DamagedInput
from brokers.log.disk import Disk, DiskFull
from brokers.log.scrubber import Sleep, scrub
from brokers.log.storage_job import (
    COMPACT,
    LOCK,
    REQUEST,
    CompactionRequest,
    Report,
    job_folder,
    job_kind,
    partition_folder,
    read_compaction_request,
    read_report,
    read_scrub_request,
    write_report,
)
from brokers.log.subset import check_subset

log = logging.getLogger(__name__)


def run_job(
    volume: Path, name: str, disk: Disk, *, sleep: Sleep, free_bytes: int | None = None
) -> bool:
    """Do the job ``name`` of the volume; whether it was done by this call.

    ``free_bytes``: what the volume has left; None, and nobody asks.

    Raises ``BadJob`` for a name or a request that no broker wrote. What goes wrong with the work
    itself is reported, not raised.
    """
    folder = job_folder(volume, name)
    try:
        lock = disk.lock(folder / LOCK)
    except BlockingIOError:
        return False  # Another worker is at it.
    except FileNotFoundError:
        return False  # The broker is done with it, or has begun anew.
    try:
        if read_report(disk, folder) is not None:
            return False
        _sweep(disk, folder)
        if job_kind(name) == COMPACT:
            report = _compact(disk, volume, folder, free_bytes)
        else:
            report = _scrub(disk, volume, folder, sleep)
        write_report(disk, folder, report)
    except FileNotFoundError:
        return False
    finally:
        disk.close(lock)
    return True


def _sweep(disk: Disk, folder: Path) -> None:
    """Remove what a worker that was killed had begun."""
    for entry in disk.list(folder):
        if entry.name not in {REQUEST, LOCK}:
            disk.unlink(folder / entry.name)


def _compact(disk: Disk, volume: Path, folder: Path, free_bytes: int | None) -> Report:
    request = read_compaction_request(disk, folder)
    source = partition_folder(volume, request)
    try:
        _check_room(request, free_bytes)
        report = Cleaner(disk, source, folder, request).run()
        check_subset(disk, source, folder, request, report)
        disk.synchronize_directory(folder)
        return report
    except DamagedInput as damaged:
        failure, damage = str(damaged), [damaged.damage]
    except (StorageError, OSError) as error:
        failure, damage = str(error), []
    except Exception as error:
        # A fault of ours: the broker must hear of it, or it would be done again and again.
        log.exception("compaction failed in a way it should not")
        failure, damage = f"{type(error).__name__}: {error}", []
    log.warning("compaction of %s came to nothing: %s", source.name, failure)
    with suppress(OSError):
        _sweep(disk, folder)  # It may be room that was missing.
    return Report(request.generation, failure=failure, damage=damage)


def _check_room(request: CompactionRequest, free_bytes: int | None) -> None:
    """The new segments may be as large as the old ones, and the broker needs room meanwhile."""
    needed = 2 * sum(segment.size for segment in request.segments)
    if free_bytes is not None and free_bytes < needed:
        raise DiskFull(f"compaction wants {needed} bytes free, the volume has {free_bytes}")


def _scrub(disk: Disk, volume: Path, folder: Path, sleep: Sleep) -> Report:
    request = read_scrub_request(disk, folder)
    source = partition_folder(volume, request)
    try:
        return scrub(disk, source, request, sleep=sleep)
    except (StorageError, OSError) as error:
        log.warning("scrubbing %s came to nothing: %s", source.name, error)
        return Report(request.generation, failure=str(error))
