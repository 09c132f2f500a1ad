"""Patterns of Java's ``SimpleDateFormat``, in UTC and English.

Reading is lenient as there: numbers may be shorter or longer than their letters, a 13th month is
the first of the next year, what follows the last letter is ignored. Two things differ: years before
1582 are of today's calendar, and a year of two digits lies between 1969 and 2068 (Java looks at the
clock).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connect.spi.errors import ConfigError, DataError

PATTERN_CHARACTERS_MAX: Final = 200
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_ZONE: Final = re.compile(
    r"(?:(?:UTC|GMT)(?=$|[^+-])|Z|(?:GMT|UTC)?([+-])([0-9]{1,2}):?([0-9]{2})?)"
)


@dataclass(frozen=True, slots=True)
class _Element:
    """A run of one letter (``letter``, ``count``), or text that stands for itself."""

    letter: str = ""
    count: int = 0
    text: str = ""


class DateFormat:
    """A pattern, checked."""

    def __init__(self, pattern: str) -> None:
        """Raises ``ConfigError`` where it is no pattern."""
        self.pattern = pattern
        self._elements = _elements(pattern)

    def write(self, moment: datetime) -> str:
        """``moment``, an aware instant, in UTC."""
        moment = moment.astimezone(UTC)
        return "".join(
            one.text if not one.letter else _WRITERS[one.letter](moment, one.count)
            for one in self._elements
        )

    def read(self, text: str) -> datetime:
        """The instant, in UTC; fields that the pattern lacks are those of 1970's first moment.
        Raises ``DataError``."""
        found: dict[str, int] = {}
        at = 0
        for index, element in enumerate(self._elements):
            after = self._elements[index + 1] if index + 1 < len(self._elements) else None
            is_abutting = after is not None and after.letter != "" and _is_number(after)
            try:
                at = _read(element, text, at, found, is_abutting)
            except ValueError as error:
                raise self._unreadable(text) from error
        try:
            return _resolved(found)
        except (OverflowError, ValueError) as error:
            raise self._unreadable(text) from error

    def _unreadable(self, text: str) -> DataError:
        return DataError(
            f"Could not parse timestamp: value ({text}) does not match pattern ({self.pattern})"
        )


def date_format(name: str, value: Any) -> None:
    """A validator for settings that are patterns. Raises ``ConfigError``."""
    if value:
        DateFormat(value)


def _elements(pattern: str) -> tuple[_Element, ...]:
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        raise ConfigError(f"A date pattern has at most {PATTERN_CHARACTERS_MAX} characters")
    elements: list[_Element] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "'":
            text, at = _quoted(pattern, at + 1)
            elements.append(_Element(text=text))
        elif character.isascii() and character.isalpha():
            end = at
            while end < len(pattern) and pattern[end] == character:
                end += 1
            _check_letter(pattern, character, end - at)
            elements.append(_Element(letter=character, count=end - at))
            at = end
        else:
            elements.append(_Element(text=character))
            at += 1
    return tuple(elements)


def _quoted(pattern: str, at: int) -> tuple[str, int]:
    """The text between quotes, two of them being one, and where the pattern goes on."""
    if pattern[at : at + 1] == "'":
        return "'", at + 1
    text: list[str] = []
    while at < len(pattern):
        if pattern[at] != "'":
            text.append(pattern[at])
            at += 1
        elif pattern[at + 1 : at + 2] == "'":
            text.append("'")
            at += 2
        else:
            return "".join(text), at + 1
    raise ConfigError(f"{pattern} is no date pattern: Unterminated quote")


def _check_letter(pattern: str, letter: str, count: int) -> None:
    if letter not in _WRITERS:
        raise ConfigError(f"{pattern} is no date pattern: Illegal pattern character '{letter}'")
    if letter == "X" and count > 3:
        raise ConfigError(f"{pattern} is no date pattern: invalid ISO 8601 format: length={count}")


def _number(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, count: str(value(moment)).zfill(count)


def _year(moment: datetime, count: int) -> str:
    year = _week_year(moment) if count < 0 else moment.year
    count = abs(count)
    return f"{year % 100:02}" if count == 2 else str(year).zfill(count)


def _month(moment: datetime, count: int) -> str:
    if count < 3:
        return str(moment.month).zfill(count)
    name = _MONTHS[moment.month - 1]
    return name if count > 3 else name[:3]


def _day_name(moment: datetime, count: int) -> str:
    name = _DAYS[moment.weekday()]
    return name if count > 3 else name[:3]


def _week(moment: datetime) -> int:
    """Of the year, as in the United States: from Sunday, the first being that of January 1st."""
    if _week_year(moment) > moment.year:
        return 1
    first = moment.replace(month=1, day=1)
    return (moment.timetuple().tm_yday - 1 + first.isoweekday() % 7) // 7 + 1


def _week_year(moment: datetime) -> int:
    """The next year in the week of its first of January."""
    until_saturday = 6 - moment.isoweekday() % 7
    is_next = moment.month == 12 and moment.day + until_saturday > 31
    return moment.year + is_next


def _week_of_month(moment: datetime) -> int:
    first = moment.replace(day=1)
    return (moment.day - 1 + first.isoweekday() % 7) // 7 + 1


_WRITERS: Final[dict[str, Callable[[datetime, int], str]]] = {
    "G": lambda moment, count: "AD",
    "y": _year,
    "Y": lambda moment, count: _year(moment, -count),
    "M": _month,
    "L": _month,
    "w": _number(_week),
    "W": _number(_week_of_month),
    "D": _number(lambda moment: moment.timetuple().tm_yday),
    "d": _number(lambda moment: moment.day),
    "F": _number(lambda moment: (moment.day - 1) // 7 + 1),
    "E": _day_name,
    "u": _number(lambda moment: moment.isoweekday()),
    "a": lambda moment, count: "AM" if moment.hour < 12 else "PM",
    "H": _number(lambda moment: moment.hour),
    "k": _number(lambda moment: moment.hour or 24),
    "K": _number(lambda moment: moment.hour % 12),
    "h": _number(lambda moment: moment.hour % 12 or 12),
    "m": _number(lambda moment: moment.minute),
    "s": _number(lambda moment: moment.second),
    "S": _number(lambda moment: moment.microsecond // 1_000),
    "z": lambda moment, count: "UTC" if count < 4 else "Coordinated Universal Time",
    "Z": lambda moment, count: "+0000",
    "X": lambda moment, count: "Z",
}
_NUMBERS: Final = frozenset("yYMLDdHkKhmsS")


def _is_number(element: _Element) -> bool:
    return element.letter in _NUMBERS and not (element.letter in "ML" and element.count > 2)


def _read(element: _Element, text: str, at: int, found: dict[str, int], is_abutting: bool) -> int:
    """Read one element at ``at``; where the text goes on. Raises ``ValueError``."""
    if not element.letter:
        if not text.startswith(element.text, at):
            raise ValueError(text)
        return at + len(element.text)
    while at < len(text) and text[at] in " \t":
        at += 1
    if _is_number(element):
        return _read_number(element, text, at, found, is_abutting)
    if element.letter in "MLEa":
        return _read_name(element.letter, text, at, found)
    if element.letter in "zZX":
        return _read_zone(text, at, found)
    raise ValueError(f"{element.letter} cannot be read")


def _read_number(
    element: _Element, text: str, at: int, found: dict[str, int], is_abutting: bool
) -> int:
    end = at + (text[at : at + 1] == "-")
    limit = at + element.count if is_abutting else min(len(text), at + 18)
    while end < limit and end < len(text) and "0" <= text[end] <= "9":
        end += 1
    number = int(text[at:end])
    if element.letter == "y" and element.count <= 2 and end - at == 2 and number >= 0:
        number += 1900 if number >= 69 else 2000
    found[element.letter] = number
    return end


def _read_name(letter: str, text: str, at: int, found: dict[str, int]) -> int:
    names = {"M": _MONTHS, "L": _MONTHS, "E": _DAYS, "a": ("AM", "PM")}[letter]
    for index, name in enumerate(names):
        for form in (name, name[:3]):
            if text[at : at + len(form)].lower() == form.lower():
                found[letter] = index + 1 if letter in "ML" else index
                return at + len(form)
    raise ValueError(text)


def _read_zone(text: str, at: int, found: dict[str, int]) -> int:
    match = _ZONE.match(text, at)
    if match is None:
        raise ValueError(text)
    sign, hours, minutes = match.groups()
    offset = int(hours or 0) * 60 + int(minutes or 0)
    found["zone"] = -offset if sign == "-" else offset
    return match.end()


def _resolved(found: dict[str, int]) -> datetime:
    """The instant that the fields say together, those out of range carried over."""
    month = found.get("M", found.get("L", 1)) - 1
    year = found.get("y", 1970) + month // 12
    start = datetime(year, month % 12 + 1, 1, tzinfo=UTC)
    if "D" in found and "d" not in found:
        start = datetime(year, 1, 1, tzinfo=UTC)
    days = found.get("d", found.get("D", 1)) - 1
    # 24 of `k` and 12 of `h` are 0.
    hours = found.get("H", found.get("k", 0) % 24 if "k" in found else 0)
    if "h" in found or "K" in found:
        hours = found.get("K", found.get("h", 0) % 12) + 12 * found.get("a", 0)
    return start + timedelta(
        days=days,
        hours=hours,
        minutes=found.get("m", 0) - found.get("zone", 0),
        seconds=found.get("s", 0),
        milliseconds=found.get("S", 0),
    )
