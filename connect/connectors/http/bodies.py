"""Records as the bodies of requests. Pure."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from connect.connectors.json_text import to_json
from connect.spi.records import SinkRecord


class Format(Enum):
    JSON = "json"
    """An array of the batch's records."""
    LINES = "lines"
    """One record a line."""
    SINGLE = "single"
    """One record a request; text and bytes go as they are."""


CONTENT_TYPES = {
    Format.JSON: "application/json",
    Format.LINES: "application/x-ndjson",
    Format.SINGLE: "application/json",
}


class Envelope(Enum):
    VALUE = "value"
    RECORD = "record"
    """An object of topic, partition, offset, timestamp, key, headers and value."""


@dataclass(frozen=True, slots=True)
class Request:
    """``id`` says which records these are, whenever they are sent and by whichever process."""

    id: str
    body: bytes
    records: tuple[SinkRecord, ...]


def requests(
    records: Sequence[SinkRecord],
    format: Format,
    envelope: Envelope,
    records_max: int,
    bytes_max: int,
) -> Iterator[Request]:
    """The requests for ``records``, in order; a record above ``bytes_max`` gets one of its own.

    Raises:
        DataError: a value cannot be written as JSON.
    """
    text = _TEXTS[envelope]
    if format is Format.SINGLE:
        for record in records:
            raw = _raw(record.value) if envelope is Envelope.VALUE else None
            yield _request([raw if raw is not None else text(record)], [record], format)
        return
    batch: list[bytes] = []
    taken: list[SinkRecord] = []
    size = 0
    for record in records:
        one = text(record)
        if batch and (len(batch) >= records_max or size + len(one) + 1 > bytes_max):
            yield _request(batch, taken, format)
            batch, taken, size = [], [], 0
        batch.append(one)
        taken.append(record)
        size += len(one) + 1
    if batch:
        yield _request(batch, taken, format)


def _request(texts: list[bytes], records: list[SinkRecord], format: Format) -> Request:
    match format:
        case Format.JSON:
            body = b"[" + b",".join(texts) + b"]"
        case Format.LINES:
            body = b"\n".join(texts) + b"\n"
        case Format.SINGLE:
            body = texts[0]
    # By where they were read: transforms may give records of several topics one name. With their
    # times, since a topic that is made anew begins at the same offsets.
    named = orjson.dumps([(*r.place, r.offset, r.timestamp_ms) for r in records])
    return Request(hashlib.sha256(named).hexdigest()[:32], body, tuple(records))


def _raw(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else None


def _record(record: SinkRecord) -> bytes:
    headers = [{"key": header.key, "value": _text(header.value)} for header in record.headers]
    return to_json(
        {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp_ms,
            "key": _text(record.key),
            "headers": headers,
            "value": _text(record.value),
        }
    )


def _text(value: Any) -> Any:
    """Bytes as text where they are text: base64 is for what is none."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


_TEXTS: dict[Envelope, Callable[[SinkRecord], bytes]] = {
    Envelope.VALUE: lambda record: to_json(_text(record.value)),
    Envelope.RECORD: _record,
}
