"""Connect's schemas as Protobuf's messages, and back, in the manner of Confluent's converter.

What Protobuf has no words for stands in ``confluent.field_meta`` and ``confluent.message_meta``.
There are no lists of lists or of nulls, no maps of lists, no null lists: such schemas are refused.
"""

import re
from dataclasses import dataclass
from typing import Final

from google.protobuf import timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MessageOptions,
)
from google.protobuf.descriptor_pool import DescriptorPool

from connect.converters import logical
from connect.converters.proto_text import Meta
from connect.converters.schema_bounds import SchemaBounds
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import (
    DATE_NAME,
    DECIMAL_NAME,
    SCALE,
    TIME_NAME,
    TIMESTAMP_NAME,
    Field,
    Schema,
    Type,
    optional,
)

DEPTH_MAX: Final = 32
READ_DEPTH_MAX: Final = 100
"""Of messages that name one another; ``google.protobuf`` reads no message that is deeper."""
UNNAMED: Final = "ConnectDefault"
TYPE: Final = "connect.type"
NAME: Final = "connect.name"
OPTIONAL: Final = "connect.optional"

TIMESTAMP: Final = "google.protobuf.Timestamp"
DATE: Final = "google.type.Date"
TIME: Final = "google.type.TimeOfDay"
DECIMAL: Final = "confluent.type.Decimal"
WRAPPERS: Final = {
    f"google.protobuf.{name}Value": schema
    for name, schema in {
        "Double": spi.FLOAT64, "Float": spi.FLOAT32, "Int64": spi.INT64, "UInt64": spi.INT64,
        "Int32": spi.INT32, "UInt32": spi.INT64, "Bool": spi.BOOLEAN, "String": spi.STRING,
        "Bytes": spi.BYTES,
    }.items()
}  # fmt: skip
"""Messages of one field, ``value``: nullable scalars."""

_F: Final = FieldDescriptorProto
_D: Final = FieldDescriptor
_LOGICAL: Final = {
    TIMESTAMP_NAME: (TIMESTAMP, "google/protobuf/timestamp.proto"),
    DATE_NAME: (DATE, "google/type/date.proto"),
    TIME_NAME: (TIME, "google/type/timeofday.proto"),
    DECIMAL_NAME: (DECIMAL, "confluent/type/decimal.proto"),
}
_READ_LOGICAL: Final = {TIMESTAMP: spi.TIMESTAMP, DATE: spi.DATE, TIME: spi.TIME}
_SCALARS: Final = {
    Type.INT8: _F.TYPE_INT32, Type.INT16: _F.TYPE_INT32, Type.INT32: _F.TYPE_INT32,
    Type.INT64: _F.TYPE_INT64, Type.FLOAT32: _F.TYPE_FLOAT, Type.FLOAT64: _F.TYPE_DOUBLE,
    Type.BOOLEAN: _F.TYPE_BOOL, Type.STRING: _F.TYPE_STRING, Type.BYTES: _F.TYPE_BYTES,
}  # fmt: skip
_READ_SCALARS: Final = {
    _D.TYPE_DOUBLE: spi.FLOAT64, _D.TYPE_FLOAT: spi.FLOAT32, _D.TYPE_INT64: spi.INT64,
    _D.TYPE_UINT64: spi.INT64, _D.TYPE_INT32: spi.INT32, _D.TYPE_FIXED64: spi.INT64,
    _D.TYPE_FIXED32: spi.INT64, _D.TYPE_BOOL: spi.BOOLEAN, _D.TYPE_STRING: spi.STRING,
    _D.TYPE_BYTES: spi.BYTES, _D.TYPE_UINT32: spi.INT64, _D.TYPE_SFIXED32: spi.INT32,
    _D.TYPE_SFIXED64: spi.INT64, _D.TYPE_SINT32: spi.INT32, _D.TYPE_SINT64: spi.INT64,
    _D.TYPE_ENUM: spi.STRING,
}  # fmt: skip
_NARROW: Final = {"int8": spi.INT8, "int16": spi.INT16}
_KEYS: Final = {Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.BOOLEAN, Type.STRING}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Owner:
    """The message that a field is of."""

    message: DescriptorProto
    full: str
    depth: int


class ProtobufWriter:
    """Makes the file of one schema."""

    def __init__(self) -> None:
        self.file = FileDescriptorProto(name="record.proto", syntax="proto3")
        self.meta: Meta = {}
        self._unnamed = 0

    def write(self, schema: Schema) -> None:
        """``file`` then has one message, and ``meta`` what it has no words for. Raises
        ``DataError``."""
        if schema.type is not Type.STRUCT:
            raise DataError("the Protobuf converter writes structs; hoist the value into a field")
        package, _, name = (schema.name or "").rpartition(".")
        if package and all(_IDENTIFIER.fullmatch(part) for part in package.split(".")):
            self.file.package = package
        full = f"{self.file.package}." if self.file.package else ""
        self._message(self.file.message_type.add(), schema, name, full, 0)
        self.file.dependency[:] = sorted(set(self.file.dependency))

    def _message(
        self, into: DescriptorProto, schema: Schema, name: str, prefix: str, depth: int
    ) -> None:
        if depth > DEPTH_MAX:
            raise DataError(f"structs more than {DEPTH_MAX} deep")
        if not _IDENTIFIER.fullmatch(name):
            self._unnamed += 1
            name = f"{UNNAMED}{self._unnamed}"
        into.name = name
        full = f"{prefix}{name}"
        if schema.name is not None and schema.name != full:
            self.meta[full] = {NAME: schema.name}
        for number, field in enumerate(schema.fields, 1):
            if not _IDENTIFIER.fullmatch(field.name):
                raise DataError(f"{field.name!r} cannot be the name of a Protobuf field; rename it")
            made = into.field.add(name=field.name, number=number, label=_F.LABEL_OPTIONAL)
            self._field(_Owner(into, full, depth), made, field.schema)

    def _field(self, owner: _Owner, made: FieldDescriptorProto, schema: Schema) -> None:
        if schema.type is Type.MAP:
            self._map(owner, made, schema)
            return
        if schema.type is Type.ARRAY:
            _refuse_null_list(schema, made.name)
            made.label = _F.LABEL_REPEATED
            params = self._type(owner, made, _element(schema.values, made.name))
        else:
            params = self._type(owner, made, schema)
            if schema.optional:
                made.proto3_optional = True
                made.oneof_index = len(owner.message.oneof_decl)
                owner.message.oneof_decl.add(name=f"_{made.name}")
            elif made.type_name:
                params[OPTIONAL] = "false"
        if params:
            self.meta[f"{owner.full}.{made.name}"] = params

    def _map(self, owner: _Owner, made: FieldDescriptorProto, schema: Schema) -> None:
        _refuse_null_list(schema, made.name)
        if schema.keys is None or schema.keys.type not in _KEYS or schema.keys.optional:
            raise DataError(f"{made.name}: the keys of a Protobuf map are text, integers, booleans")
        name = "".join(part.capitalize() for part in made.name.split("_")) + "Entry"
        entry = DescriptorProto(name=name, options=MessageOptions(map_entry=True))
        params: dict[str, str] = {}
        for part, number, inner in (
            ("key", 1, schema.keys),
            ("value", 2, _element(schema.values, made.name)),
        ):
            told = entry.field.add(name=part, number=number, label=_F.LABEL_OPTIONAL)
            own = self._type(owner, told, inner)
            params |= {f"{part}.{told_name}": said for told_name, said in own.items()}
        owner.message.nested_type.append(entry)
        made.label = _F.LABEL_REPEATED
        made.type, made.type_name = _F.TYPE_MESSAGE, f".{owner.full}.{name}"
        if params:
            self.meta[f"{owner.full}.{made.name}"] = params

    def _type(self, owner: _Owner, made: FieldDescriptorProto, schema: Schema) -> dict[str, str]:
        """Set the type; returns what there are no words for."""
        params: dict[str, str] = {}
        if schema.name in _LOGICAL:
            name, import_name = _LOGICAL[schema.name]
            self.file.dependency.append(import_name)
            made.type, made.type_name = _F.TYPE_MESSAGE, f".{name}"
            if schema.name == DECIMAL_NAME:
                params[SCALE] = str(logical.scale_of(schema))
        elif schema.type is Type.STRUCT:
            name = (schema.name or "").rpartition(".")[2]
            if any(each.name == name for each in owner.message.nested_type):
                name = ""
            nested = owner.message.nested_type.add()
            self._message(nested, schema, name, f"{owner.full}.", owner.depth + 1)
            made.type, made.type_name = _F.TYPE_MESSAGE, f".{owner.full}.{nested.name}"
        else:
            made.type = _SCALARS[schema.type]
            if schema.type.value in _NARROW:
                params[TYPE] = schema.type.value
        return params


def _refuse_null_list(schema: Schema, name: str) -> None:
    if schema.optional:
        raise DataError(f"{name}: Protobuf has no null lists or maps; make it required")


def _element(schema: Schema | None, name: str) -> Schema:
    if schema is None or schema.optional or schema.type in (Type.ARRAY, Type.MAP):
        raise DataError(f"{name}: Protobuf has no lists or maps of null, of lists or of maps")
    return schema


class ProtobufReader:
    """Reads messages' descriptors. A oneof's fields are optional fields, an enumeration is text, a
    wrapper an optional scalar; what is a message may be null."""

    def __init__(self, meta: Meta) -> None:
        self._meta = meta
        self._read: dict[str, Schema | None] = {}
        self._depth = 0
        self._bounds = SchemaBounds()

    def schema(self, message: Descriptor) -> Schema:
        """Raises ``DataError``."""
        full = message.full_name
        if full not in self._read:
            self._read[full] = None
            self._depth += 1
            if self._depth > READ_DEPTH_MAX:
                raise DataError(f"messages more than {READ_DEPTH_MAX} deep")
            fields = tuple(Field(field.name, self._field(field)) for field in message.fields)
            self._depth -= 1
            named = self._meta.get(full, {}).get(NAME)
            name = None if message.name.startswith(UNNAMED) else full
            self._read[full] = self._bounds.checked(spi.struct(*fields, name=named or name))
        schema = self._read[full]
        if schema is None:
            raise DataError(f"message {full} holds itself; a schema must end")
        return schema

    def _field(self, field: FieldDescriptor) -> Schema:
        params = self._meta.get(field.full_name, {})
        message = field.message_type
        if message is not None and message.GetOptions().map_entry:
            parts = (
                self._single(message.fields_by_name[part], _under(params, part))
                for part in ("key", "value")
            )
            return spi.mapping(*parts)
        schema = self._single(field, params)
        if field.is_repeated:
            return spi.array(schema)
        if not field.has_presence or params.get(OPTIONAL) == "false":
            return schema
        return optional(schema)

    def _single(self, field: FieldDescriptor, params: dict[str, str]) -> Schema:
        message = field.message_type
        if message is None:
            schema = _READ_SCALARS[field.type]
            narrow = schema == spi.INT32 and params.get(TYPE) in _NARROW
            return _NARROW[params[TYPE]] if narrow else schema
        if message.full_name == DECIMAL:
            try:
                return spi.decimal(int(params.get(SCALE, "0")))
            except ValueError as error:
                raise DataError(f"{field.full_name}: scale must be a whole number") from error
        known = _READ_LOGICAL.get(message.full_name) or WRAPPERS.get(message.full_name)
        return known or self.schema(message)


def _under(params: dict[str, str], part: str) -> dict[str, str]:
    prefix = f"{part}."
    return {
        name.removeprefix(prefix): said for name, said in params.items() if name.startswith(prefix)
    }


def pool_of(file: FileDescriptorProto) -> DescriptorPool:
    """A pool with ``file`` and what every ``.proto`` may import. Raises ``DataError``."""
    pool = DescriptorPool()
    for known in _known():
        pool.Add(known)
    try:
        pool.Add(file)
        pool.FindFileByName(file.name)
    except (TypeError, KeyError) as error:
        raise DataError(f"this is no Protobuf schema: {error}") from error
    return pool


def _known() -> list[FileDescriptorProto]:
    files = [FileDescriptorProto(name="confluent/meta.proto", syntax="proto3")]
    for module in (timestamp_pb2, wrappers_pb2):
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        files.append(file)
    for path, full, fields in (
        ("google/type/date.proto", DATE, ("year", "month", "day")),
        ("google/type/timeofday.proto", TIME, ("hours", "minutes", "seconds", "nanos")),
    ):
        package, _, name = full.rpartition(".")
        file = FileDescriptorProto(name=path, package=package, syntax="proto3")
        message = file.message_type.add(name=name)
        for number, field in enumerate(fields, 1):
            message.field.add(
                name=field, number=number, type=_F.TYPE_INT32, label=_F.LABEL_OPTIONAL
            )
        files.append(file)
    file = FileDescriptorProto(
        name="confluent/type/decimal.proto", package="confluent.type", syntax="proto3"
    )
    message = file.message_type.add(name="Decimal")
    for number, (field, kind) in enumerate(
        (("value", _F.TYPE_BYTES), ("precision", _F.TYPE_UINT32), ("scale", _F.TYPE_INT32)), 1
    ):
        message.field.add(name=field, number=number, type=kind, label=_F.LABEL_OPTIONAL)
    return [*files, file]
