"""Which segments are past keeping. Pure: facts in, a count out."""

from collections.abc import Iterable
from typing import NamedTuple

from brokers.log.config import UNLIMITED, LogConfig


class SegmentFacts(NamedTuple):
    """``end_offset`` exclusive; ``newest_ms`` the largest timestamp, or when the file was last
    written."""

    end_offset: int
    size: int
    newest_ms: int


def count_expired(
    segments: Iterable[SegmentFacts],
    config: LogConfig,
    *,
    total_bytes: int,
    now_ms: int,
    log_start_offset: int,
    high_watermark: int,
) -> int:
    """How many segments, oldest first, may be deleted.

    Only whole segments below the high watermark, and from the oldest on without a gap. ``segments``
    is read no further than needed. Kafka's ``UnifiedLog.deleteOldSegments``.
    """
    by_policy = config.deletes_old_records
    by_size = by_policy and config.retention_bytes != UNLIMITED
    by_time = by_policy and config.retention_ms != UNLIMITED
    excess = total_bytes - config.retention_bytes
    count = 0
    for segment in segments:
        too_old = by_time and now_ms - segment.newest_ms > config.retention_ms
        too_much = by_size and excess >= segment.size
        unreachable = segment.end_offset <= log_start_offset
        if segment.end_offset > high_watermark or not (too_old or too_much or unreachable):
            break
        excess -= segment.size
        count += 1
    return count
