"""The query of a request for a whole topic's records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX, PARTITIONS_PER_TOPIC_MAX
from streaming.live.cursor import InvalidCursor, decode_cursor
from streaming.rest.consume_request import (
    BYTES_DEFAULT,
    OFFSET_MAX,
    RECORDS_DEFAULT,
    RECORDS_MAX,
    VALUE_BYTES_MAX,
    WAIT_MS_DEFAULT,
    InvalidQuery,
    bounded,
    number,
    require_known,
)

VALUE_BYTES_DEFAULT: Final = 64 * 1024

_PARAMETERS: Final = frozenset(
    {
        "partitions", "from", "cursor", "direction", "max_records", "max_bytes", "max_value_bytes",
        "timeout_ms", "filter",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: at an ``offset``, or at a time (Unix ms, ``EARLIEST``, ``LATEST``), or where
    a ``cursor`` points, by partition. Exactly one is given."""

    offset: int | None = None
    timestamp_ms: int | None = None
    cursor: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ConsumeTopicRequest:
    """``partitions`` None reads all; ``filter_text`` None gives every record."""

    start: Start
    partitions: tuple[int, ...] | None
    backward: bool
    max_records: int
    max_bytes: int
    max_value_bytes: int
    timeout_ms: int
    filter_text: str | None


def parse_consume_topic_request(query: Mapping[str, str]) -> ConsumeTopicRequest:
    """Raises ``InvalidQuery``. It begins at the earliest record, backward at the latest."""
    require_known(query, _PARAMETERS)
    direction = query.get("direction", "forward")
    if direction not in ("forward", "backward"):
        raise InvalidQuery("direction must be forward or backward")
    backward = direction == "backward"
    return ConsumeTopicRequest(
        start=_start(query, backward=backward),
        partitions=_partitions(query.get("partitions")),
        backward=backward,
        max_records=bounded(query, "max_records", RECORDS_DEFAULT, 1, RECORDS_MAX),
        max_bytes=bounded(query, "max_bytes", BYTES_DEFAULT, 1, FETCH_BYTES_MAX),
        max_value_bytes=bounded(query, "max_value_bytes", VALUE_BYTES_DEFAULT, 1, VALUE_BYTES_MAX),
        timeout_ms=bounded(query, "timeout_ms", WAIT_MS_DEFAULT, 0, FETCH_WAIT_MS_MAX),
        filter_text=query.get("filter") or None,
    )


def _start(query: Mapping[str, str], *, backward: bool) -> Start:
    cursor, start = query.get("cursor"), query.get("from")
    if cursor is not None:
        if start is not None:
            raise InvalidQuery("give from or cursor, not both")
        try:
            return Start(cursor=decode_cursor(cursor))
        except InvalidCursor as error:
            raise InvalidQuery(
                "cursor is not one that this service gave out; use next_cursor or previous_cursor "
                "of an answer as it is"
            ) from error
    if start is None:
        return Start(timestamp_ms=-1 if backward else -2)
    match start.partition(":"):
        case ("earliest", "", ""):
            return Start(timestamp_ms=-2)
        case ("latest", "", ""):
            return Start(timestamp_ms=-1)
        case ("offset", ":", text):
            return Start(offset=number("from=offset", text, OFFSET_MAX))
        case ("timestamp", ":", text):
            return Start(timestamp_ms=number("from=timestamp", text, OFFSET_MAX))
    raise InvalidQuery("from must be earliest, latest, offset:N or timestamp:MS (Unix ms)")


def _partitions(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) > PARTITIONS_PER_TOPIC_MAX:
        raise InvalidQuery(f"partitions must be at most {PARTITIONS_PER_TOPIC_MAX} numbers")
    return tuple(sorted({number("partitions", part, 2**31 - 1) for part in parts}))
