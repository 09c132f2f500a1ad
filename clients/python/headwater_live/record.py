"""Records, as they come and as they go."""

import base64
from dataclasses import dataclass
from typing import Any

Payload = None | bytes | str | dict[str, Any] | list[Any]
Headers = tuple[tuple[str, str | bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """``key`` and ``value`` are a JSON object or array, text, bytes or None. ``timestamp`` is Unix
    ms, -1 for none; ``size`` bytes of key and value. A ``truncated`` value is its beginning, and
    ``href`` the path of the whole record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: Any
    value: Any
    headers: Headers
    size: int
    truncated: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Produced:
    """Where a record was written; on all in-sync replicas. ``timestamp`` is Unix ms."""

    partition: int
    offset: int
    timestamp: int


def record_of(topic: str, partition: int, wire: dict[str, Any]) -> Record:
    """A record of a frame."""
    value = wire["value"]
    return Record(
        topic=topic,
        partition=partition,
        offset=int(wire["offset"]),
        timestamp=wire["timestamp"],
        key=_payload(wire["key"]),
        value=_payload(value),
        headers=tuple(_header(*header) for header in wire["headers"]),
        size=wire["size"],
        truncated=bool(value and value.get("truncated")),
        href=value.get("href") if value else None,
    )


def wire_payload(data: Payload) -> dict[str, Any] | None:
    """A key or a value as ``produce`` takes it."""
    match data:
        case None:
            return None
        case bytes():
            return {"type": "base64", "data": base64.b64encode(data).decode()}
        case str():
            return {"type": "string", "data": data}
    return {"type": "json", "data": data}


def wire_header(name: str, value: str | bytes | None) -> list[str | None]:
    """A header as ``produce`` takes it."""
    if isinstance(value, bytes):
        return [name, base64.b64encode(value).decode(), "base64"]
    return [name, value]


def _payload(wire: dict[str, Any] | None) -> Any:
    if wire is None:
        return None
    return base64.b64decode(wire["data"]) if wire["type"] == "base64" else wire["data"]


def _header(
    name: str, value: str | None, encoding: str | None = None
) -> tuple[str, str | bytes | None]:
    if value is not None and encoding == "base64":
        return name, base64.b64decode(value)
    return name, value
