"""Logical types as the primitives that carry them (``org.apache.kafka.connect.data``)."""

from datetime import date, time
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Final

from connect.spi.errors import DataError
from connect.spi.instants import DAY_MS
from connect.spi.schema import SCALE, Schema

_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_DIGITS_MAX: Final = 10_000
_CONTEXT: Final = Context(prec=_DIGITS_MAX)
_BYTES_MAX: Final = 4_153
"""As many as that many digits have. Python takes the square of them to make a decimal of."""


def days_of(value: date) -> int:
    """Since 1970."""
    return value.toordinal() - _FIRST_DAY


def date_of(days: int) -> date:
    try:
        return date.fromordinal(days + _FIRST_DAY)
    except (ValueError, OverflowError) as error:
        raise DataError(f"{days} days from 1970 is outside the years 1 to 9999") from error


def time_of(ms: int) -> time:
    if not 0 <= ms < DAY_MS:
        raise DataError(f"{ms} ms is no time of a day")
    seconds, rest = divmod(ms, 1000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest * 1000)


def scale_of(schema: Schema) -> int:
    """Of a decimal. Raises ``DataError``."""
    try:
        return int(schema.parameters[SCALE])
    except (KeyError, ValueError):
        raise DataError("a Decimal's schema needs the parameter scale, a whole number") from None


def scaled(value: Decimal, scale: int) -> Decimal:
    """The same number with ``scale`` digits behind the point. Raises ``DataError`` when it has
    more of them, or is none."""
    try:
        exact = value.quantize(Decimal(1).scaleb(-scale, _CONTEXT), context=_CONTEXT)
    except InvalidOperation as error:
        raise DataError(f"{value} cannot be written with scale {scale}") from error
    if exact != value:
        raise DataError(f"{value} has more than {scale} digits behind the point")
    return exact


def digits_of(value: Decimal, scale: int) -> int:
    """How many ``value`` has with ``scale`` digits behind the point, if that can be written."""
    return min(value.adjusted() + 1 + scale, _DIGITS_MAX)


def unscaled_bytes(value: Decimal, scale: int) -> bytes:
    """Two's complement, big-endian, as short as may be."""
    whole = int(scaled(value, scale).scaleb(scale, _CONTEXT))
    length = (whole if whole >= 0 else ~whole).bit_length() // 8 + 1
    return whole.to_bytes(length, "big", signed=True)


def decimal_of(data: bytes, scale: int) -> Decimal:
    """Raises ``DataError`` for more digits than ``_DIGITS_MAX``, and for a scale that no number of
    so many has."""
    if len(data) > _BYTES_MAX:
        raise DataError(f"a decimal of {len(data)} bytes; at most {_DIGITS_MAX} digits are read")
    if not -_DIGITS_MAX <= scale <= _DIGITS_MAX:
        raise DataError(f"a decimal of scale {scale}; at most {_DIGITS_MAX} digits are read")
    whole = int.from_bytes(data, "big", signed=True)
    return Decimal(whole).scaleb(-scale, _CONTEXT)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
