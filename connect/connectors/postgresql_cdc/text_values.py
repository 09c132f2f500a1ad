"""Values out of PostgreSQL's text form. Pure.

The session has ``DateStyle=ISO``, ``TimeZone=UTC``, ``IntervalStyle=iso_8601``,
``bytea_output=hex`` and ``lc_monetary=C``. All raise ``ValueError`` for what is none of the type.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAYS: Final = date(1970, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY_US: Final = 86_400_000_000
_FAR: Final = re.compile(
    rb"(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:\+00)?( BC)?"
)
_TOKEN: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"|([^{},"]+)|([{},])', re.DOTALL)
_BOUNDS: Final = re.compile(rb"(?:\[-?\d+:-?\d+\])+=")
_ESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)

DATE_INFINITE: Final = {b"infinity": 2**31 - 1, b"-infinity": -(2**31)}
TIMESTAMP_INFINITE: Final = {
    b"infinity": 9_223_372_036_825_200_000,
    b"-infinity": -9_223_372_036_832_400_000,
}
"""The numbers that PostgreSQL's JDBC driver, and Debezium with it, stand for these."""


def boolean(raw: bytes) -> bool:
    return raw == b"t"


def byte_string(raw: bytes) -> bytes:
    if raw[:2] != b"\\x":
        raise ValueError("not in hexadecimal form")
    return bytes.fromhex(raw[2:].decode())


def number(raw: bytes) -> Decimal:
    """Finite ones only."""
    value = Decimal(raw.decode())
    if not value.is_finite():
        raise ValueError(
            f"{raw.decode()} is no decimal; decimal.handling.mode=string or double can say it"
        )
    return value


def money(raw: bytes) -> Decimal:
    return number(raw.replace(b"$", b"").replace(b",", b""))


def unscaled(value: Decimal) -> tuple[int, bytes]:
    """(scale, the unscaled integer in two's complement, big end first)."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)) or "0")
    if exponent > 0:
        whole, exponent = whole * 10**exponent, 0
    whole = -whole if sign else whole
    return -exponent, whole.to_bytes(whole.bit_length() // 8 + 1, "big", signed=True)


def days(raw: bytes) -> int:
    """Since 1970."""
    if raw in DATE_INFINITE:
        return DATE_INFINITE[raw]
    try:
        return date.fromisoformat(raw.decode()).toordinal() - _EPOCH_DAYS
    except ValueError:
        return _far_us(raw) // _DAY_US


def timestamp_us(raw: bytes) -> int:
    """Microseconds since 1970 of a timestamp without a zone, read as UTC."""
    if raw in TIMESTAMP_INFINITE:
        return TIMESTAMP_INFINITE[raw]
    try:
        return (datetime.fromisoformat(raw.decode()) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError):  # TypeError: it has a zone
        return _far_us(raw)


def timestamp_ms(raw: bytes) -> int:
    infinite = TIMESTAMP_INFINITE.get(raw)
    return timestamp_us(raw) // 1000 if infinite is None else infinite


def instant(raw: bytes) -> datetime:
    """Years 1 to 9999."""
    return datetime.fromisoformat(raw.decode()).replace(tzinfo=UTC)


def plain_date(raw: bytes) -> date:
    return date.fromisoformat(raw.decode())


def plain_time(raw: bytes) -> time:
    return time.fromisoformat(raw.decode())


def time_us(raw: bytes) -> int:
    """Microseconds since midnight; 24:00:00 is one of PostgreSQL's times."""
    whole = int(raw[:2]) * 3600 + int(raw[3:5]) * 60 + int(raw[6:8])
    return whole * 1_000_000 + int(raw[9:15].ljust(6, b"0"))


def time_ms(raw: bytes) -> int:
    return time_us(raw) // 1000


def zoned_timestamp(raw: bytes) -> str:
    """ISO 8601 in UTC; ``infinity`` and years before Christ as PostgreSQL writes them."""
    text = raw.decode()
    if not text.endswith("+00"):
        return text
    day, _, clock = text.partition(" ")
    return f"{day}T{clock[:-3]}Z"


def zoned_time(raw: bytes) -> str:
    """ISO 8601 with the offset that it has."""
    text = raw.decode()
    if text.endswith("+00"):
        return f"{text[:-3]}Z"
    return text if text[-3:-2] == ":" else f"{text}:00"


def bits(raw: bytes) -> bytes:
    """Little end first."""
    return int(raw or b"0", 2).to_bytes((len(raw) + 7) // 8, "little")


def elements(raw: bytes) -> list[bytes | None]:
    """An array's, in their order; those of several dimensions one after the other."""
    bounds = _BOUNDS.match(raw)
    at = bounds.end() if bounds else 0
    found: list[bytes | None] = []
    depth, size = 0, len(raw)
    while at < size:
        token = _TOKEN.match(raw, at)
        if token is None:
            raise ValueError("not an array")
        at = token.end()
        quoted, bare, mark = token.groups()
        if quoted is not None:
            found.append(_ESCAPE.sub(rb"\1", quoted))
        elif bare is not None:
            found.append(None if bare == b"NULL" else bare)
        elif mark != b",":
            depth += 1 if mark == b"{" else -1
    if depth or raw[-1:] != b"}":
        raise ValueError("not an array")
    return found


def _far_us(raw: bytes) -> int:
    """Microseconds since 1970 in PostgreSQL's whole range, 4713 BC to 294276."""
    match = _FAR.fullmatch(raw)
    if match is None:
        raise ValueError("not a date")
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if match[8]:
        year = 1 - year
    # The calendar repeats itself every 400 years, which are 146,097 days.
    cycles, within = divmod(year - 1, 400)
    ordinal = date(within + 1, month, day).toordinal() + cycles * 146_097
    hours, minutes, seconds = (int(each or 0) for each in match.group(4, 5, 6))
    seconds += hours * 3600 + minutes * 60
    fraction = int((match[7] or b"").ljust(6, b"0"))
    return (ordinal - _EPOCH_DAYS) * _DAY_US + seconds * 1_000_000 + fraction
