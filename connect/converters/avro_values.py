"""Values as fastavro takes and gives them, beside their Connect schemas."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from connect.converters import logical
from connect.converters.avro_schemas import UNION
from connect.spi.errors import DataError
from connect.spi.schema import DECIMAL_NAME, Schema, Type

UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,  # a day or a moment that no date can be
)
"""What fastavro raises for bytes that are not of the schema."""


def datum_of(schema: Schema, value: Any) -> Any:
    """As fastavro takes it: decimals at their scale, maps without text keys as entries."""
    if value is None:
        return schema.default if schema.has_default and not schema.optional else None
    if schema.name == DECIMAL_NAME and isinstance(value, Decimal):
        return logical.scaled(value, logical.scale_of(schema))
    if schema.type is Type.STRUCT and isinstance(value, Mapping):
        return {each.name: datum_of(each.schema, value.get(each.name)) for each in schema.fields}
    if schema.values is None:
        return value
    if schema.type is Type.ARRAY and isinstance(value, (list, tuple)):
        return [datum_of(schema.values, each) for each in value]
    if schema.type is Type.MAP and schema.keys is not None and isinstance(value, Mapping):
        if schema.keys.type is Type.STRING and not schema.keys.optional:
            return {key: datum_of(schema.values, each) for key, each in value.items()}
        return [
            {"key": datum_of(schema.keys, key), "value": datum_of(schema.values, each)}
            for key, each in value.items()
        ]
    return value


_KINDS: Final[tuple[tuple[Callable[[Any], bool], frozenset[Type]], ...]] = (
    (lambda datum: isinstance(datum, bool), frozenset({Type.BOOLEAN})),
    (lambda datum: isinstance(datum, int), frozenset({Type.INT32, Type.INT64})),
    (lambda datum: isinstance(datum, float), frozenset({Type.FLOAT32, Type.FLOAT64})),
    (lambda datum: isinstance(datum, str), frozenset({Type.STRING})),
    (lambda datum: isinstance(datum, bytes), frozenset({Type.BYTES})),
    (lambda datum: isinstance(datum, list), frozenset({Type.ARRAY})),
    (lambda datum: isinstance(datum, dict), frozenset({Type.MAP})),
)


def value_of(schema: Schema, datum: Any) -> Any:
    """What fastavro has read, in Connect's shape."""
    if datum is None:
        return None
    if schema.name == UNION:
        return _branch(schema, datum)
    if isinstance(datum, tuple):  # A record in a union, with its name.
        datum = datum[1]
    if schema.type is Type.STRUCT:
        return {each.name: value_of(each.schema, datum.get(each.name)) for each in schema.fields}
    if schema.values is None:
        return datum
    if schema.type is Type.ARRAY:
        return [value_of(schema.values, each) for each in datum]
    if isinstance(datum, list) and schema.keys is not None:
        return {
            value_of(schema.keys, each["key"]): value_of(schema.values, each["value"])
            for each in datum
        }
    return {key: value_of(schema.values, each) for key, each in datum.items()}


def _branch(schema: Schema, datum: Any) -> dict[str, Any]:
    """A union's value: the field of its branch is set, the others are null."""
    value: dict[str, Any] = dict.fromkeys(each.name for each in schema.fields)
    if isinstance(datum, tuple):
        name = str(datum[0]).rpartition(".")[2]
        field = next(each for each in schema.fields if each.name == name)
        return {**value, name: value_of(field.schema, datum[1])}
    types = next((kinds for fits, kinds in _KINDS if fits(datum)), frozenset[Type]())
    for each in schema.fields:
        if each.schema.type in types:
            return {**value, each.name: value_of(each.schema, datum)}
    raise DataError(f"a {type(datum).__name__} is in no branch of the union")
