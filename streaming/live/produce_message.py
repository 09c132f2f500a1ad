"""``produce``: one record to write, read and checked.

Keys and values are told as records frames tell them, so that what came in can go out again:
``{"type": "json" | "string" | "base64", "data": …}`` or null; headers are ``[name, text]``,
``[name, base64, "base64"]`` or ``[name, null]``.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from streaming.live.message_fields import InvalidMessage, only_fields, require_id

HEADERS_MAX: Final = 1_000
PARTITION_MAX: Final = 2**31 - 1
TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The end of the year 9999."""

_FIELDS: Final = ("type", "id", "topic", "partition", "key", "value", "headers", "timestamp")


@dataclass(frozen=True, slots=True)
class Produce:
    """``id`` comes back in the answer; ``timestamp_ms`` None is now."""

    id: str
    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp_ms: int | None


def parse_produce(body: Mapping[str, Any]) -> Produce:
    """Read the message. Raises ``InvalidMessage``."""
    only_fields(body, *_FIELDS)
    id = require_id(body)
    try:
        topic = body.get("topic")
        if not isinstance(topic, str) or not topic:
            raise InvalidMessage("produce needs topic, text")
        _encoded("topic", topic)
        return Produce(
            id=id,
            topic=topic,
            partition=_number(body, "partition", PARTITION_MAX),
            key=_payload("key", body.get("key")),
            value=_payload("value", body.get("value")),
            headers=_headers(body.get("headers")),
            timestamp_ms=_number(body, "timestamp", TIMESTAMP_MS_MAX),
        )
    except InvalidMessage as error:
        raise InvalidMessage(str(error), id) from error


def _number(body: Mapping[str, Any], name: str, maximum: int) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= maximum:
        raise InvalidMessage(f"{name} must be a whole number, 0 to {maximum}")
    return value


def _payload(name: str, value: Any) -> bytes | None:
    match value:
        case None:
            return None
        case {"type": "json", "data": data, **rest} if not rest:
            return _encoded(name, _json(name, data))
        case {"type": "string", "data": str(data), **rest} if not rest:
            return _encoded(name, data)
        case {"type": "base64", "data": str(data), **rest} if not rest:
            return _decoded(name, data)
    raise InvalidMessage(
        f'{name} must be null or {{"type":"json"|"string"|"base64","data":…}} and nothing more'
    )


def _json(name: str, data: Any) -> str:
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise InvalidMessage(f"{name}.data has a number that JSON cannot hold") from error
    except RecursionError as error:
        raise InvalidMessage(f"{name}.data is nested too deep") from error


def _headers(value: Any) -> tuple[tuple[str, bytes | None], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > HEADERS_MAX:
        raise InvalidMessage(f"headers must be a list of at most {HEADERS_MAX}")
    return tuple(_header(f"headers[{index}]", header) for index, header in enumerate(value))


def _header(name: str, header: Any) -> tuple[str, bytes | None]:
    match header:
        case [str(key), None]:
            _encoded(name, key)
            return key, None
        case [str(key), str(text)]:
            _encoded(name, key)
            return key, _encoded(name, text)
        case [str(key), str(text), "base64"]:
            _encoded(name, key)
            return key, _decoded(name, text)
    raise InvalidMessage(f'{name} must be [name, text or null] or [name, base64, "base64"]')


def _encoded(name: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidMessage(
            f"{name} has half of a surrogate pair, which no UTF-8 can hold"
        ) from error


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidMessage(f"{name} is not base64 (RFC 4648, with padding)") from error
