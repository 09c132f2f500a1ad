"""What a topic's configuration means to one partition's log."""

from dataclasses import dataclass
from typing import Final, Literal

from brokers.kernel.limits import MESSAGE_BYTES_DEFAULT, MIB

SECOND_MS: Final = 1_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
FOREVER_MS: Final = 2**63 - 1

UNLIMITED: Final = -1


@dataclass(frozen=True, slots=True)
class LogConfig:
    """Kafka's topic configs under Kafka's names and defaults (``TopicConfig``), dots as
    underscores.

    Bytes and milliseconds. ``flush`` is ours: ``fsync`` counts a record as durable once a
    completed fdatasync covers it, ``os`` once the operating system has taken it.
    """

    segment_bytes: int = 1 << 30
    segment_ms: int = 7 * DAY_MS
    segment_index_bytes: int = 10 * MIB
    index_interval_bytes: int = 4096
    retention_ms: int = 7 * DAY_MS
    retention_bytes: int = UNLIMITED
    max_message_bytes: int = MESSAGE_BYTES_DEFAULT
    message_timestamp_type: Literal["CreateTime", "LogAppendTime"] = "CreateTime"
    message_timestamp_before_max_ms: int = FOREVER_MS
    message_timestamp_after_max_ms: int = HOUR_MS
    flush: Literal["fsync", "os"] = "fsync"
    file_delete_delay_ms: int = 60_000
    cleanup_policy: str = "delete"
    min_cleanable_dirty_ratio: float = 0.5
    min_compaction_lag_ms: int = 0
    max_compaction_lag_ms: int = FOREVER_MS
    delete_retention_ms: int = DAY_MS

    @property
    def deletes_old_records(self) -> bool:
        """Whether time and size retention apply; a topic that is only compacted keeps its keys."""
        return "delete" in self.cleanup_policy.split(",")

    @property
    def compacts(self) -> bool:
        """Whether of several records with one key only the last is kept."""
        return "compact" in self.cleanup_policy.split(",")

    @property
    def rolls_after_ms(self) -> int:
        """Age at which a segment is closed: with ``max.compaction.lag.ms`` records may not stay
        longer where no compaction reaches them (KIP-354). At least a second, or files would be too
        many."""
        if not self.compacts:
            return self.segment_ms
        return min(self.segment_ms, max(self.max_compaction_lag_ms, SECOND_MS))
