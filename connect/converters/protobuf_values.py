"""Values as Protobuf messages, beside their schemas."""

from collections.abc import Mapping
from typing import Any, Final

from connect.converters import logical
from connect.spi.schema import DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME, Schema, Type

_LOGICAL: Final = frozenset({DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME})


def fill(message: Any, schema: Schema, value: Mapping[str, Any]) -> None:
    """Write a struct, checked already, into its message."""
    for field in schema.fields:
        told = value.get(field.name)
        if told is None:
            told = field.schema.default if field.schema.has_default else None
        if told is not None:
            _fill_field(message, field.name, field.schema, told)


def _fill_field(message: Any, name: str, schema: Schema, value: Any) -> None:
    if schema.type is Type.ARRAY:
        assert schema.values is not None
        into = getattr(message, name)
        if _is_message(schema.values):
            for each in value:
                _fill_message(into.add(), schema.values, each)
        else:
            into.extend(value)
    elif schema.type is Type.MAP:
        assert schema.values is not None
        into = getattr(message, name)
        for key, each in value.items():
            if _is_message(schema.values):
                _fill_message(into[key], schema.values, each)
            else:
                into[key] = each
    elif _is_message(schema):
        inner = getattr(message, name)
        # One without any field set is there all the same.
        inner.SetInParent()
        _fill_message(inner, schema, value)
    else:
        setattr(message, name, value)


def _is_message(schema: Schema) -> bool:
    return schema.type is Type.STRUCT or schema.name in _LOGICAL


def _fill_message(message: Any, schema: Schema, value: Any) -> None:
    match schema.name:
        case "org.apache.kafka.connect.data.Timestamp":
            message.FromDatetime(value)
        case "org.apache.kafka.connect.data.Date":
            message.year, message.month, message.day = value.year, value.month, value.day
        case "org.apache.kafka.connect.data.Time":
            message.hours, message.minutes, message.seconds = value.hour, value.minute, value.second
            message.nanos = value.microsecond * 1_000
        case "org.apache.kafka.connect.data.Decimal":
            message.scale = logical.scale_of(schema)
            message.value = logical.unscaled_bytes(value, message.scale)
        case _:
            fill(message, schema, value)
