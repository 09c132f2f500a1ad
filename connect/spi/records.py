"""Records on their way in and out. Immutable: transforms make others (``dataclasses.replace``)."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from typing import Any, NamedTuple

from connect.spi.schema import Schema


class TopicPartition(NamedTuple):
    """A partition by its topic's name."""

    topic: str
    partition: int


class TimestampType(Enum):
    """Who gave a record its time."""

    NONE = "NoTimestampType"
    CREATE = "CreateTime"
    LOG_APPEND = "LogAppendTime"


@dataclass(frozen=True, slots=True)
class Header:
    """One of a record; the same key may come again."""

    key: str
    schema: Schema | None
    value: Any


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source has read. ``partition`` None: by the key, as producers do.

    ``source_partition`` names what was read (a table, a file) and ``source_offset`` how far, with
    this record: both are JSON objects, and are what the source is given when it begins again.
    """

    topic: str
    key: Any
    value: Any
    _: KW_ONLY
    source_partition: Mapping[str, Any]
    source_offset: Mapping[str, Any]
    key_schema: Schema | None = None
    value_schema: Schema | None = None
    partition: int | None = None
    timestamp_ms: int | None = None
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class SinkRecord:
    """What a sink is to write. ``timestamp_ms`` since 1970.

    ``topic`` is what transforms made of it, and names tables and the like; ``place`` is where the
    record was read (KIP-793), by which offsets are told.
    """

    topic: str
    partition: int
    offset: int
    key: Any
    value: Any
    _: KW_ONLY
    key_schema: Schema | None = None
    value_schema: Schema | None = None
    timestamp_ms: int | None = None
    timestamp_type: TimestampType = TimestampType.NONE
    headers: tuple[Header, ...] = ()
    original_topic: str | None = None
    """Before transforms; None: ``topic``."""

    @property
    def place(self) -> TopicPartition:
        return TopicPartition(self.original_topic or self.topic, self.partition)
