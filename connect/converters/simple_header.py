"""Headers as text that says its own type
(``org.apache.kafka.connect.storage.SimpleHeaderConverter``)."""

from typing import Any

from connect.converters.converter import NOTHING, HeaderConverter, SchemaAndValue
from connect.spi.errors import DataError
from connect.spi.schema import Schema
from connect.spi.texts import text_of
from connect.spi.values import parse_string


class SimpleHeaderConverter(HeaderConverter):
    """``7`` is a number, ``true`` a boolean, ``2026-11-27`` a date, ``[1,2]`` a list; what is
    written like none of these is text."""

    def to_bytes(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:
        return None if value is None else text_of(schema, value).encode()

    def from_bytes(self, topic: str, name: str, data: bytes | None) -> SchemaAndValue:
        if data is None:
            return NOTHING
        try:
            return parse_string(data.decode())
        except UnicodeDecodeError as error:
            raise DataError(f"{topic}: header {name} is no text: {error}") from error
