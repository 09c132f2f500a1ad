"""The query of a consume request, and the page of records that answers it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX
from brokers.wire.records import Record
from streaming.records.content import Content, as_json
from streaming.records.decoding import Unreadable

RECORDS_DEFAULT: Final = 500
RECORDS_MAX: Final = 10_000
BYTES_DEFAULT: Final = 1024 * 1024
WAIT_MS_DEFAULT: Final = 1_000

_PARAMETERS: Final = frozenset({"offset", "timestamp", "max_records", "max_bytes", "timeout_ms"})
_OFFSET_MAX: Final = 2**63 - 1
_TYPES: Final = {Content.JSON: "JSON", Content.STRING: "STRING", Content.BINARY: "BINARY"}


class InvalidQuery(Exception):
    """A parameter cannot be understood; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class ConsumeRequest:
    """Where to read from: an ``offset``, or with None the first record at ``timestamp_ms``.

    ``EARLIEST`` (-2) and ``LATEST`` (-1) are timestamps too, as in Kafka.
    """

    offset: int | None
    timestamp_ms: int
    max_records: int
    max_bytes: int
    timeout_ms: int


def parse_consume_request(query: QueryDict) -> ConsumeRequest:
    """Raises ``InvalidQuery``. Without ``offset`` and ``timestamp`` it reads from the earliest."""
    for name in query:
        if name not in _PARAMETERS:
            known = ", ".join(sorted(_PARAMETERS))
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: {known}")
    offset, timestamp = query.get("offset"), query.get("timestamp")
    if offset is not None and timestamp is not None:
        raise InvalidQuery("give offset or timestamp, not both")
    named = {"earliest": -2, "latest": -1}
    at = -2
    if offset in named:
        at, offset = named[offset], None
    elif timestamp is not None:
        at = _number("timestamp", timestamp, _OFFSET_MAX)
    return ConsumeRequest(
        offset=None if offset is None else _number("offset", offset, _OFFSET_MAX),
        timestamp_ms=at,
        max_records=_bounded(query, "max_records", RECORDS_DEFAULT, 1, RECORDS_MAX),
        max_bytes=_bounded(query, "max_bytes", BYTES_DEFAULT, 1, FETCH_BYTES_MAX),
        timeout_ms=_bounded(query, "timeout_ms", WAIT_MS_DEFAULT, 0, FETCH_WAIT_MS_MAX),
    )


def _bounded(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    value = _number(name, text, _OFFSET_MAX)
    if value < least:
        raise InvalidQuery(f"{name} must be at least {least}")
    return min(value, most)


def _number(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most):
        also = ", earliest or latest" if name == "offset" else ""
        raise InvalidQuery(f"{name} must be a whole number, 0 or greater{also}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one partition, and where to go on."""

    url: str
    cluster_id: str
    topic: str
    partition: int
    records: Sequence[Record]
    unreadable: Sequence[Unreadable]
    next_offset: int
    high_watermark: int
    log_start_offset: int

    def text(self) -> str:
        """The page as JSON. Record values that are JSON stand in it as they were written."""
        head = {
            "kind": "KafkaRecordList",
            "metadata": {"self": self.url, "next": f"{self.url}?offset={self.next_offset}"},
            "cluster_id": self.cluster_id,
            "topic_name": self.topic,
            "partition_id": self.partition,
            "next_offset": self.next_offset,
            "high_watermark": self.high_watermark,
            "log_start_offset": self.log_start_offset,
            "unreadable": [
                {"offset": each.first, "next_offset": each.next, "message": each.reason}
                for each in self.unreadable
            ],
        }
        records = ",".join(_record_text(self.partition, record) for record in self.records)
        return f'{json.dumps(head, separators=(",", ":"))[:-1]},"data":[{records}]}}'


def _record_text(partition: int, record: Record) -> str:
    headers = [
        {"name": name, "value": None if value is None else base64.b64encode(value).decode()}
        for name, value in record.headers
    ]
    return (
        f'{{"partition_id":{partition},"offset":{record.offset},'
        f'"timestamp":{record.timestamp_ms},"key":{_payload_text(record.key)},'
        f'"value":{_payload_text(record.value)},'
        f'"headers":{json.dumps(headers, separators=(",", ":"))}}}'
    )


def _payload_text(data: bytes | None) -> str:
    if data is None:
        return "null"
    content, text = as_json(data)
    return f'{{"type":"{_TYPES[content]}","data":{text}}}'
