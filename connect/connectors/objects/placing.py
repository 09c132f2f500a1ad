"""Which directory a record belongs to. Pure: the wall clock comes as an argument."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from connect.spi.errors import DataError
from connect.spi.instants import in_milliseconds, instant
from connect.spi.records import SinkRecord, TopicPartition

_UNSAFE: Final = re.compile(r"[/\\\x00-\x1f]")


class Placing(Protocol):
    def directory(self, record: SinkRecord, now_ms: int) -> str:
        """Raises ``DataError`` for a record that belongs nowhere."""
        ...

    def fixed_directory(self, place: TopicPartition) -> str | None:
        """That of all records of a partition, where it is one whatever they hold."""
        ...


class ByPartition:
    """A directory for each partition of the topic: ``partition=3``."""

    def directory(self, record: SinkRecord, now_ms: int) -> str:
        return self.fixed_directory(record.place)

    def fixed_directory(self, place: TopicPartition) -> str:
        return f"partition={place.partition}"


@dataclass(frozen=True, slots=True)
class ByFields:
    """A directory for each value of each field: ``country=de/city=Bremen``. A dot goes deeper."""

    fields: tuple[str, ...]
    delimiter: str = "/"

    def directory(self, record: SinkRecord, now_ms: int) -> str:
        parts = []
        for name in self.fields:
            value = field_of(record.value, name)
            if value is None:
                raise DataError(f"the value has no field {name!r}, which names its directory")
            parts.append(f"{name}={_UNSAFE.sub('_', _text(value))}")
        return self.delimiter.join(parts)

    def fixed_directory(self, place: TopicPartition) -> None:
        return None


Moment = Callable[[SinkRecord, int], int]
"""A record's time in ms since 1970, given the wall clock's."""


@dataclass(frozen=True, slots=True)
class ByTime:
    """A directory for each span of ``duration_ms`` of the record's time."""

    moment: Moment
    duration_ms: int
    path: Callable[[datetime], str]
    zone: ZoneInfo

    def directory(self, record: SinkRecord, now_ms: int) -> str:
        ms = self.moment(record, now_ms)
        offset = instant(ms).astimezone(self.zone).utcoffset() or timedelta()
        # Spans are counted on local clocks, so that a day begins at midnight there.
        ahead_ms = int(offset / timedelta(milliseconds=1))
        begun = (ms + ahead_ms) // self.duration_ms * self.duration_ms - ahead_ms
        return self.path(instant(begun).astimezone(self.zone))

    def fixed_directory(self, place: TopicPartition) -> None:
        return None


def wall_clock(record: SinkRecord, now_ms: int) -> int:
    return now_ms


def record_time(record: SinkRecord, now_ms: int) -> int:
    if record.timestamp_ms is None:
        raise DataError("the record has no timestamp, which names its directory")
    return record.timestamp_ms


@dataclass(frozen=True, slots=True)
class FieldTime:
    """The time that a field of the value says: a timestamp, ms since 1970 or ISO 8601 text."""

    field: str

    def __call__(self, record: SinkRecord, now_ms: int) -> int:
        value = field_of(record.value, self.field)
        if isinstance(value, (date, datetime)):
            return _ms(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return int(value)
        if isinstance(value, str):
            try:
                return _ms(datetime.fromisoformat(value))
            except ValueError:
                pass
        raise DataError(f"field {self.field!r} holds {value!r}, which is no time")


def _ms(value: date | datetime) -> int:
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return in_milliseconds(value)


def field_of(value: Any, path: str) -> Any:
    """What is there; None where nothing is. A name with dots in it comes before a path."""
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float, date)):
        return str(value)
    raise DataError(f"a {type(value).__name__} cannot name a directory")


# Formats of paths: letters of Java's date patterns, as people have them in their configurations.

_PATTERN: Final = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")
_LETTERS: Final[Mapping[str, Callable[[datetime], str]]] = {
    "YYYY": lambda at: f"{at.year:04}", "yyyy": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}", "yy": lambda at: f"{at.year % 100:02}",
    "MM": lambda at: f"{at.month:02}", "M": lambda at: f"{at.month}",
    "dd": lambda at: f"{at.day:02}", "d": lambda at: f"{at.day}",
    "DDD": lambda at: f"{at.timetuple().tm_yday:03}",
    "HH": lambda at: f"{at.hour:02}", "H": lambda at: f"{at.hour}",
    "mm": lambda at: f"{at.minute:02}", "m": lambda at: f"{at.minute}",
    "ss": lambda at: f"{at.second:02}", "s": lambda at: f"{at.second}",
    "SSS": lambda at: f"{at.microsecond // 1000:03}",
}  # fmt: skip


def path_format(pattern: str) -> Callable[[datetime], str]:
    """What ``pattern`` makes of a time, as ``'year'=YYYY/'month'=MM``. Raises ``ValueError``."""
    pieces: list[Callable[[datetime], str]] = []
    end = 0
    for found in _PATTERN.finditer(pattern):
        if found.start() != end:
            break
        end = found.end()
        pieces.append(_piece(found[0]))
    if end != len(pattern):
        raise ValueError(f"the quote at {end} is not closed")
    return lambda at: "".join(piece(at) for piece in pieces)


def _piece(text: str) -> Callable[[datetime], str]:
    if text.startswith("'"):
        literal = text[1:-1].replace("''", "'") or "'"
        return lambda _: literal
    if text[0].isalpha():
        known = _LETTERS.get(text)
        if known is None:
            raise ValueError(f"{text} is not known; there are {', '.join(_LETTERS)}")
        return known
    return lambda _: text


def field_names(names: Sequence[str]) -> tuple[str, ...]:
    """Raises ``ValueError`` when there are none."""
    if not names:
        raise ValueError("it names no field")
    return tuple(names)
