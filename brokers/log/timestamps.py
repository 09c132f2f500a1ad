"""Timestamps of produced batches against the clock, and finding a record by its timestamp."""

from typing import NamedTuple

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.log.config import LogConfig
from brokers.log.time_index import NO_TIMESTAMP
from brokers.wire.batch import BatchHeader
from brokers.wire.records import iterate_records


class TimestampAndOffset(NamedTuple):
    """A record found by time. ``leader_epoch`` is the one it was written in."""

    offset: int
    timestamp_ms: int
    leader_epoch: int


def check_timestamps(header: BatchHeader, config: LogConfig, now_ms: int) -> None:
    """Raise ``Refusal`` INVALID_TIMESTAMP when the batch is too old or too new (KIP-937).

    Judged by the header's base and largest timestamp; records are not looked into. Batches without
    timestamps (-1) pass.
    """
    base, newest = header.base_timestamp, header.max_timestamp
    before, after = config.message_timestamp_before_max_ms, config.message_timestamp_after_max_ms
    if newest != NO_TIMESTAMP and newest - now_ms > after:
        raise Refusal(
            ErrorCode.INVALID_TIMESTAMP,
            f"timestamp {newest} is more than message.timestamp.after.max.ms {after} "
            f"after the broker's clock {now_ms}; mend the producer's clock",
        )
    if base != NO_TIMESTAMP and now_ms - base > before:
        raise Refusal(
            ErrorCode.INVALID_TIMESTAMP,
            f"timestamp {base} is more than message.timestamp.before.max.ms {before} "
            f"before the broker's clock {now_ms}",
        )


def first_record(
    header: BatchHeader, batch: memoryview, timestamp_ms: int, from_offset: int
) -> TimestampAndOffset | None:
    """The batch's first record at or after both, or None."""
    epoch = header.partition_leader_epoch
    if header.record_count == 0:
        return None  # what compaction left of a batch
    if header.is_log_append_time and header.record_count == header.last_offset_delta + 1:
        offset = max(header.base_offset, from_offset)
        return TimestampAndOffset(offset, header.max_timestamp, epoch)
    for record in iterate_records(batch):
        if record.timestamp_ms >= timestamp_ms and record.offset >= from_offset:
            return TimestampAndOffset(record.offset, record.timestamp_ms, epoch)
    return None
