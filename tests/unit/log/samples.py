"""Batches and logs for the tests of this folder."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brokers.log.config import LogConfig
from brokers.log.disk import Disk
from brokers.log.partition_log import Appended, PartitionLog
from brokers.wire.batch import NewRecord, build_batch, parse_batch_header

TOPIC = uuid.UUID("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9").bytes
NOW_MS = 1_700_000_000_000
SMALL_SEGMENTS = LogConfig(segment_bytes=2000, index_interval_bytes=200)


def batch(count: int = 1, size: int = 10, *, timestamp: int = NOW_MS, **fields: Any) -> bytes:
    """A batch as a producer sends it: record n has timestamp ``timestamp`` + n."""
    records = [
        NewRecord(b"key", bytes([65 + n % 26]) * size, timestamp_ms=timestamp + n)
        for n in range(count)
    ]
    return build_batch(records, base_timestamp=timestamp, **fields)


def open_log(disk: Disk, directory: Path, config: LogConfig, **options: Any) -> PartitionLog:
    settings = {"clean": False, "now_ms": NOW_MS, "topic_id": TOPIC, **options}
    return PartitionLog.open(directory, disk=disk, config=config, **settings)


def append(
    log: PartitionLog, sent: bytes, *, leader_epoch: int = 0, now_ms: int = NOW_MS
) -> Appended:
    header = parse_batch_header(sent)
    return log.append(memoryview(sent), header, leader_epoch=leader_epoch, now_ms=now_ms)


def fill(log: PartitionLog, counts: Sequence[int], size: int = 100) -> list[bytes]:
    """Append batches of so many records; what each must look like on disk."""
    stored = []
    for count in counts:
        sent = batch(count, size)
        placed = append(log, sent)
        stored.append(as_stored(sent, placed.base_offset, 0))
    return stored


def as_stored(sent: bytes, base_offset: int, leader_epoch: int) -> bytes:
    return base_offset.to_bytes(8, "big") + sent[8:12] + leader_epoch.to_bytes(4, "big") + sent[16:]


def flush(log: PartitionLog) -> None:
    ticket = log.begin_flush()
    assert ticket is not None
    ticket.run()
    log.complete_flush(ticket)


def read_all(log: PartitionLog, *, max_bytes: int = 700) -> bytes:
    data, offset = b"", log.log_start_offset
    while offset < log.log_end_offset:
        result = log.read(
            offset, max_bytes=max_bytes, end_offset=log.log_end_offset, at_least_one=True
        )
        assert result.next_offset > offset
        data, offset = data + result.data, result.next_offset
    return data
