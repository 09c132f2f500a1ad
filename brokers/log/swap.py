"""Putting a compacted segment in the place of those that it was made of, whatever happens.

Kafka's names and order (``UnifiedLog.replaceSegments``, ``LogLoader.completeSwapOperations``). The
files lie in the partition's folder as ``.cleaned``, durable, and mean nothing. Renaming the log to
``.log.swap`` decides: before it the old segments count, after it the new one. Then the old files go
aside and the new ones lose their suffix, the log last. A process that stops within this leaves
either ``.cleaned`` files, which the next one removes, or a ``.log.swap``, which it puts in place.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from brokers.log import files
from brokers.log.disk import Disk, FileEntry
from brokers.log.handles import HandlePool
from brokers.log.scan import CorruptLog, scan_headers

ENDING = files.LOG_SUFFIX + files.SWAP_SUFFIX


def cleaned_path(directory: Path, base_offset: int, suffix: str) -> Path:
    """``<directory>/00000000000000000042.log.cleaned``."""
    path = files.offset_path(directory, base_offset, suffix)
    return path.with_name(path.name + files.CLEANED_SUFFIX)


def swap_path(directory: Path, base_offset: int, suffix: str) -> Path:
    path = files.offset_path(directory, base_offset, suffix)
    return path.with_name(path.name + files.SWAP_SUFFIX)


def decide(disk: Disk, directory: Path, base_offset: int) -> None:
    """From here on the cleaned segment counts. Raises ``OSError``: then it may count or not, and
    only opening the log again tells."""
    for suffix in files.CLEANED_SUFFIXES:
        disk.rename(
            cleaned_path(directory, base_offset, suffix), swap_path(directory, base_offset, suffix)
        )


def put_in_place(disk: Disk, directory: Path, base_offset: int) -> None:
    """Give the files of a decided swap their names, in place of what has them. Raises
    ``OSError``."""
    for suffix in files.CLEANED_SUFFIXES:
        disk.rename(
            swap_path(directory, base_offset, suffix),
            files.offset_path(directory, base_offset, suffix),
        )


def discard_cleaned(disk: Disk, directory: Path, base_offsets: Iterable[int]) -> None:
    """Remove ``.cleaned`` files that will not be used; what is not there is fine."""
    for base_offset in base_offsets:
        for suffix in files.CLEANED_SUFFIXES:
            with suppress(OSError):
                disk.unlink(cleaned_path(directory, base_offset, suffix))


def finish_swaps(
    directory: Path, entries: Sequence[FileEntry], handles: HandlePool
) -> Sequence[FileEntry]:
    """Complete what a process before had decided; what is in the folder then.

    Raises ``CorruptLog`` when the new segment is not whole: it had been durable before it was
    decided upon. Raises ``OSError``.
    """
    sizes = {entry.name: entry.size for entry in entries}
    pending = sorted(name for name in sizes if name.endswith(ENDING))
    if not pending:
        return entries
    disk = handles.disk
    for name in pending:
        base_offset = files.offset_of(name, ENDING)
        if base_offset is None:
            continue
        end_offset = _end_of(directory / name, sizes[name], handles)
        _remove_replaced(directory, sizes, handles, base_offset, end_offset)
        for suffix in files.CLEANED_SUFFIXES:
            source = swap_path(directory, base_offset, suffix)
            if source.name in sizes:
                disk.rename(source, files.offset_path(directory, base_offset, suffix))
    disk.synchronize_directory(directory)
    return disk.list(directory)


def _end_of(path: Path, size: int, handles: HandlePool) -> int:
    def read(length: int, position: int) -> bytes:
        return handles.disk.pread(handles.get(path), length, position)

    end_offset = end = 0
    try:
        for position, header in scan_headers(read, 0, size):
            end, end_offset = position + header.total_bytes, header.last_offset + 1
    finally:
        handles.forget(path)
    if end != size or not size:
        raise CorruptLog(f"{path} is not whole; restore this replica from another one")
    return end_offset


def _remove_replaced(
    directory: Path, sizes: Iterable[str], handles: HandlePool, base_offset: int, end_offset: int
) -> None:
    """Segments from ``base_offset`` up to ``end_offset``. The first one's log keeps its name until
    the new one takes it; its indexes go, for they may be of either."""
    for name in list(sizes):
        for suffix in files.SEGMENT_SUFFIXES:
            found = files.offset_of(name, suffix)
            if found is None or not base_offset <= found < end_offset:
                continue
            if found == base_offset and suffix == files.LOG_SUFFIX:
                continue
            handles.forget(directory / name)
            handles.disk.unlink(directory / name)
