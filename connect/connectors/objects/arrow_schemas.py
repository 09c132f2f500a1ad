"""Connect's schemas as Arrow's, and back: what Parquet files say of their columns."""

from typing import Any, Final

import pyarrow as pa

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
)

PRECISION: Final = 38

_PRIMITIVES: Final = {
    Type.INT8: pa.int8(), Type.INT16: pa.int16(), Type.INT32: pa.int32(), Type.INT64: pa.int64(),
    Type.FLOAT32: pa.float32(), Type.FLOAT64: pa.float64(), Type.BOOLEAN: pa.bool_(),
    Type.STRING: pa.string(), Type.BYTES: pa.binary(),
}  # fmt: skip
_LOGICAL: Final = {
    DATE_NAME: pa.date32(), TIME_NAME: pa.time32("ms"), TIMESTAMP_NAME: pa.timestamp("ms", "UTC"),
}  # fmt: skip


def arrow_schema(schema: Schema) -> Any:
    """Of a file of such structs. Raises ``DataError``."""
    if schema.type is not Type.STRUCT:
        raise DataError(f"a Parquet file has columns, and a {schema.type.value} has none")
    return pa.schema([_arrow_field(each) for each in schema.fields])


def _arrow_field(field: Field) -> Any:
    return pa.field(field.name, arrow_type(field.schema), nullable=_may_be_null(field.schema))


def _may_be_null(schema: Schema) -> bool:
    return schema.optional or schema.has_default


def arrow_type(schema: Schema) -> Any:
    if schema.name == DECIMAL_NAME:
        return pa.decimal128(PRECISION, int(schema.parameters.get(SCALE, "0")))
    if schema.name in _LOGICAL:
        return _LOGICAL[schema.name]
    if schema.type is Type.STRUCT:
        return pa.struct([_arrow_field(each) for each in schema.fields])
    if schema.type is Type.ARRAY and schema.values is not None:
        return pa.list_(arrow_type(schema.values))
    if schema.type is Type.MAP and schema.values is not None and schema.keys is not None:
        return pa.map_(arrow_type(schema.keys), arrow_type(schema.values))
    return _PRIMITIVES[schema.type]


def readable(found: Any) -> Any:
    """A file's schema as its values are read: instants in UTC and as fine as Python's, which have
    no nanoseconds, and no dictionaries. One without a time zone is one of UTC, as pandas and Spark
    write them; names of zones are the file's, and are not looked up."""
    return pa.schema([each.with_type(_readable(each.type)) for each in found])


def _readable(found: Any) -> Any:
    types = pa.types
    if types.is_timestamp(found):
        return pa.timestamp("us" if found.unit == "ns" else found.unit, "UTC")
    if types.is_time64(found):
        return pa.time64("us")
    if types.is_dictionary(found):
        return _readable(found.value_type)
    if types.is_struct(found):
        return pa.struct([each.with_type(_readable(each.type)) for each in found])
    if types.is_list(found):
        return pa.list_(found.value_field.with_type(_readable(found.value_type)))
    if types.is_large_list(found):
        return pa.large_list(found.value_field.with_type(_readable(found.value_type)))
    if types.is_map(found):
        item = found.item_field.with_type(_readable(found.item_type))
        return pa.map_(_readable(found.key_type), item)
    return found


def connect_schema(found: Any, name: str | None = None) -> Schema:
    """Of what a file's schema says. Raises ``DataError`` for types that Connect has none for."""
    fields = [Field(each.name, _connect(each.type, each.nullable)) for each in found]
    return spi.struct(*fields, name=name)


def _connect(found: Any, nullable: bool) -> Schema:
    schema = _bare(found)
    return spi.optional(schema) if nullable else schema


def _bare(found: Any) -> Schema:
    for type_, arrow in _PRIMITIVES.items():
        if found.equals(arrow):
            return Schema(type_)
    types = pa.types
    if types.is_decimal(found):
        return spi.decimal(found.scale)
    if types.is_date(found):
        return spi.DATE
    if types.is_time(found):
        return spi.TIME
    if types.is_timestamp(found):
        return spi.TIMESTAMP
    if types.is_struct(found):
        return connect_schema(found)
    if types.is_list(found) or types.is_large_list(found):
        return spi.array(_connect(found.value_type, found.value_field.nullable))
    if types.is_map(found):
        return spi.mapping(_bare(found.key_type), _connect(found.item_type, True))
    return _widened(found)


def _widened(found: Any) -> Schema:
    """The nearest type that holds every value of it."""
    types = pa.types
    if types.is_unsigned_integer(found):
        return spi.INT64
    if types.is_floating(found):
        return spi.FLOAT32
    if types.is_large_string(found) or types.is_dictionary(found):
        return spi.STRING
    if types.is_large_binary(found) or types.is_fixed_size_binary(found):
        return spi.BYTES
    raise DataError(f"Connect has no type for Parquet's {found}")
