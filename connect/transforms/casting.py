"""One value turned into another of Connect's primitive types, as Kafka's ``Cast`` turns it."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connect.spi.errors import DataError
from connect.spi.instants import in_milliseconds
from connect.spi.schema import Schema, Type
from connect.spi.texts import text_of
from connect.spi.values import float32
from connect.transforms.numbers import (
    float_of,
    parse_float,
    parse_integer,
    whole,
)
from connect.transforms.requirements import kind, schemaless_type

INPUTS: Final = (
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN,
    Type.STRING, Type.BYTES,
)  # fmt: skip
OUTPUTS: Final = INPUTS[:-1]
_BITS: Final = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}


def cast(schema: Schema | None, value: Any, target: Type) -> Any:
    """``value`` as a ``target``, null as null. Raises ``DataError`` where it is none."""
    if value is None:
        return None
    given = schemaless_type(value) if schema is None else schema.type
    if given is None:
        raise DataError(
            f"Cast transformation was passed a value of type {kind(value)} which is not supported "
            "by Connect's data API"
        )
    if given not in INPUTS:
        raise DataError(
            f"Cast transformation does not support casting from {given.name}; "
            f"supported types are {names(INPUTS)}"
        )
    try:
        if target is Type.STRING:
            return text_of(Schema(given), value)
        return _CASTS[target](_number_or_text(value), target)
    except ValueError as error:
        raise DataError(f"Value ({value}) was out of range for requested data type") from error


def names(types: tuple[Type, ...]) -> str:
    return f"[{', '.join(one.name for one in types)}]"


def _number_or_text(value: Any) -> Any:
    """Dates and times as the numbers that Connect keeps them as."""
    if isinstance(value, date | datetime | time):
        milliseconds = in_milliseconds(value)
        is_date = isinstance(value, date) and not isinstance(value, datetime)
        return milliseconds // 86_400_000 if is_date else milliseconds
    if isinstance(value, int | float | Decimal | str):
        return value
    raise DataError(f"Unexpected type in Cast transformation: {kind(value)}")


def _integer(value: Any, target: Type) -> int:
    bits = _BITS[target]
    return parse_integer(value, bits) if isinstance(value, str) else whole(value, bits)


def _float(value: Any, target: Type) -> float:
    number = parse_float(value) if isinstance(value, str) else float_of(value)
    return float32(number) if target is Type.FLOAT32 else number


def _boolean(value: Any, target: Type) -> bool:
    return value.lower() == "true" if isinstance(value, str) else whole(value, 64) != 0


_CASTS: Final[dict[Type, Callable[[Any, Type], Any]]] = {
    **dict.fromkeys(_BITS, _integer),
    Type.FLOAT32: _float,
    Type.FLOAT64: _float,
    Type.BOOLEAN: _boolean,
}
