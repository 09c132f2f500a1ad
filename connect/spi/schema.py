"""Schemas of keys and values, as Kafka Connect knows them. Values are plain Python beside them.

A value without a schema (``None``) is *schemaless*: whatever JSON can say. Logical types are
schemas with one of Kafka's names (KIP-26; ``org.apache.kafka.connect.data``); their values are
Python's own ``Decimal``, ``date``, ``time`` and aware ``datetime``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from connect.spi.errors import DataError


class Type(Enum):
    """Kafka Connect's types; the values are its names in JSON."""

    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BOOLEAN = "boolean"
    STRING = "string"
    BYTES = "bytes"
    ARRAY = "array"
    MAP = "map"
    STRUCT = "struct"


class _NoDefault(Enum):
    NO_DEFAULT = "no default"


NO_DEFAULT: Final = _NoDefault.NO_DEFAULT
"""A default of None is one; this is none."""


@dataclass(frozen=True, slots=True)
class Schema:
    """``fields`` are a struct's; ``keys`` a map's; ``values`` a map's or an array's."""

    type: Type
    optional: bool = False
    default: Any = field(default=NO_DEFAULT, hash=False)
    name: str | None = None
    version: int | None = None
    doc: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    fields: tuple["Field", ...] = ()
    keys: "Schema | None" = None
    values: "Schema | None" = None

    def find(self, name: str) -> "Field | None":
        """The struct's field of that name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def has_default(self) -> bool:
        return self.default is not NO_DEFAULT


@dataclass(frozen=True, slots=True)
class Field:
    """One of a struct."""

    name: str
    schema: Schema


DECIMAL_NAME: Final = "org.apache.kafka.connect.data.Decimal"
DATE_NAME: Final = "org.apache.kafka.connect.data.Date"
TIME_NAME: Final = "org.apache.kafka.connect.data.Time"
TIMESTAMP_NAME: Final = "org.apache.kafka.connect.data.Timestamp"
SCALE: Final = "scale"
"""The parameter of a decimal's schema: digits behind the point."""

INT8: Final = Schema(Type.INT8)
INT16: Final = Schema(Type.INT16)
INT32: Final = Schema(Type.INT32)
INT64: Final = Schema(Type.INT64)
FLOAT32: Final = Schema(Type.FLOAT32)
FLOAT64: Final = Schema(Type.FLOAT64)
BOOLEAN: Final = Schema(Type.BOOLEAN)
STRING: Final = Schema(Type.STRING)
BYTES: Final = Schema(Type.BYTES)
DATE: Final = Schema(Type.INT32, name=DATE_NAME, version=1)
"""Days since 1970."""
TIME: Final = Schema(Type.INT32, name=TIME_NAME, version=1)
"""Milliseconds since midnight."""
TIMESTAMP: Final = Schema(Type.INT64, name=TIMESTAMP_NAME, version=1)
"""Milliseconds since 1970, UTC."""


def optional(schema: Schema) -> Schema:
    """The same, and None."""
    return replace(schema, optional=True)


OPTIONAL_INT8: Final = optional(INT8)
OPTIONAL_INT16: Final = optional(INT16)
OPTIONAL_INT32: Final = optional(INT32)
OPTIONAL_INT64: Final = optional(INT64)
OPTIONAL_FLOAT32: Final = optional(FLOAT32)
OPTIONAL_FLOAT64: Final = optional(FLOAT64)
OPTIONAL_BOOLEAN: Final = optional(BOOLEAN)
OPTIONAL_STRING: Final = optional(STRING)
OPTIONAL_BYTES: Final = optional(BYTES)


def struct(*fields: Field, name: str | None = None, optional: bool = False) -> Schema:
    return Schema(Type.STRUCT, optional=optional, name=name, fields=fields)


def array(values: Schema, *, optional: bool = False) -> Schema:
    return Schema(Type.ARRAY, optional=optional, values=values)


def mapping(keys: Schema, values: Schema, *, optional: bool = False) -> Schema:
    return Schema(Type.MAP, optional=optional, keys=keys, values=values)


def decimal(scale: int, *, optional: bool = False) -> Schema:
    """``scale`` digits behind the point."""
    parameters = {SCALE: str(scale)}
    return Schema(Type.BYTES, optional, name=DECIMAL_NAME, version=1, parameters=parameters)


_BITS: Final = {Type.INT8: 7, Type.INT16: 15, Type.INT32: 31, Type.INT64: 63}


def _is_integer(bits: int) -> Callable[[Any], bool]:
    low, high = -(1 << bits), (1 << bits) - 1

    def accepts(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return accepts


def _is_float(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_PLAIN: Final[Mapping[Type, Callable[[Any], bool]]] = {
    **{type_: _is_integer(bits) for type_, bits in _BITS.items()},
    Type.FLOAT32: _is_float,
    Type.FLOAT64: _is_float,
    Type.BOOLEAN: lambda value: isinstance(value, bool),
    Type.STRING: lambda value: isinstance(value, str),
    Type.BYTES: lambda value: isinstance(value, (bytes, bytearray, memoryview)),
}
_LOGICAL: Final[Mapping[str, Callable[[Any], bool]]] = {
    DECIMAL_NAME: lambda value: isinstance(value, Decimal),
    DATE_NAME: lambda value: isinstance(value, date) and not isinstance(value, datetime),
    TIME_NAME: lambda value: isinstance(value, time),
    TIMESTAMP_NAME: lambda value: isinstance(value, datetime) and value.tzinfo is not None,
}


def check(schema: Schema, value: Any, path: str = "value") -> None:
    """Raises ``DataError`` that names the place in ``value`` which is not what ``schema`` says."""
    if value is None:
        if not (schema.optional or schema.has_default):
            raise DataError(f"{path}: null, and the schema does not allow it")
        return
    if schema.type is Type.STRUCT:
        _check_struct(schema, value, path)
    elif schema.type is Type.ARRAY:
        _check_array(schema, value, path)
    elif schema.type is Type.MAP:
        _check_map(schema, value, path)
    else:
        accepts = _LOGICAL.get(schema.name or "") or _PLAIN[schema.type]
        if not accepts(value):
            wanted = schema.name if schema.name in _LOGICAL else schema.type.value
            raise DataError(f"{path}: a {type(value).__name__} is no {wanted}")


def _check_struct(schema: Schema, value: Any, path: str) -> None:
    if not isinstance(value, Mapping):
        raise DataError(f"{path}: a {type(value).__name__} is no struct")
    known = {each.name for each in schema.fields}
    for name in value:
        if name not in known:
            raise DataError(f"{path}.{name}: the schema has no such field")
    for each in schema.fields:
        check(each.schema, value.get(each.name), f"{path}.{each.name}")


def _check_array(schema: Schema, value: Any, path: str) -> None:
    if not isinstance(value, (list, tuple)):
        raise DataError(f"{path}: a {type(value).__name__} is no array")
    assert schema.values is not None
    for index, each in enumerate(value):
        check(schema.values, each, f"{path}[{index}]")


def _check_map(schema: Schema, value: Any, path: str) -> None:
    if not isinstance(value, Mapping):
        raise DataError(f"{path}: a {type(value).__name__} is no map")
    assert schema.keys is not None
    assert schema.values is not None
    for key, each in value.items():
        check(schema.keys, key, f"{path} key {key!r}")
        check(schema.values, each, f"{path}[{key!r}]")
