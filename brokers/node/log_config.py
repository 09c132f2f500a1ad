"""From a topic's configs, as text, to what they mean to a partition's log."""

from collections.abc import Mapping
from typing import Literal, cast

from brokers.log.config import LogConfig
from brokers.metadata.topic_configs import list_of, value_of


def to_log_config(configs: Mapping[str, str]) -> LogConfig:
    """``configs`` holds only what was set, and was validated when it was written."""

    def number(name: str) -> int:
        return int(value_of(name, configs))

    return LogConfig(
        segment_bytes=number("segment.bytes"),
        segment_ms=number("segment.ms"),
        segment_index_bytes=number("segment.index.bytes"),
        index_interval_bytes=number("index.interval.bytes"),
        retention_ms=number("retention.ms"),
        retention_bytes=number("retention.bytes"),
        max_message_bytes=number("max.message.bytes"),
        message_timestamp_type=cast(
            Literal["CreateTime", "LogAppendTime"], value_of("message.timestamp.type", configs)
        ),
        message_timestamp_before_max_ms=number("message.timestamp.before.max.ms"),
        message_timestamp_after_max_ms=number("message.timestamp.after.max.ms"),
        flush=cast(Literal["fsync", "os"], value_of("flush", configs)),
        file_delete_delay_ms=number("file.delete.delay.ms"),
        cleanup_policy=",".join(list_of("cleanup.policy", configs)),
        min_cleanable_dirty_ratio=float(value_of("min.cleanable.dirty.ratio", configs)),
        min_compaction_lag_ms=number("min.compaction.lag.ms"),
        max_compaction_lag_ms=number("max.compaction.lag.ms"),
        delete_retention_ms=number("delete.retention.ms"),
    )
