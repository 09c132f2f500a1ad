"""Where to start reading: ``earliest``, ``latest``, ``42``, ``-5``, ``@-1h``, ``@2024-06-01``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from tenants.cli.durations import parse_duration

OFFSET_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Earliest:
    """The oldest record that the partition still has."""


@dataclass(frozen=True, slots=True)
class Latest:
    """Whatever is written from now on."""


@dataclass(frozen=True, slots=True)
class At:
    """This offset."""

    offset: int


@dataclass(frozen=True, slots=True)
class BeforeEnd:
    """The last ``count`` offsets of each partition."""

    count: int


@dataclass(frozen=True, slots=True)
class Since:
    """The first record whose timestamp is this one or later (Unix epoch, milliseconds)."""

    timestamp_ms: int


Start = Earliest | Latest | At | BeforeEnd | Since

WORDS: dict[str, Start] = {
    "earliest": Earliest(),
    "beginning": Earliest(),
    "latest": Latest(),
    "end": Latest(),
}


def parse_start(text: str, now_ms: int) -> Start:
    """What ``-o`` means. ``now_ms`` is the clock that ``@-1h`` is counted back from.

    Raises ``ValueError`` with a message for the person who typed it. Dates without a zone are UTC.
    """
    word = WORDS.get(text.lower())
    if word is not None:
        return word
    if text.startswith("@"):
        return Since(parse_moment(text[1:], now_ms))
    if re.fullmatch(r"-?[0-9]{1,19}", text):
        number = int(text)
        if abs(number) <= OFFSET_MAX:
            return BeforeEnd(-number) if text.startswith("-") else At(number)
    raise ValueError(
        f"{text!r} is not a place to start; write earliest, latest, an offset (42), "
        "a distance from the end (-5) or a time (@-1h, @2024-06-01, @2024-06-01T12:00:00Z)"
    )


def parse_moment(text: str, now_ms: int) -> int:
    """Unix ms of a time, or of so long before ``now_ms``. Raises ``ValueError``."""
    if text.startswith("-"):
        return max(now_ms - parse_duration(text[1:]), 0)
    if re.fullmatch(r"[0-9]{9,15}", text):
        # Kafka's tools speak milliseconds; seconds are what `date +%s` gives.
        return int(text) if len(text) > 10 else int(text) * 1000
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time; write -1h, 2024-06-01, 2024-06-01T12:00:00Z "
            "or milliseconds since 1970"
        ) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(int(aware.timestamp() * 1000), 0)
