"""Bytes as they are (``org.apache.kafka.connect.converters.ByteArrayConverter``)."""

from typing import Any

from connect.converters.converter import Converter, HeaderConverter, Headers, SchemaAndValue
from connect.spi.errors import DataError
from connect.spi.schema import OPTIONAL_BYTES, Schema, Type


class BytesConverter(Converter):
    """Nothing is looked at."""

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if schema is not None and schema.type is not Type.BYTES:
            raise DataError(f"{topic}: the bytes converter takes bytes, not {schema.type.value}")
        if value is None:
            return None
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise DataError(f"{topic}: the bytes converter takes bytes, not {type(value).__name__}")
        return bytes(value)

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        return OPTIONAL_BYTES, data


class BytesHeaderConverter(HeaderConverter):
    """The same for headers."""

    def to_bytes(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        raise DataError(
            f"{topic}: header {name}: the bytes converter takes bytes, not {type(value).__name__}"
        )

    def from_bytes(self, topic: str, name: str, data: bytes | None) -> SchemaAndValue:
        return OPTIONAL_BYTES, data
