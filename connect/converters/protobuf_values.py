"""Values as Protobuf messages, beside their schemas."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from connect.converters import logical
from connect.converters.protobuf_schemas import WRAPPERS
from connect.spi.errors import DataError
from connect.spi.instants import instant
from connect.spi.schema import DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME, Schema, Type

_INT64_MAX: Final = (1 << 63) - 1
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


def read(message: Message, schema: Schema) -> dict[str, Any]:
    """The struct that a message holds. Raises ``DataError``."""
    fields = message.DESCRIPTOR.fields_by_name
    return {
        field.name: _read_field(message, fields[field.name], field.schema)
        for field in schema.fields
    }


def _read_field(message: Any, field: FieldDescriptor, schema: Schema) -> Any:
    if schema.type is Type.MAP:
        assert schema.values is not None
        inner = field.message_type.fields_by_name["value"]
        told = getattr(message, field.name)
        return {key: _single(told[key], inner, schema.values) for key in told}
    if schema.type is Type.ARRAY:
        assert schema.values is not None
        return [_single(each, field, schema.values) for each in getattr(message, field.name)]
    if field.has_presence and not message.HasField(field.name):
        if schema.optional:
            return None
        raise DataError(f"{field.name}: null, and the schema does not allow it")
    return _single(getattr(message, field.name), field, schema)


def _single(value: Any, field: FieldDescriptor, schema: Schema) -> Any:
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return str(value) if known is None else known.name
    if field.message_type is None:
        return _within_int64(value, field)
    if field.message_type.full_name in WRAPPERS:
        return _within_int64(value.value, field)
    try:
        return _read_message(value, schema)
    except (ValueError, OverflowError, TypeError) as error:
        raise DataError(f"{field.name}: {error}") from error


def _within_int64(value: Any, field: FieldDescriptor) -> Any:
    if isinstance(value, int) and value > _INT64_MAX:
        raise DataError(f"{field.name}: {value} is too large for an int64")
    return value


def _read_message(value: Any, schema: Schema) -> dict[str, Any] | date | time | datetime | Decimal:
    match schema.name:
        case "org.apache.kafka.connect.data.Timestamp":
            return instant(value.seconds * 1_000 + value.nanos // 1_000_000)
        case "org.apache.kafka.connect.data.Date":
            return date(value.year, value.month, value.day)
        case "org.apache.kafka.connect.data.Time":
            return time(value.hours, value.minutes, value.seconds, value.nanos // 1_000)
        case "org.apache.kafka.connect.data.Decimal":
            # The message's own scale is what its bytes are of.
            told = logical.decimal_of(value.value, value.scale)
            return logical.scaled(told, logical.scale_of(schema))
    return read(value, schema)
