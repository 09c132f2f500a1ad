"""One number or truth value, as Kafka's serialisers of that type write it."""

import struct
from typing import Any, ClassVar

from connect.converters.converter import Converter, Headers, SchemaAndValue
from connect.spi.errors import DataError
from connect.spi.schema import (
    OPTIONAL_BOOLEAN,
    OPTIONAL_FLOAT32,
    OPTIONAL_FLOAT64,
    OPTIONAL_INT16,
    OPTIONAL_INT32,
    OPTIONAL_INT64,
    Schema,
    check,
)


class _Packed(Converter):
    """Big-endian, in a fixed number of bytes."""

    _schema: ClassVar[Schema]
    _form: ClassVar[struct.Struct]

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if schema is not None and schema.type is not self._schema.type:
            raise DataError(f"{topic}: {schema.type.value} is no {self._schema.type.value}")
        check(self._schema, value, topic)
        if value is None:
            return None
        try:
            return self._form.pack(value)
        except (OverflowError, struct.error) as error:
            raise DataError(f"{topic}: {value!r}: {error}") from error

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return self._schema, None
        if len(data) != self._form.size:
            wanted = f"{self._schema.type.value}, which has {self._form.size}"
            raise DataError(f"{topic}: {len(data)} bytes are no {wanted}")
        return self._schema, self._form.unpack(data)[0]


class ShortConverter(_Packed):
    _schema, _form = OPTIONAL_INT16, struct.Struct(">h")


class IntegerConverter(_Packed):
    _schema, _form = OPTIONAL_INT32, struct.Struct(">i")


class LongConverter(_Packed):
    _schema, _form = OPTIONAL_INT64, struct.Struct(">q")


class FloatConverter(_Packed):
    _schema, _form = OPTIONAL_FLOAT32, struct.Struct(">f")


class DoubleConverter(_Packed):
    _schema, _form = OPTIONAL_FLOAT64, struct.Struct(">d")


class BooleanConverter(_Packed):
    """One byte, 0 or 1."""

    _schema, _form = OPTIONAL_BOOLEAN, struct.Struct(">?")

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is not None and data not in (b"\0", b"\1"):
            raise DataError(f"{topic}: {data[:8].hex()} is no boolean; it is one byte, 0 or 1")
        return super().from_bytes(topic, data, headers)
