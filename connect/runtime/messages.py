"""Records as Kafka has them: bytes, before they are read and after they are written."""

from dataclasses import dataclass
from typing import NamedTuple

from connect.converters.converter import Headers
from connect.spi.records import TimestampType


class ConsumedMessage(NamedTuple):
    """What a sink's consumer got. ``timestamp_ms`` is Unix ms, None where there is none.

    A tuple, because one is made for every record, which takes a dataclass that is frozen four times
    as long.
    """

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
