"""The body of a v2 produce request: ``{"records": [{"key", "value", "partition"}]}``.

Beyond the anchors a record may have ``headers`` (``[{"name", "value"}]``, values in base64) and a
``timestamp`` (Unix ms).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from streaming.consumers.errors import InvalidPayload
from streaming.consumers.settings import Format
from streaming.rest.body import INT32_MAX, InvalidBody, items, members, number
from streaming.rest.json_body import parse_json

RECORDS_MAX: Final = 10_000
HEADERS_MAX: Final = 1_000
TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The end of the year 9999."""
MARKS_MAX: Final = 1_000_000
"""Commas and brackets in one body. Each becomes an object of ours, a hundred times its size."""

_SCHEMA_FIELDS: Final = ("key_schema", "value_schema", "key_schema_id", "value_schema_id")


@dataclass(frozen=True, slots=True)
class RecordV2:
    """None is Kafka's null; ``partition`` None leaves it to the key, ``timestamp_ms`` None to the
    clock."""

    key: bytes | None
    value: bytes | None
    partition: int | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp_ms: int | None


def parse_produce(data: bytes, wanted: Format, partition: int | None) -> list[RecordV2]:
    """Records in order; with ``partition`` all are for that one, and none may name another.

    Raises ``InvalidBody`` for what is not JSON, ``InvalidPayload`` for what is not records.
    """
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MARKS_MAX:
        raise InvalidPayload(
            f"the body holds more than {MARKS_MAX} values; send its records in several requests"
        )
    body = parse_json(data)
    try:
        given = members(body, ("records", *_SCHEMA_FIELDS))
        for name in _SCHEMA_FIELDS:
            if given.get(name) is not None:
                raise InvalidBody(f"{name} does not go with records of format {wanted.value}")
        records = enumerate(items(given, "records", RECORDS_MAX))
        return [_record(each, f"records[{index}]", wanted, partition) for index, each in records]
    except InvalidBody as error:
        raise InvalidPayload(str(error)) from error


def _record(item: Any, where: str, wanted: Format, partition: int | None) -> RecordV2:
    known = ("key", "value", "headers", "timestamp")
    given = members(item, known if partition is not None else (*known, "partition"), where=where)
    if given.get("partition") is not None:
        partition = number(given, "partition", 0, INT32_MAX)
    timestamp_ms = None
    if given.get("timestamp") is not None:
        timestamp_ms = number(given, "timestamp", 0, TIMESTAMP_MS_MAX)
    as_bytes = _json_bytes if wanted is Format.JSON else _base64_bytes
    return RecordV2(
        key=as_bytes(given.get("key"), f"{where}.key"),
        value=as_bytes(given.get("value"), f"{where}.value"),
        partition=partition,
        headers=_headers(given, where),
        timestamp_ms=timestamp_ms,
    )


def _headers(given: Mapping[str, Any], where: str) -> tuple[tuple[str, bytes | None], ...]:
    if given.get("headers") in (None, []):
        return ()
    found = []
    for index, item in enumerate(items(given, "headers", HEADERS_MAX)):
        at = f"{where}.headers[{index}]"
        header = members(item, ("name", "value"), where=at)
        name = header.get("name")
        if not isinstance(name, str):
            raise InvalidBody(f"{at}.name must be a string")
        _utf8(name, f"{at}.name")
        found.append((name, _base64_bytes(header.get("value"), f"{at}.value")))
    return tuple(found)


def _base64_bytes(value: Any, where: str) -> bytes | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise InvalidBody(f"{where} must be base64, as text")


def _json_bytes(value: Any, where: str) -> bytes | None:
    if value is None:
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise InvalidBody(f"{where} has a number out of range") from None
    return _utf8(text, where)


def _utf8(text: str, where: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidBody(
            f"{where} has half of a surrogate pair, which no UTF-8 can hold"
        ) from None
