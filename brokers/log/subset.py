"""Whether what a compaction wrote is a part of what it read: the worker's second look.

Read back from the files and compared record by record, by other code than that which wrote them.
This opens every changed batch, which is why the broker does not do it.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from math import inf
from pathlib import Path

from brokers.kernel.errors import StorageError
from brokers.log import files
from brokers.log.cleaner import whole_batches
from brokers.log.disk import Disk
from brokers.log.handles import HandlePool
from brokers.log.storage_job import CleanedSegment, CompactionRequest, InputSegment, Report
from brokers.log.transaction_index import TransactionIndex
from brokers.wire.batch import BatchHeader
from brokers.wire.control import read_marker
from brokers.wire.records import iterate_records


class NotASubset(StorageError):
    """The compaction wrote something that it had not read. A fault of ours; nothing is used."""


def check_subset(
    disk: Disk, source: Path, target: Path, request: CompactionRequest, report: Report
) -> None:
    """Raises ``NotASubset``, and what reading raises."""
    inputs = {segment.base_offset: segment for segment in request.segments}
    handles = HandlePool(disk, 8)
    try:
        for cleaned in report.segments:
            _check_segment(handles, source, target, [inputs[b] for b in cleaned.replaces], cleaned)
        _check_transactions(handles, target, request, report)
    finally:
        handles.close()


def _check_segment(
    handles: HandlePool,
    source: Path,
    target: Path,
    group: list[InputSegment],
    cleaned: CleanedSegment,
) -> None:
    before = chain.from_iterable(whole_batches(handles, source, segment) for segment in group)
    after = whole_batches(handles, target, as_input(cleaned))
    last_offset = -1
    for header, batch in after:
        old_header, old_batch = _counterpart(before, header.base_offset)
        if batch != old_batch:
            _check_batch(old_header, old_batch, header, batch)
        last_offset = header.last_offset
    if last_offset != cleaned.end_offset - 1:
        raise NotASubset(f"segment {cleaned.base_offset} ends at {last_offset}")


def _counterpart(
    before: Iterator[tuple[BatchHeader, memoryview]], base_offset: int
) -> tuple[BatchHeader, memoryview]:
    for header, batch in before:
        if header.base_offset == base_offset:
            return header, batch
    raise NotASubset(f"no batch at {base_offset} was read")


def _check_batch(
    old_header: BatchHeader, old_batch: memoryview, header: BatchHeader, batch: memoryview
) -> None:
    if _identity(header) != _identity(old_header):
        raise NotASubset(f"the batch at {header.base_offset} says {header}, not {old_header}")
    if header.record_count == 0:
        return
    left = iter(iterate_records(old_batch))
    for record in iterate_records(batch):
        if record not in left:  # which moves on to it
            raise NotASubset(f"the record at {record.offset} is not the one that was read")


def _check_transactions(
    handles: HandlePool, target: Path, request: CompactionRequest, report: Report
) -> None:
    """By the batches that are left, as a recovery would: what an abort marker ends has no records
    where it was cleaned, and is in the index of the marker's segment."""
    known = set(request.aborted)
    left: defaultdict[int, list[BatchHeader]] = defaultdict(list)
    for cleaned in report.segments:
        suffix = files.TRANSACTION_INDEX_SUFFIX
        path = files.offset_path(target, cleaned.base_offset, suffix)
        index = TransactionIndex(path, handles, cleaned.base_offset, cleaned.sizes[suffix])
        entries = list(index.entries())
        if not known.issuperset(entries):
            raise NotASubset(f"{path.name} has an entry that the broker did not name")
        ends = {(each.producer_id, each.last_offset): each.first_offset for each in entries}
        for header, batch in whole_batches(handles, target, as_input(cleaned)):
            if header.is_transactional and not header.is_control:
                left[header.producer_id].append(header)
            marker = read_marker(batch) if header.is_control else None
            if marker is None:
                continue
            ended = left.pop(header.producer_id, [])
            if marker.committed or not ended:
                continue
            if ends.get((header.producer_id, header.last_offset), inf) > ended[0].base_offset:
                raise NotASubset(f"the abort at {header.last_offset} is missing in {path.name}")
            if any(each.record_count and each.last_offset < report.clean_to for each in ended):
                raise NotASubset(f"records are left that {header.last_offset} has aborted")


def _identity(header: BatchHeader) -> tuple[int, ...]:
    """What compaction may not touch."""
    return (
        header.base_offset,
        header.last_offset_delta,
        header.partition_leader_epoch,
        header.producer_id,
        header.producer_epoch,
        header.base_sequence,
        header.is_log_append_time,
    )


def as_input(cleaned: CleanedSegment) -> InputSegment:
    size = cleaned.sizes[files.LOG_SUFFIX]
    return InputSegment(cleaned.base_offset, cleaned.end_offset, size, cleaned.crc)
