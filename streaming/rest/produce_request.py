"""One record of a produce body: what it may say, and the bytes it stands for.

Shapes as Confluent's Kafka REST v3 (``ProduceRequest``): key and value are ``{"type", "data"}`` of
type BINARY (base64), JSON or STRING; header values are base64; timestamps are RFC 3339 or Unix ms.
JSON is kept as it was written, without the space between its tokens: numbers keep every digit.

What is right is read by compiled code (msgspec) at half a microsecond; what that does not take is
read again by ``_explained``, which says what is wrong with it.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from streaming.rest.record_json import InvalidRecord, checked_utf8, kept_json, loaded

TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The end of the year 9999: what RFC 3339 can still write."""
PARTITION_MAX: Final = 2**31 - 1
HEADERS_MAX: Final = 1_000

_FIELDS: Final = frozenset({"partition_id", "headers", "key", "value", "timestamp"})
_UNSUPPORTED: Final = frozenset({"AVRO", "JSONSCHEMA", "PROTOBUF"})
_DATA: Final = {"key": "key.data", "value": "value.data"}


class Payload(NamedTuple):
    """A key or a value: how it was given, and its bytes (None is Kafka's null)."""

    type: str
    data: bytes | None


class ProduceRequest(NamedTuple):
    partition: int | None
    headers: tuple[tuple[str, bytes | None], ...]
    key: Payload | None
    value: Payload | None
    timestamp_ms: int | None


class _PayloadShape(msgspec.Struct):
    type: str
    data: msgspec.Raw


class HeaderShape(msgspec.Struct):
    """A header as JSON has it: the value is base64."""

    name: str
    value: str | None = None


class RecordShape(msgspec.Struct, forbid_unknown_fields=True):
    """A record as JSON has it; ``request_of_shape`` makes a request of it."""

    partition_id: int | None = None
    headers: list[HeaderShape] | None = None
    key: _PayloadShape | None = None
    value: _PayloadShape | None = None
    timestamp: int | str | None = None


_record_decoder: Final = msgspec.json.Decoder(RecordShape)
_text_decoder: Final = msgspec.json.Decoder(str)


def parse_produce_request(text: bytes) -> ProduceRequest:
    """Read one object of the body. Raises ``InvalidRecord``."""
    try:
        shape = _record_decoder.decode(checked_utf8(text))
    except (ValueError, RecursionError):
        return _explained(text)
    return request_of_shape(shape, text)


def parse_produce_requests(text: bytes) -> list[ProduceRequest]:
    """Read the objects of ``text``, one after another, with white space between them or not.

    Empty when anything is wrong with any of them: ``parse_produce_request`` says what.
    """
    try:
        shapes = _record_decoder.decode_lines(checked_utf8(text))
        return [request_of_shape(shape, b"") for shape in shapes]
    except (ValueError, RecursionError, InvalidRecord):
        return []


def request_of_shape(shape: RecordShape, text: bytes) -> ProduceRequest:
    """The request that a ``RecordShape`` stands for; ``text`` is where it was read from.

    Raises ``InvalidRecord``.
    """
    partition = shape.partition_id
    if partition is not None and not 0 <= partition <= PARTITION_MAX:
        return _explained(text)
    return ProduceRequest(
        partition,
        headers_of(shape.headers) if shape.headers else (),
        _payload_of("key", shape.key),
        _payload_of("value", shape.value),
        _timestamp(shape.timestamp),
    )


def _payload_of(name: str, shape: _PayloadShape | None) -> Payload | None:
    if shape is None:
        return None
    return Payload(shape.type, _data(name, shape.type, bytes(shape.data)))


def headers_of(headers: Sequence[HeaderShape]) -> tuple[tuple[str, bytes | None], ...]:
    """Names and values. Raises ``InvalidRecord``."""
    if len(headers) > HEADERS_MAX:
        raise InvalidRecord(f"headers must be a list of at most {HEADERS_MAX} objects")
    return tuple(
        (
            each.name,
            None if each.value is None else base64_bytes(f"headers[{index}].value", each.value),
        )
        for index, each in enumerate(headers)
    )


def _data(name: str, kind: str, raw: bytes) -> bytes | None:
    """The bytes that ``raw``, the JSON text of a payload's data, stands for."""
    if kind == "JSON":
        return None if raw == b"null" else kept_json(_DATA[name], raw)
    if raw[:1] == b'"':
        if kind == "STRING":
            # Without an escape the text between the quotes is the string.
            return raw[1:-1] if b"\\" not in raw else _text_decoder.decode(raw).encode()
        if kind == "BINARY" and raw.isascii():
            return base64_bytes(f"{name}.data", _text_decoder.decode(raw))
    # A null, or one of the faults that the explaining reader has words for.
    payload = _payload(name, {"type": kind, "data": loaded(raw)})
    return None if payload is None else payload.data


def _explained(text: bytes) -> ProduceRequest:
    """``text`` read slowly, to say what is wrong with it. Raises ``InvalidRecord``."""
    try:
        body = loaded(text)
    except UnicodeDecodeError as error:
        raise InvalidRecord(f"the record is not valid UTF-8 (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRecord(f"the record is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise InvalidRecord("a record must be a JSON object")
    unknown = sorted(body.keys() - _FIELDS)
    if unknown:
        raise InvalidRecord(
            f"unknown field {_quoted(unknown[0])}; a record has "
            "partition_id, headers, key, value and timestamp"
        )
    return ProduceRequest(
        partition=_partition(body.get("partition_id")),
        headers=_headers(body.get("headers")),
        key=_payload("key", body.get("key")),
        value=_payload("value", body.get("value")),
        timestamp_ms=_timestamp(body.get("timestamp")),
    )


def _partition(value: Any) -> int | None:
    if value is None:
        return None
    if not _is_integer(value) or not 0 <= value <= PARTITION_MAX:
        raise InvalidRecord("partition_id must be a whole number, 0 or greater")
    return int(value)


def _headers(value: Any) -> tuple[tuple[str, bytes | None], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > HEADERS_MAX:
        raise InvalidRecord(f"headers must be a list of at most {HEADERS_MAX} objects")
    return tuple(_header(index, header) for index, header in enumerate(value))


def _header(index: int, header: Any) -> tuple[str, bytes | None]:
    if not isinstance(header, dict) or not isinstance(header.get("name"), str):
        raise InvalidRecord(f'headers[{index}] must be {{"name": text, "value": base64 or null}}')
    _encode(f"headers[{index}].name", header["name"])
    value = header.get("value")
    data = None if value is None else base64_bytes(f"headers[{index}].value", value)
    return header["name"], data


def _payload(name: str, value: Any) -> Payload | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidRecord(f'{name} must be {{"type": "BINARY" | "JSON" | "STRING", "data": …}}')
    kind, data = value.get("type"), value.get("data")
    if isinstance(kind, str) and kind.upper() in _UNSUPPORTED:
        raise InvalidRecord(
            f"{name}.type {kind} needs a schema, which produce does not take; "
            "serialise the data and send it as BINARY"
        )
    match kind:
        case _ if "data" not in value:
            raise InvalidRecord(f"{name}.data is missing; send null for Kafka's null")
        case "JSON":
            return Payload(kind, _json(name, data))
        case "STRING" | "BINARY" if data is None:
            return Payload(kind, None)
        case "STRING":
            if not isinstance(data, str):
                raise InvalidRecord(f"{name}.data of type STRING must be a string")
            return Payload(kind, _encode(f"{name}.data", data))
        case "BINARY":
            return Payload(kind, base64_bytes(f"{name}.data", data))
    raise InvalidRecord(f"{name}.type must be BINARY, JSON or STRING")


def _json(name: str, data: Any) -> bytes | None:
    if data is None:
        return None
    try:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:  # a number that JSON can write and a double cannot hold
        raise InvalidRecord(f"{name}.data has a number out of range") from error
    return _encode(f"{name}.data", text)


def _encode(field: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidRecord(
            f"{field} has half of a surrogate pair, which no UTF-8 can hold"
        ) from error


def base64_bytes(field: str, text: Any) -> bytes:
    """What base64 stands for. Raises ``InvalidRecord``."""
    if not isinstance(text, str):
        raise InvalidRecord(f"{field} must be a base64 string")
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRecord(f"{field} is not base64 (RFC 4648, with padding)") from error


def _timestamp(value: Any) -> int | None:
    if value is None:
        return None
    if _is_integer(value):
        milliseconds = int(value)
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise InvalidRecord(
                "timestamp must be RFC 3339 with an offset, as 2026-01-31T12:00:00Z, or Unix ms"
            )
        milliseconds = round(moment.timestamp() * 1000)
    else:
        raise InvalidRecord("timestamp must be RFC 3339 text or a whole number of Unix ms")
    if not 0 <= milliseconds <= TIMESTAMP_MS_MAX:
        raise InvalidRecord("timestamp must lie between the years 1970 and 9999")
    return milliseconds


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _quoted(text: str) -> str:
    return json.dumps(text[:64])
