"""Records as Kafka has them: bytes, before they are read and after they are written."""

from dataclasses import dataclass

from connect.converters.converter import Headers
from connect.spi.records import TimestampType


@dataclass(frozen=True, slots=True)
class ConsumedMessage:
    """What a sink's consumer got. ``timestamp_ms`` is Unix ms, None where there is none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int | None
    timestamp_type: TimestampType


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What is to be produced; without a partition the producer chooses one."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int | None
