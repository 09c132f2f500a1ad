"""How a reader wants keys and values written, and one record's JSON in that way."""

import base64
import json
from dataclasses import dataclass
from enum import StrEnum
from json.encoder import encode_basestring
from typing import Final

from brokers.wire.records import Record
from streaming.records.content import Content, as_json


class Format(StrEnum):
    AUTO = "auto"
    """A JSON object or array as such, else text when it is UTF-8, else base64."""
    JSON = "json"
    """Any valid JSON as such, a bare number or string too; what is not JSON as ``auto``."""
    UTF8 = "utf8"
    """Text, also where it is JSON; base64 when it is not UTF-8."""
    BASE64 = "base64"


VALUE_BYTES_MAX: Final = 8 * 1024 * 1024

_TYPES: Final = {Content.JSON: "json", Content.STRING: "string", Content.BINARY: "base64"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """Readers with equal encodings share what is encoded.

    A value longer than ``max_value_bytes`` comes cut, with a link to the whole: ``href`` is the
    path of the topic's partitions, with a slash at its end.
    """

    key: Format = Format.AUTO
    value: Format = Format.AUTO
    max_value_bytes: int | None = None
    href: str = ""


PLAIN: Final = Encoding()


def whole_power_of_two(limit: int) -> int:
    """``limit`` rounded down to a power of two, so that there are few encodings to share."""
    return 1 << (limit.bit_length() - 1) if limit > 0 else 0


def record_text(record: Record, partition: int, encoding: Encoding = PLAIN) -> str:
    """One record as JSON. ``size`` is bytes of key and value."""
    size = len(record.key or b"") + len(record.value or b"")
    headers = ",".join(_header_text(name, value) for name, value in record.headers)
    return (
        f'{{"offset":"{record.offset}","timestamp":{record.timestamp_ms},'
        f'"key":{_payload_text(record.key, encoding.key)},'
        f'"value":{_value_text(record, partition, encoding)},'
        f'"headers":[{headers}],"size":{size}}}'
    )


def _value_text(record: Record, partition: int, encoding: Encoding) -> str:
    value, limit = record.value, encoding.max_value_bytes
    if value is None or limit is None or len(value) <= limit:
        return _payload_text(value, encoding.value)
    kind, text = _cut(value, limit, encoding.value)
    return (
        f'{{"type":"{kind}","data":{text},"truncated":true,"size":{len(value)},'
        f'"href":"{encoding.href}{partition}/records/{record.offset}"}}'
    )


def _cut(value: bytes, limit: int, form: Format) -> tuple[str, str]:
    """The first ``limit`` bytes: text, with no half character at its end, else base64."""
    start = value[:limit]
    if form is not Format.BASE64:
        try:
            return "string", encode_basestring(start.decode())
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":
                return "string", encode_basestring(start[: error.start].decode())
    return "base64", _base64_text(start)


def _payload_text(data: bytes | None, form: Format) -> str:
    if data is None:
        return "null"
    match form:
        case Format.BASE64:
            return f'{{"type":"base64","data":{_base64_text(data)}}}'
        case Format.UTF8:
            return _as_text(data)
        case Format.JSON if _is_json(data):
            return f'{{"type":"json","data":{data.decode()}}}'
    content, text = as_json(data)
    return f'{{"type":"{_TYPES[content]}","data":{text}}}'


def _as_text(data: bytes) -> str:
    try:
        return f'{{"type":"string","data":{encode_basestring(data.decode())}}}'
    except UnicodeDecodeError:
        return f'{{"type":"base64","data":{_base64_text(data)}}}'


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _base64_text(data: bytes) -> str:
    return f'"{base64.b64encode(data).decode()}"'


def _header_text(name: str, value: bytes | None) -> str:
    """``[name, text]``; ``[name, base64, "base64"]`` when the value is not UTF-8."""
    if value is None:
        return f"[{encode_basestring(name)},null]"
    try:
        return f"[{encode_basestring(name)},{encode_basestring(value.decode())}]"
    except UnicodeDecodeError:
        return f'[{encode_basestring(name)},{_base64_text(value)},"base64"]'
