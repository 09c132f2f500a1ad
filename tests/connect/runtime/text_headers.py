"""Header values as text; what is none is an error."""

from typing import Any

from connect.converters.converter import HeaderConverter, SchemaAndValue
from connect.spi.errors import DataError
from connect.spi.schema import Schema


class TextHeaders(HeaderConverter):
    def to_bytes(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:
        return str(value).encode()

    def from_bytes(self, topic: str, name: str, data: bytes | None) -> SchemaAndValue:
        try:
            return None, None if data is None else data.decode()
        except UnicodeDecodeError as error:
            raise DataError(f"header {name} is no text") from error
