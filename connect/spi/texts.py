"""Values as text: Kafka's ``Values.convertToString``, the reverse of ``parse_string``."""

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect.spi.instants import iso_text
from connect.spi.schema import Schema, Type
from connect.spi.values import float32


def text_of(schema: Schema | None, value: Any) -> str:
    """A text is itself; texts within lists, maps and structs stand in quotes. Bytes are Base64,
    dates and times ISO 8601, null is ``null``."""
    return value if isinstance(value, str) else _text(schema, value)


def _text(schema: Schema | None, value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return float_text(value, schema is not None and schema.type is Type.FLOAT32)
    if isinstance(value, date | datetime | time):
        return iso_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return _text_of_mapping(schema, value)
    if isinstance(value, list | tuple):
        values = None if schema is None else schema.values
        return f"[{','.join(_text(values, one) for one in value)}]"
    return str(value)


def _text_of_mapping(schema: Schema | None, value: Mapping[Any, Any]) -> str:
    fields = {} if schema is None else {one.name: one.schema for one in schema.fields}
    keys = None if schema is None else schema.keys
    values = None if schema is None else schema.values
    entries = (
        f"{_text(keys, key)}:{_text(fields.get(key, values), one)}" for key, one in value.items()
    )
    return f"{{{','.join(entries)}}}"


def float_text(number: float, single: bool) -> str:
    """As ``Double.toString`` (``Float.toString`` when ``single``): plain from 0.001 up to ten
    million, else with an ``E``."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    digits = _shortest(number) if single else repr(number)
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        plain = format(Decimal(digits), "f")
        return plain if "." in plain else f"{plain}.0"
    sign, mantissa, _ = Decimal(digits).normalize().as_tuple()
    first, rest = mantissa[0], "".join(map(str, mantissa[1:])) or "0"
    return f"{'-' if sign else ''}{first}.{rest}E{Decimal(digits).adjusted()}"


def _shortest(number: float) -> str:
    """The fewest digits that a 32-bit float is read back from."""
    for precision in range(1, 10):
        text = f"{number:.{precision}g}"
        if float32(float(text)) == number:
            return text
    return repr(number)
