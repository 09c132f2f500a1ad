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
import re
from datetime import datetime
from typing import Any, Final, NamedTuple, NoReturn

import msgspec

from brokers.kernel.limits import DECODED_GROWTH, KIB, MIB

TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The end of the year 9999: what RFC 3339 can still write."""
PARTITION_MAX: Final = 2**31 - 1
HEADERS_MAX: Final = 1_000
DEPTH_MAX: Final = 128
"""Deeper nesting would exhaust the JSON parsers of those who read it."""

_FIELDS: Final = frozenset({"partition_id", "headers", "key", "value", "timestamp"})
_UNSUPPORTED: Final = frozenset({"AVRO", "JSONSCHEMA", "PROTOBUF"})


class InvalidRecord(Exception):
    """The object does not describe a record; the message says which field and what it must be."""


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


class _HeaderShape(msgspec.Struct):
    name: str
    value: str | None = None


class RecordShape(msgspec.Struct, forbid_unknown_fields=True):
    """A record as JSON has it; ``request_of_shape`` makes a request of it."""

    partition_id: int | None = None
    headers: list[_HeaderShape] | None = None
    key: _PayloadShape | None = None
    value: _PayloadShape | None = None
    timestamp: int | str | None = None


_record_decoder: Final = msgspec.json.Decoder(RecordShape)
_text_decoder: Final = msgspec.json.Decoder(str)
_any_decoder: Final = msgspec.json.Decoder()
_without_space: Final = msgspec.json.format
_QUOTED: Final = rb'"(?:[^"\\]++|\\.)*+"'
_STRING: Final = re.compile(_QUOTED, re.DOTALL)
_BRACKET: Final = re.compile(_QUOTED + rb"|([\[{])|[\]}]", re.DOTALL)
_NUMBER: Final = re.compile(rb"[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+")
_TO_LARGE_NUMBER: Final = re.compile(
    rb'(?:[^"0-9]++|' + _QUOTED + rb"|[0-9]{1,99}+(?:\.[0-9]++)?+"
    rb"(?:[eE](?:-[0-9]++|[+]?[0-9]{1,2}+))?+(?![0-9.eE]))*+",
    re.DOTALL,
)
"""Up to a number, if there is one, of which a double might not hold the magnitude."""

_DECODED_BYTES_MAX: Final = 16 * KIB
"""JSON up to this is decoded to see whether it can be: it becomes up to thirty times as much."""

_VALUE_BYTES: Final = 120
"""What ``json.loads`` takes at most for each value; before it is a comma, a colon or a bracket."""


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


def checked_utf8(text: bytes) -> bytes:
    """``text``, of which msgspec does not look at every byte. Raises ``UnicodeDecodeError``."""
    # One character outside of Unicode's first plane makes four bytes of each of them: not kept.
    text.decode()
    return text


def request_of_shape(shape: RecordShape, text: bytes) -> ProduceRequest:
    """The request that a ``RecordShape`` stands for; ``text`` is where it was read from.

    Raises ``InvalidRecord``.
    """
    partition = shape.partition_id
    if partition is not None and not 0 <= partition <= PARTITION_MAX:
        return _explained(text)
    return ProduceRequest(
        partition,
        _headers_of(shape.headers) if shape.headers else (),
        _payload_of("key", shape.key),
        _payload_of("value", shape.value),
        _timestamp(shape.timestamp),
    )


def _payload_of(name: str, shape: _PayloadShape | None) -> Payload | None:
    if shape is None:
        return None
    return Payload(shape.type, _data(name, shape.type, bytes(shape.data)))


def _headers_of(headers: list[_HeaderShape]) -> tuple[tuple[str, bytes | None], ...]:
    if len(headers) > HEADERS_MAX:
        raise InvalidRecord(f"headers must be a list of at most {HEADERS_MAX} objects")
    return tuple(
        (each.name, None if each.value is None else _base64(f"headers[{index}].value", each.value))
        for index, each in enumerate(headers)
    )


def _data(name: str, kind: str, raw: bytes) -> bytes | None:
    """The bytes that ``raw``, the JSON text of a payload's data, stands for."""
    if kind == "JSON":
        return None if raw == b"null" else _kept_json(name, raw)
    if raw[:1] == b'"':
        if kind == "STRING":
            # Without an escape the text between the quotes is the string.
            return raw[1:-1] if b"\\" not in raw else _text_decoder.decode(raw).encode()
        if kind == "BINARY" and raw.isascii():
            return _base64(f"{name}.data", _text_decoder.decode(raw))
    # A null, or one of the faults that the explaining reader has words for.
    payload = _payload(name, {"type": kind, "data": _loaded(raw)})
    return None if payload is None else payload.data


def _kept_json(name: str, raw: bytes) -> bytes:
    if len(raw) > DEPTH_MAX and raw.count(b"[") + raw.count(b"{") > DEPTH_MAX:
        _check_depth(name, raw)
    _check_numbers(name, raw)
    kept = _without_space(raw, indent=-1)
    return _with_plain_strings(kept) if b"\\u" in kept else kept


def _check_numbers(name: str, raw: bytes) -> None:
    """Raise ``InvalidRecord`` for a number that JSON can write and a double cannot hold."""
    try:
        if len(raw) <= _DECODED_BYTES_MAX:
            _any_decoder.decode(raw)
            return
        at = 0
        while (harmless := _TO_LARGE_NUMBER.match(raw, at)) and harmless.end() < len(raw):
            large = _NUMBER.match(raw, harmless.end())
            assert large is not None, "a pattern that stops in valid JSON stops at a number"
            _any_decoder.decode(large.group())
            at = large.end()
    except ValueError as error:
        raise InvalidRecord(f"{name}.data has a number out of range") from error


def _with_plain_strings(kept: bytes) -> bytes:
    """Its characters instead of their \\u escapes, where JSON lets them stand."""
    plain = bytearray()
    end = 0
    for found in _STRING.finditer(kept):
        text = found.group()
        if b"\\u" in text:
            plain += kept[end : found.start()]
            plain += msgspec.json.encode(_text_decoder.decode(text))
            end = found.end()
    plain += kept[end:]
    return bytes(plain)


def _check_depth(name: str, raw: bytes) -> None:
    depth = 0
    for found in _BRACKET.finditer(raw):
        if found.group(1):
            depth += 1
        elif found.group() in b"]}":
            depth -= 1
        if depth > DEPTH_MAX:
            raise InvalidRecord(f"{name}.data nests more than {DEPTH_MAX} levels deep")


def _explained(text: bytes) -> ProduceRequest:
    """``text`` read slowly, to say what is wrong with it. Raises ``InvalidRecord``."""
    try:
        body = _loaded(text)
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


def _loaded(text: bytes) -> Any:
    """What JSON that is refused holds. Raises ``ValueError``, ``RecursionError`` and, where that
    would take too much memory, ``InvalidRecord``."""
    values = sum(map(text.count, (b",", b":", b"[", b"{")))
    characters = len(text) if text.isascii() else 4 * len(text)
    # Once as text and once in its values, beside the body that it was read from.
    if values * _VALUE_BYTES + 2 * characters > DECODED_GROWTH // 2 * len(text) + MIB:
        raise InvalidRecord("the record is not as it must be, and too long to be told more about")
    return json.loads(text.decode(), parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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
    return header["name"], None if value is None else _base64(f"headers[{index}].value", value)


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
            return Payload(kind, _base64(f"{name}.data", data))
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


def _base64(field: str, text: Any) -> bytes:
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
