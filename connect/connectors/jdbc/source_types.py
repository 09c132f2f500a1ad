"""Columns' types as Connect's schemas, and their values as Connect's values. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Context, Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from connect.connectors.jdbc.bound_values import json_text
from connect.connectors.jdbc.source_settings import NumericMapping
from connect.spi.errors import DataError
from connect.spi.schema import (
    BOOLEAN,
    BYTES,
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
    array,
    decimal,
    optional,
)

Convert = Callable[[Any], Any]

UNLIMITED_SCALE: Final = 18
"""Of NUMERIC without a scale, whose values have any number of digits."""
_INT64_DIGITS: Final = 18
_DOUBLE_DIGITS: Final = 15
_WIDE: Final = Context(prec=1000)


@dataclass(frozen=True, slots=True)
class Mapped:
    """``convert`` None: the values are as they should be."""

    schema: Schema
    convert: Convert | None = None


def mapped(kind: TypeEngine[Any], numbers: NumericMapping, zone: tzinfo) -> Mapped:
    """What a column of that type becomes; what Connect has no type for becomes its text."""
    if isinstance(kind, sa.ARRAY):
        return _array(kind, numbers, zone)
    # The narrower types come before those that they are of.
    if isinstance(kind, sa.Boolean):
        return Mapped(BOOLEAN, bool)
    if isinstance(kind, mysql.TINYINT):
        return Mapped(INT16 if kind.unsigned else INT8)
    if isinstance(kind, mysql.BIT):
        return Mapped(BYTES)
    if isinstance(kind, sa.Integer):
        return Mapped(_integer(kind))
    if isinstance(kind, sa.Float):
        narrow = isinstance(kind, sa.REAL | mysql.FLOAT)
        return Mapped(FLOAT32 if narrow else FLOAT64, float)
    if isinstance(kind, sa.Numeric):
        return _numeric(kind, numbers)
    if isinstance(kind, sa.DateTime):
        return Mapped(TIMESTAMP, lambda value: _moment(value, zone))
    if isinstance(kind, sa.Date):
        return Mapped(DATE)
    if isinstance(kind, sa.Time):
        return Mapped(TIME, _time)
    if isinstance(kind, sa.LargeBinary | sa.types._Binary):
        return Mapped(BYTES, bytes)
    if isinstance(kind, sa.JSON):
        return Mapped(STRING, json_text)
    if isinstance(kind, sa.Enum | sa.String):
        return Mapped(STRING)
    return Mapped(STRING, _text)


def _array(kind: sa.ARRAY[Any], numbers: NumericMapping, zone: tzinfo) -> Mapped:
    inner = mapped(kind.item_type, numbers, zone)
    convert = inner.convert
    several = (kind.dimensions or 1) > 1

    def elements(value: Any) -> Any:
        if several or any(isinstance(each, list) for each in value):
            raise DataError("an array of arrays is no value of a column's array")
        return [None if each is None or convert is None else convert(each) for each in value]

    schema = array(optional(inner.schema))
    return Mapped(schema, elements if convert is not None else None)


def _integer(kind: sa.Integer) -> Schema:
    unsigned = bool(getattr(kind, "unsigned", False))
    if isinstance(kind, sa.SmallInteger):
        return INT32 if unsigned else INT16
    if isinstance(kind, sa.BigInteger):
        return INT64
    return INT64 if unsigned else INT32


def _numeric(kind: sa.Numeric[Any], numbers: NumericMapping) -> Mapped:
    precision, scale = kind.precision, kind.scale
    if numbers is not NumericMapping.NONE and scale == 0 and precision is not None:
        for digits, schema in ((2, INT8), (4, INT16), (9, INT32), (_INT64_DIGITS, INT64)):
            if precision <= digits:
                return Mapped(schema, int)
    if numbers is NumericMapping.EAGER_DOUBLE and scale != 0:
        return Mapped(FLOAT64, float)
    if numbers is NumericMapping.BEST_FIT and scale and (precision or 99) <= _DOUBLE_DIGITS:
        return Mapped(FLOAT64, float)
    places = UNLIMITED_SCALE if scale is None else max(scale, 0)
    unit = Decimal(1).scaleb(-places)
    return Mapped(decimal(places), lambda value: _scaled(value, unit))


def _scaled(value: Any, unit: Decimal) -> Decimal:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        raise DataError(f"{number} is no decimal; numeric.mapping=best_fit_eager_double takes it")
    try:
        whole = number.quantize(unit, context=_WIDE)
    except ArithmeticError as error:
        raise DataError(f"a decimal with too many digits: {number}") from error
    if whole != number:
        raise DataError(f"a decimal with more digits than its column's scale: {number}")
    return whole


def _moment(value: Any, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.fromisoformat(str(value))
    aware = value if value.tzinfo is not None else value.replace(tzinfo=zone)
    utc: datetime = aware.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _time(value: Any) -> time:
    if isinstance(value, timedelta):
        # MySQL's TIME is a duration.
        if not timedelta() <= value < timedelta(days=1):
            raise DataError(f"{value} is no time of day")
        value = (datetime.min + value).time()
    whole: time = value.replace(microsecond=value.microsecond // 1000 * 1000, tzinfo=None)
    return whole


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json_text(value)
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
