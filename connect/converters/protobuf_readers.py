"""Messages as structs, in what a schema has become: nobody looks at it again for each value."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from connect.converters import logical
from connect.converters.decoded_memory import Allowance
from connect.converters.protobuf_schemas import DATE, DECIMAL, TIME, TIMESTAMP, WRAPPERS
from connect.spi.errors import DataError
from connect.spi.instants import instant
from connect.spi.schema import Schema, Type

Read = Callable[[Any], Any]
"""Of what ``google.protobuf`` gives to the value that it stands for. Raises ``DataError``."""

_INT64_MAX: Final = (1 << 63) - 1
_UNSIGNED: Final = frozenset({FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64})
_ABSENT: Final = object()
_UNREADABLE: Final = (ValueError, OverflowError, TypeError)
"""What is raised for a message whose numbers make no date, time or decimal."""


def message_reader(message: Descriptor, schema: Schema, allowance: Allowance) -> Read:
    """For messages of that kind. ``schema`` is what ``ProtobufReader`` says of it; ``allowance``
    has what the digits of decimals may take of memory, all else being counted before."""
    file = FileDescriptorProto()
    message.file.CopyToProto(file)
    # Of proto3, ``google.protobuf`` has checked what is text.
    text = _as_it_is if file.syntax == "proto3" else _text
    return _Readers(allowance, text).message(message, schema)


class _Readers:
    """Of the messages within one."""

    def __init__(self, allowance: Allowance, text: Read) -> None:
        self._allowance = allowance
        self._text = text
        self._made: dict[str, Read] = {}

    def message(self, message: Descriptor, schema: Schema) -> Read:
        read = self._made.get(message.full_name)
        if read is None:
            read = self._made[message.full_name] = self._message(message, schema)
        return read

    def _message(self, message: Descriptor, schema: Schema) -> Read:
        # With their descriptors, which would be made anew for each message if nobody had them.
        readers: dict[int, tuple[str, Read, FieldDescriptor]] = {}
        absent: dict[str, Any] = {}
        made: list[tuple[str, type]] = []
        required: list[str] = []
        for field in schema.fields:
            told = message.fields_by_name[field.name]
            readers[told.number] = field.name, self._field(told, field.schema), told
            absent[field.name] = None
            if field.schema.type is Type.MAP:
                made.append((field.name, dict))
            elif field.schema.type is Type.ARRAY:
                made.append((field.name, list))
            elif not told.has_presence:
                absent[field.name] = self._single(told, field.schema)(told.default_value)
            elif not field.schema.optional:
                absent[field.name] = _ABSENT
                required.append(field.name)

        def read(message: Any) -> dict[str, Any]:
            value = absent.copy()
            for name, make in made:
                value[name] = make()
            for field, told in message.ListFields():
                name, of, _ = readers[field.number]
                try:
                    value[name] = of(told)
                except _UNREADABLE as error:
                    raise DataError(f"{name}: {error}") from error
            for name in required:
                if value[name] is _ABSENT:
                    raise DataError(f"{name}: null, and the schema does not allow it")
            return value

        return read

    def _field(self, field: FieldDescriptor, schema: Schema) -> Read:
        if schema.type is Type.MAP:
            assert schema.values is not None
            assert schema.keys is not None
            parts = field.message_type.fields_by_name
            key = self._single(parts["key"], schema.keys)
            value = self._single(parts["value"], schema.values)
            return lambda told: {key(each): value(told[each]) for each in told}
        if schema.type is Type.ARRAY:
            assert schema.values is not None
            item = self._single(field, schema.values)
            return list if item is _as_it_is else lambda told: [item(each) for each in told]
        return self._single(field, schema)

    def _single(self, field: FieldDescriptor, schema: Schema) -> Read:
        if field.enum_type is not None:
            return _enum(field.enum_type)
        if field.type == FieldDescriptor.TYPE_STRING:
            return self._text
        if field.message_type is None:
            return _int64 if field.type in _UNSIGNED else _as_it_is
        match field.message_type.full_name:
            case "google.protobuf.UInt64Value":
                return lambda told: _int64(told.value)
            case name if name in WRAPPERS:
                return _wrapped
            case name if name in _MOMENTS:
                return _MOMENTS[name]
            case name if name == DECIMAL:
                return self._decimal(logical.scale_of(schema))
        return self.message(field.message_type, schema)

    def _decimal(self, scale: int) -> Read:
        spend = self._allowance.spend

        def read(told: Any) -> Decimal:
            # The message's own scale is what its bytes are of.
            number = logical.decimal_of(told.value, told.scale)
            spend(max(0, logical.digits_of(number, scale)))
            return logical.scaled(number, scale)

        return read


def _as_it_is(told: Any) -> Any:
    return told


def _wrapped(told: Any) -> Any:
    return told.value


def _text(told: str | bytes) -> str:
    if isinstance(told, bytes):
        raise DataError("a text is not in UTF-8")
    return told


def _int64(told: int) -> int:
    if told > _INT64_MAX:
        raise DataError(f"{told} is too large for an int64")
    return told


def _enum(enum: EnumDescriptor) -> Read:
    """Text: its name, or the number of one that has none."""
    names = {number: each.name for number, each in enum.values_by_number.items()}
    return lambda told: names.get(told) or str(told)


def _timestamp(told: Any) -> datetime:
    return instant(told.seconds * 1_000 + told.nanos // 1_000_000)


def _date(told: Any) -> date:
    return date(told.year, told.month, told.day)


def _time(told: Any) -> time:
    return time(told.hours, told.minutes, told.seconds, told.nanos // 1_000)


_MOMENTS: Final[dict[str, Read]] = {TIMESTAMP: _timestamp, DATE: _date, TIME: _time}
