"""Text that says its own type, as header values do: Kafka's ``Values.parseString``.

Where Kafka's reads the beginning of a text and loses the rest (``1,2`` is 1 there, ``14:34:54`` is
14) or carries a 13th month over, the text stays a text here.
"""

import math
import re
import struct
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connect.spi.schema import (
    BOOLEAN,
    DATE,
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    TIME,
    TIMESTAMP,
    Schema,
    Type,
    decimal,
)

SchemaAndValue = tuple[Schema | None, Any]

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,9})?")
_MOMENT: Final = re.compile(
    r"(?P<timestamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<time>\d\d:\d\d:\d\d\.\d{3}Z)",
    re.ASCII,
)
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORDS: Final[dict[str, SchemaAndValue]] = {
    "true": (BOOLEAN, True),
    "false": (BOOLEAN, False),
    "null": (None, None),
}
_DIGITS_MAX: Final = 1_000
DEPTH_MAX: Final = 32
"""Lists and maps within each other; what goes deeper is text."""

# From narrow to wide: a list of several takes the widest.
_NUMBERS: Final = (Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64)
_WHOLE: Final = ((8, INT8), (16, INT16), (32, INT32), (64, INT64))


def parse_string(text: str) -> SchemaAndValue:
    """The narrowest type that ``text`` is written in, and its value: a boolean, a number, a date,
    time or timestamp (``2026-11-27``, ``14:34:54.346Z``, ``2026-11-27T14:34:54.346Z``), a list
    (``[1,2]``) or a map (``{"a":1}``) of such and of quoted texts; all else is the text itself."""
    stripped = text.strip()
    told = _scalar(stripped)
    if told is None and stripped[:1] in ("[", "{"):
        try:
            told, end = _container(stripped, 0, 0)
        except ValueError:
            told, end = None, 0
        if end != len(stripped):
            told = None
    return told or (STRING, text)


def float32(number: float) -> float:
    """The nearest 32-bit float; what is too large becomes infinite."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return rounded


def _scalar(text: str) -> SchemaAndValue | None:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text) and len(text) <= _DIGITS_MAX:
        return _number(Decimal(text))
    moment = _MOMENT.fullmatch(text)
    return None if moment is None else _moment(text, str(moment.lastgroup))


def _number(number: Decimal) -> SchemaAndValue:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    # Not before the size is known: 1e999999999 as an integer would fill all memory.
    if number.adjusted() < 19 and number == number.to_integral_value():
        whole = int(number)
        for bits, schema in _WHOLE:
            if -(1 << (bits - 1)) <= whole < 1 << (bits - 1):
                return schema, whole
    if exponent != 0:
        for schema, value in ((FLOAT32, float32(float(number))), (FLOAT64, float(number))):
            if math.isfinite(value):
                return schema, value
    return decimal(-exponent), number


def _moment(text: str, kind: str) -> SchemaAndValue | None:
    readers: dict[str, tuple[Schema, Callable[[str], Any]]] = {
        "timestamp": (TIMESTAMP, datetime.fromisoformat),
        "date": (DATE, date.fromisoformat),
        "time": (TIME, lambda text: time.fromisoformat(text.removesuffix("Z"))),
    }
    schema, read = readers[kind]
    try:
        return schema, read(text)
    except ValueError:
        return None


def _container(text: str, at: int, depth: int) -> tuple[SchemaAndValue, int]:
    """The list or map that begins at ``at``, and where it ends. Raises ``ValueError``."""
    if depth > DEPTH_MAX:
        raise ValueError("too deep")
    is_map = text[at] == "{"
    closing = "}" if is_map else "]"
    keys: list[SchemaAndValue] = []
    values: list[SchemaAndValue] = []
    at = _past_space(text, at + 1)
    while text[at : at + 1] != closing:
        if values:
            at = _past(text, at, ",")
        if is_map:
            key, at = _element(text, at, depth)
            if isinstance(key[1], (list, dict)):
                raise ValueError("a key that holds others")
            keys.append(key)
            at = _past(text, at, ":")
        value, at = _element(text, at, depth)
        values.append(value)
    if is_map:
        key_schema, key_list = _common(keys)
        value_schema, value_list = _common(values)
        schema = Schema(Type.MAP, keys=key_schema, values=value_schema)
        return (schema, dict(zip(key_list, value_list, strict=True))), at + 1
    value_schema, value_list = _common(values)
    return (Schema(Type.ARRAY, values=value_schema), value_list), at + 1


def _element(text: str, at: int, depth: int) -> tuple[SchemaAndValue, int]:
    at = _past_space(text, at)
    if text[at : at + 1] in ("[", "{"):
        told, end = _container(text, at, depth + 1)
        return told, _past_space(text, end)
    quoted = _STRING.match(text, at)
    if quoted is not None:
        inner = quoted[1]
        moment = _MOMENT.fullmatch(inner)
        of_moment = None if moment is None else _moment(inner, str(moment.lastgroup))
        return of_moment or (STRING, inner), _past_space(text, quoted.end())
    end = _end_of_word(text, at)
    scalar = _scalar(text[at:end].strip())
    if scalar is None:
        raise ValueError(text[at:end])
    return scalar, end


def _end_of_word(text: str, at: int) -> int:
    # A moment holds colons, which end other words.
    moment = _MOMENT.match(text, at)
    if moment is not None:
        return _past_space(text, moment.end())
    while at < len(text) and text[at] not in ",:]}":
        at += 1
    return at


def _past(text: str, at: int, mark: str) -> int:
    if text[at : at + 1] != mark:
        raise ValueError(f"{mark} is missing")
    return _past_space(text, at + 1)


def _past_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _common(told: list[SchemaAndValue]) -> tuple[Schema | None, list[Any]]:
    """The schema that all elements have, numbers being widened to it; None where there is none."""
    schemas = [schema for schema, _ in told]
    values = [value for _, value in told]
    if not schemas or any(schema is None for schema in schemas):
        return None, values
    if all(schema == schemas[0] for schema in schemas):
        return schemas[0], values
    kinds = [schema.type for schema in schemas if schema is not None and schema.name is None]
    if len(kinds) < len(schemas) or not all(kind in _NUMBERS for kind in kinds):
        return None, values
    widest = max(kinds, key=_NUMBERS.index)
    if widest in (Type.FLOAT32, Type.FLOAT64):
        values = [float(value) for value in values]
    return Schema(widest), values
