"""The query of a request for one partition's records, and what all consume queries share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from brokers.kernel.limits import FETCH_BYTES_MAX, FETCH_WAIT_MS_MAX

RECORDS_DEFAULT: Final = 500
RECORDS_MAX: Final = 10_000
BYTES_DEFAULT: Final = 1024 * 1024
WAIT_MS_DEFAULT: Final = 1_000

VALUE_BYTES_MAX: Final = FETCH_BYTES_MAX

_PARAMETERS: Final = frozenset(
    {"offset", "timestamp", "max_records", "max_bytes", "max_value_bytes", "timeout_ms"}
)
OFFSET_MAX: Final = 2**63 - 1


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
    max_value_bytes: int
    timeout_ms: int


def parse_consume_request(query: Mapping[str, str]) -> ConsumeRequest:
    """Raises ``InvalidQuery``. Without ``offset`` and ``timestamp`` it reads from the earliest."""
    require_known(query, _PARAMETERS)
    offset, timestamp = query.get("offset"), query.get("timestamp")
    if offset is not None and timestamp is not None:
        raise InvalidQuery("give offset or timestamp, not both")
    named = {"earliest": -2, "latest": -1}
    at = -2
    if offset in named:
        at, offset = named[offset], None
    elif timestamp is not None:
        at = number("timestamp", timestamp, OFFSET_MAX)
    return ConsumeRequest(
        offset=None if offset is None else number("offset", offset, OFFSET_MAX),
        timestamp_ms=at,
        max_records=bounded(query, "max_records", RECORDS_DEFAULT, 1, RECORDS_MAX),
        max_bytes=bounded(query, "max_bytes", BYTES_DEFAULT, 1, FETCH_BYTES_MAX),
        max_value_bytes=bounded(query, "max_value_bytes", VALUE_BYTES_MAX, 1, VALUE_BYTES_MAX),
        timeout_ms=bounded(query, "timeout_ms", WAIT_MS_DEFAULT, 0, FETCH_WAIT_MS_MAX),
    )


def wants_bytes(query: Mapping[str, str]) -> bool:
    """Whether the query of one record asks for key and value byte for byte, by ``format=base64``.

    Raises ``InvalidQuery``.
    """
    require_known(query, frozenset({"format"}))
    wanted = query.get("format", "auto")
    if wanted not in ("auto", "base64"):
        raise InvalidQuery("format must be auto or base64")
    return wanted == "base64"


def require_known(query: Mapping[str, str], known: frozenset[str]) -> None:
    """Raise ``InvalidQuery`` for a parameter that the endpoint does not have."""
    for name in query:
        if name not in known:
            told = ", ".join(sorted(known))
            raise InvalidQuery(f"unknown parameter {name[:64]!r}; known: {told}")


def bounded(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A number of the query, at most ``most`` whatever was asked. Raises ``InvalidQuery``."""
    text = query.get(name)
    if text is None:
        return default
    value = number(name, text, OFFSET_MAX)
    if value < least:
        raise InvalidQuery(f"{name} must be at least {least}")
    return min(value, most)


def number(name: str, text: str, most: int) -> int:
    """Raises ``InvalidQuery`` for what is not a whole number from 0 to ``most``."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most):
        also = ", earliest or latest" if name == "offset" else ""
        raise InvalidQuery(f"{name} must be a whole number, 0 or greater{also}")
    return int(text)
