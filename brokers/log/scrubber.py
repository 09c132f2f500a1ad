"""Reading closed segments again, so that a bad batch is found while other replicas are good.

At a pace, for nobody waits; past the page cache, for what is asked is what the device has.
"""

from collections.abc import Callable
from pathlib import Path

from brokers.kernel.limits import FRAME_BYTES_MAX
from brokers.log import files
from brokers.log.cleaner import DamagedInput, whole_batches
from brokers.log.disk import Disk
from brokers.log.handles import HandlePool
from brokers.log.scan import scan_verified
from brokers.log.storage_job import Damage, Report, ScrubRequest

Sleep = Callable[[float], None]


def is_damaged(disk: Disk, path: Path, position: int, size: int) -> bool:
    """Whether no whole batch starts at ``position`` of a segment of ``size`` bytes. Raises
    ``OSError``."""
    handle = disk.open(path)
    try:
        disk.drop_cache(handle)

        def read(length: int, at: int) -> bytes:
            return disk.pread(handle, length, position + at)

        return not any(True for _ in scan_verified(read, size - position, FRAME_BYTES_MAX))
    finally:
        disk.close(handle)


def scrub(disk: Disk, source: Path, request: ScrubRequest, *, sleep: Sleep) -> Report:
    """Verify every batch of the segments; the first bad one of each is reported.

    A segment that is not there any more was deleted or compacted since. Raises ``OSError`` for a
    disk that does not answer.
    """
    damage: list[Damage] = []
    bytes_read = 0
    handles = HandlePool(disk, 1)
    try:
        for segment in request.segments:
            path = files.offset_path(source, segment.base_offset, files.LOG_SUFFIX)
            try:
                disk.drop_cache(handles.get(path))
                unpaid = 0
                for header, _ in whole_batches(handles, source, segment):
                    bytes_read += header.total_bytes
                    unpaid += header.total_bytes
                    if unpaid >= request.bytes_per_second // 10:
                        sleep(unpaid / request.bytes_per_second)
                        unpaid = 0
            except DamagedInput as found:
                damage.append(found.damage)
            except FileNotFoundError:
                continue
            finally:
                handles.forget(path)
    finally:
        handles.close()
    return Report(request.generation, damage=damage, bytes_read=bytes_read)
