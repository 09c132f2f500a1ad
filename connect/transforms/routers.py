"""``RegexRouter``, ``TimestampRouter``: another topic for a record; ``Filter``: none."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance
from connect.spi.errors import DataError
from connect.spi.instants import instant
from connect.transforms.date_format import DateFormat, date_format
from connect.transforms.linear_regex import compile_regex, expand, regex
from connect.transforms.transform import R, Transform, kafka_transform

TOPICS_KEPT: Final = 1_000
_TOPIC_FORMAT: Final = "topic.format"
_TIMESTAMP_FORMAT: Final = "timestamp.format"


class RegexRouter(Transform):
    name = "RegexRouter"
    aliases = kafka_transform("RegexRouter")
    title = "Route by pattern"
    doc = "Renames the topic of a record where a regular expression matches the whole name."
    config = ConfigDef(
        (
            ConfigKey(
                name="regex",
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                validator=regex,
                doc="The regular expression (RE2's syntax).",
            ),
            ConfigKey(
                name="replacement",
                type=ConfigType.STRING,
                importance=Importance.HIGH,
                doc="The new name; $1 or ${name} stand for what a group matched.",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._pattern = compile_regex("regex", config["regex"])
        self._replacement: str = config["replacement"]
        # Records are many and topics few.
        self._routed = lru_cache(TOPICS_KEPT)(self._route)

    def apply(self, record: R) -> R | None:
        topic = self._routed(record.topic)
        return record if topic == record.topic else replace(record, topic=topic)

    def _route(self, topic: str) -> str:
        match = self._pattern.fullmatch(topic)
        return topic if match is None else expand(match, self._replacement)


class TimestampRouter(Transform):
    name = "TimestampRouter"
    aliases = kafka_transform("TimestampRouter")
    title = "Route by time"
    doc = "Renames the topic of a record by the record's timestamp (UTC)."
    config = ConfigDef(
        (
            ConfigKey(
                name=_TOPIC_FORMAT,
                type=ConfigType.STRING,
                default="${topic}-${timestamp}",
                importance=Importance.HIGH,
                doc="The new name; ${topic} and ${timestamp} are filled in.",
            ),
            ConfigKey(
                name=_TIMESTAMP_FORMAT,
                type=ConfigType.STRING,
                default="yyyyMMdd",
                importance=Importance.HIGH,
                validator=date_format,
                doc="How the timestamp is written (Java's SimpleDateFormat).",
            ),
        )
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._topic_format: str = config[_TOPIC_FORMAT]
        self._format = DateFormat(config[_TIMESTAMP_FORMAT])

    def apply(self, record: R) -> R | None:
        if record.timestamp_ms is None:
            raise DataError(f"Timestamp missing on record of topic {record.topic}")
        at = self._format.write(instant(record.timestamp_ms))
        topic = self._topic_format.replace("${topic}", record.topic).replace("${timestamp}", at)
        return replace(record, topic=topic)


class Filter(Transform):
    name = "Filter"
    aliases = kafka_transform("Filter")
    title = "Drop records"
    doc = "Drops every record; with a predicate, those for which it holds."

    def apply(self, record: R) -> R | None:
        return None
