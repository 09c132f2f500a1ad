"""Values as fastavro takes them, beside their Connect schemas."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from connect.converters import logical
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
