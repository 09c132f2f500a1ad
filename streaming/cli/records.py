"""One record as the commands handle it, and its two printed forms."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ENCODINGS = ("text", "hex", "base64")


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record as consumed. ``timestamp_ms`` is -1 when the record has none."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


def as_json_line(record: ReadRecord) -> str:
    """One JSON object and a newline. Bytes that are no UTF-8 become ``{"base64": "…"}``."""
    document = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp_ms,
        "key": _json_bytes(record.key),
        "value": _json_bytes(record.value),
        "headers": [[name, _json_bytes(value)] for name, value in record.headers],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _json_bytes(data: bytes | None) -> Any:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def encode(data: bytes | None, encoding: str) -> bytes:
    """``data`` in one of ``ENCODINGS``; nothing for a null."""
    match encoding:
        case _ if data is None:
            return b""
        case "hex":
            return data.hex().encode()
        case "base64":
            return base64.b64encode(data)
        case _:
            return data


def iso_time(timestamp_ms: int) -> str:
    """UTC with milliseconds; ``-`` when the record has no timestamp or one beyond the calendar."""
    try:
        moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC) if timestamp_ms >= 0 else None
    except (OverflowError, ValueError, OSError):
        moment = None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else "-"


def terminal_safe(data: bytes) -> bytes:
    """``data`` for a terminal: control characters other than line ends and tabs are escaped.

    Records are other people's bytes; an escape sequence in one must not steer the terminal.
    """
    text = data.decode(errors="backslashreplace")
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    ).encode()
