"""A schema's values as JSON documents, without looking at the schema for each value.

A shortcut past ``JsonValues.document`` for what most records are: structs whose values are plain
ones of the right type. Whatever is not goes the long way, which says what is wrong with it.
"""

from collections.abc import Callable
from typing import Any, Final

from connect.converters.json_values import JsonValues
from connect.spi.errors import DataError
from connect.spi.schema import Schema, Type

Writer = Callable[[Any], Any]
"""Of a value to what ``orjson`` can write. Raises ``DataError``."""

_BITS: Final = {Type.INT8: 7, Type.INT16: 15, Type.INT32: 31, Type.INT64: 63}
_EXACT: Final = {Type.STRING: str, Type.BOOLEAN: bool}


def writer(schema: Schema, values: JsonValues) -> Writer:
    """The same as ``values.document`` of that schema."""
    if values.knows(schema):
        return _long_way(schema, values)
    if schema.type is Type.STRUCT:
        return _struct(schema, values)
    if schema.type in _BITS:
        return _integer(schema, values)
    if schema.type in _EXACT:
        return _exact(schema, values)
    return _long_way(schema, values)


def _long_way(schema: Schema, values: JsonValues) -> Writer:
    document, is_nullable = values.document, schema.optional and not schema.has_default
    return lambda value: None if value is None and is_nullable else document(schema, value)


def _exact(schema: Schema, values: JsonValues) -> Writer:
    exact, otherwise = _EXACT[schema.type], _long_way(schema, values)
    return lambda value: value if type(value) is exact else otherwise(value)


def _integer(schema: Schema, values: JsonValues) -> Writer:
    high = (1 << _BITS[schema.type]) - 1
    low, otherwise = -high - 1, _long_way(schema, values)

    def write(value: Any) -> Any:
        return value if type(value) is int and low <= value <= high else otherwise(value)

    return write


def _struct(schema: Schema, values: JsonValues) -> Writer:
    fields = [(each.name, writer(each.schema, values)) for each in schema.fields]
    otherwise = _long_way(schema, values)

    def write(value: Any) -> Any:
        if type(value) is not dict:
            return otherwise(value)
        get = value.get
        try:
            return {name: field(get(name)) for name, field in fields}
        except DataError:
            # Once more, for the message that names the field.
            return otherwise(value)

    return write
