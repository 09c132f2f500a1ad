"""Whether a log is worth compacting, and up to where. Pure: facts in, a plan out.

Kafka's ``LogCleanerManager``: the *first dirty offset* divides what an earlier compaction has seen
from what none has; nothing at or beyond the *upper bound* is touched.
"""

from collections.abc import Iterable
from typing import NamedTuple

from brokers.log.config import FOREVER_MS, LogConfig

NO_TIMESTAMP = -1


class ClosedSegment(NamedTuple):
    """A segment that takes no appends any more. ``end_offset`` exclusive.

    Timestamps in ms: ``newest_ms`` of its records or else when the file was last written,
    ``oldest_ms`` of its first batch, -1 for none.
    """

    base_offset: int
    end_offset: int
    size: int
    newest_ms: int
    oldest_ms: int


class Cleanable(NamedTuple):
    """What a compaction would do: map the keys from ``first_dirty`` to ``upper_bound`` (exclusive,
    the end of a segment) and write everything below ``upper_bound`` again."""

    first_dirty: int
    upper_bound: int
    clean_bytes: int
    dirty_bytes: int
    is_overdue: bool
    """``max.compaction.lag.ms`` has passed for one of its records."""

    @property
    def dirty_ratio(self) -> float:
        """The part that no compaction has seen, 0 to 1."""
        return self.dirty_bytes / max(1, self.clean_bytes + self.dirty_bytes)

    def is_worthwhile(self, config: LogConfig) -> bool:
        if not self.dirty_bytes:
            return False
        return self.is_overdue or self.dirty_ratio > config.min_cleanable_dirty_ratio


def find_cleanable(
    segments: Iterable[ClosedSegment],
    config: LogConfig,
    *,
    first_dirty: int,
    committed_end: int,
    now_ms: int,
) -> Cleanable:
    """``segments`` are the closed ones, oldest first; read no further than needed.

    The bound is the end of the last whole segment below ``committed_end`` before the first one that
    holds a record younger than ``min.compaction.lag.ms``.
    """
    upper_bound, clean, dirty, overdue = 0, 0, 0, False
    for segment in segments:
        too_young = segment.newest_ms > now_ms - config.min_compaction_lag_ms
        if segment.end_offset > committed_end or (config.min_compaction_lag_ms and too_young):
            break
        upper_bound = segment.end_offset
        if segment.end_offset <= first_dirty:
            clean += segment.size
            continue
        dirty += segment.size
        if config.max_compaction_lag_ms != FOREVER_MS and segment.oldest_ms != NO_TIMESTAMP:
            overdue |= now_ms - segment.oldest_ms > config.max_compaction_lag_ms
    return Cleanable(first_dirty, upper_bound, clean, dirty, overdue)
