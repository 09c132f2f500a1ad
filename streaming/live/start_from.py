"""From where a subscription starts, as its text says it."""

from dataclasses import dataclass
from typing import Final

_NUMBER_DIGITS_MAX: Final = 18


class InvalidRequest(Exception):
    """A parameter cannot be understood; the message names it and says what it may be."""


@dataclass(frozen=True, slots=True)
class FromLatest:
    """Records committed from now on."""


@dataclass(frozen=True, slots=True)
class FromEarliest:
    """The oldest record that is kept."""


@dataclass(frozen=True, slots=True)
class FromEnd:
    """The last ``records`` of each partition."""

    records: int


@dataclass(frozen=True, slots=True)
class FromOffset:
    """The same offset in each partition."""

    offset: int


@dataclass(frozen=True, slots=True)
class FromTimestamp:
    """The first record at or after a moment (Unix ms)."""

    timestamp_ms: int


Start = FromLatest | FromEarliest | FromEnd | FromOffset | FromTimestamp


def parse_start(text: str) -> Start:
    """``latest``, ``earliest``, ``end-N``, ``offset:N`` or ``timestamp:UNIX_MS`` (also ``ts:``)."""
    match text.partition(":"):
        case ("latest", "", ""):
            return FromLatest()
        case ("earliest", "", ""):
            return FromEarliest()
        case ("offset", ":", number) if is_number(number):
            return FromOffset(int(number))
        case ("ts" | "timestamp", ":", number) if is_number(number):
            return FromTimestamp(int(number))
        case (end, "", "") if end.startswith("end-") and is_number(end[4:]):
            return FromEnd(int(end[4:]))
    raise InvalidRequest(
        "from must be latest, earliest, end-N, offset:N or timestamp:UNIX_MILLISECONDS"
    )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS_MAX
