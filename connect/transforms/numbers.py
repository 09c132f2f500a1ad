"""Numbers as Java narrows and reads them, so that a cast gives what Kafka's gives."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Final

_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_FLOAT: Final = re.compile(
    r"[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?)"
)
_DIGITS_MAX: Final = 400
"""Of a number in text: a double has at most 309 before its point."""


def wrapped(number: int, bits: int) -> int:
    """The low ``bits`` of ``number`` as a signed integer: a narrowing conversion of integers."""
    low = number & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


def whole(number: int | float | Decimal, bits: int) -> int:
    """The signed integer of ``bits`` that Java narrows ``number`` to: integers and decimals wrap,
    floats are cut off at the range of an int (or a long) first, and not-a-number is 0."""
    if isinstance(number, int):
        return wrapped(number, bits)
    if isinstance(number, Decimal):
        return wrapped(_low_bits(number), bits)
    if math.isnan(number):
        return 0
    top = 1 << (max(bits, 32) - 1)
    if abs(number) < top:
        return wrapped(int(number), bits)
    return wrapped(top - 1 if number > 0 else -top, bits)


def _low_bits(number: Decimal) -> int:
    """The integer part, or what has the same low 64 bits: 10 to the 64th is a multiple of 2 to the
    64th, and a decimal's exponent may ask for more digits than there is memory."""
    if not number.is_finite() or number.adjusted() < 0:
        return 0
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= 64:
        return 0
    return int(number)


def float_of(number: int | float | Decimal) -> float:
    """The nearest 64-bit float; what is too large becomes infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def parse_integer(text: str, bits: int) -> int:
    """As ``Byte.parseByte`` and its like. Raises ``ValueError``."""
    if _INTEGER.fullmatch(text) is None or len(text) > _DIGITS_MAX:
        raise ValueError(text)
    number = int(text)
    if not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        raise ValueError(text)
    return number


def parse_float(text: str) -> float:
    """As ``Double.parseDouble``, but for hexadecimal ones. Raises ``ValueError``."""
    trimmed = text.strip("".join(map(chr, range(33))))
    if _FLOAT.fullmatch(trimmed) is None:
        raise ValueError(text)
    return float(trimmed if trimmed.endswith(("NaN", "Infinity")) else trimmed.rstrip("fFdD"))


def parse_decimal(text: str) -> Decimal:
    """As ``new BigDecimal``. Raises ``ValueError``."""
    if len(text) > _DIGITS_MAX or re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", text) is None:
        raise ValueError(text)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
