"""Asking for a compaction and taking over what was built: the owner's side, outside of the log.

All but ``compaction_request`` may run in a thread beside the log, for none of it changes a file of
the log. The decision to use what was brought in is ``PartitionLog.swap_in``.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from brokers.kernel.limits import MIB
from brokers.log import files
from brokers.log.checkpoints import PartitionKey
from brokers.log.checksums import checksum
from brokers.log.cleaner import whole_batches
from brokers.log.compaction import Cleanable
from brokers.log.disk import Disk
from brokers.log.handles import HandlePool
from brokers.log.partition_log import PartitionLog
from brokers.log.scan import CorruptLog
from brokers.log.storage_job import CleanedSegment, CompactionRequest, InputSegment
from brokers.log.subset import as_input
from brokers.log.swap import cleaned_path
from brokers.log.transaction_index import ENTRY as TRANSACTION_ENTRY
from brokers.log.transaction_index import TransactionIndex

STEP_BYTES: Final = 8 * MIB


def compaction_request(
    log: PartitionLog, key: PartitionKey, cleanable: Cleanable, now_ms: int
) -> CompactionRequest:
    """What is asked of a worker, the checksums still to be filled in. Raises ``StorageError``."""
    config = log.config
    inputs = [
        InputSegment(segment.base_offset, segment.end_offset, segment.size)
        for segment in log.closed_segments()
        if segment.end_offset <= cleanable.upper_bound
    ]
    return CompactionRequest(
        topic_id=str(uuid.UUID(bytes=key.topic_id)),
        partition=key.partition,
        generation=log.generation,
        now_ms=now_ms,
        first_dirty=cleanable.first_dirty,
        segments=inputs,
        remembered=log.remembered_batches(cleanable.upper_bound),
        delete_retention_ms=config.delete_retention_ms,
        segment_bytes=config.segment_bytes,
        segment_index_bytes=config.segment_index_bytes,
        index_interval_bytes=config.index_interval_bytes,
        marked=log.remembered_markers(),
        aborted=log.aborted_transactions(log.log_start_offset, cleanable.upper_bound),
    )


def checksums(
    disk: Disk, directory: Path, segments: Sequence[InputSegment]
) -> Iterator[InputSegment | None]:
    """Yield the segments with their checksums, and None every few mebibytes in between. Raises
    ``OSError``."""
    for segment in segments:
        path = files.offset_path(directory, segment.base_offset, files.LOG_SUFFIX)
        crc = 0
        for position in range(0, segment.size, STEP_BYTES):
            length = min(STEP_BYTES, segment.size - position)
            crc = checksum(disk, path, length, position=position, crc=crc)
            yield None
        yield replace(segment, crc=crc)


def verify_cleaned(disk: Disk, folder: Path, cleaned: CleanedSegment) -> Iterator[None]:
    """Read a built segment back from the device: every batch whole, offsets rising, its end where
    the old segments' was, and the file that was reported.

    Yields every few mebibytes, for the caller to see whether to go on. Raises ``CorruptLog`` and
    ``OSError``.
    """
    path = files.offset_path(folder, cleaned.base_offset, files.LOG_SUFFIX)
    handles = HandlePool(disk, 2)
    try:
        handle = handles.get(path)
        # As recovery does: durable first, then what the device really has.
        disk.synchronize(handle)
        disk.drop_cache(handle)
        if disk.size(handle) != cleaned.sizes[files.LOG_SUFFIX]:
            raise CorruptLog(f"{path} has another size than was reported")
        _verify_transaction_index(handles, folder, cleaned)
        last_offset, seen = -1, 0
        for header, _ in whole_batches(handles, folder, as_input(cleaned)):
            last_offset = header.last_offset
            seen += header.total_bytes
            if seen >= STEP_BYTES:
                seen = 0
                yield
        if last_offset != cleaned.end_offset - 1:
            raise CorruptLog(f"{path} ends at {last_offset}, not before {cleaned.end_offset}")
    finally:
        handles.close()
    if checksum(disk, path, cleaned.sizes[files.LOG_SUFFIX]) != cleaned.crc:
        raise CorruptLog(f"{path} is not the file that was reported")


def _verify_transaction_index(handles: HandlePool, folder: Path, cleaned: CleanedSegment) -> None:
    """Nothing would notice later that entries are missing: Raises ``CorruptLog``."""
    suffix = files.TRANSACTION_INDEX_SUFFIX
    path, size = files.offset_path(folder, cleaned.base_offset, suffix), cleaned.sizes[suffix]
    handle = handles.get(path)
    handles.disk.synchronize(handle)
    handles.disk.drop_cache(handle)
    if handles.disk.size(handle) != size or size % TRANSACTION_ENTRY.size:
        raise CorruptLog(f"{path} has another size than was reported")
    for aborted in TransactionIndex(path, handles, cleaned.base_offset, size).entries():
        if aborted.last_offset >= cleaned.end_offset:
            raise CorruptLog(f"{path} has an entry for a marker beyond the segment")


def bring_in(disk: Disk, folder: Path, directory: Path, segments: Sequence[CleanedSegment]) -> None:
    """Move the files into the partition's folder as ``.cleaned``, durably. Raises ``OSError``."""
    for cleaned in segments:
        for suffix in files.CLEANED_SUFFIXES:
            source = files.offset_path(folder, cleaned.base_offset, suffix)
            disk.rename(source, cleaned_path(directory, cleaned.base_offset, suffix))
    disk.synchronize_directory(directory)
