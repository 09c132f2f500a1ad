"""Text (``org.apache.kafka.connect.storage.StringConverter``)."""

import codecs
from collections.abc import Sequence
from typing import Any, Final

from connect.converters.converter import Columns, Converter, Headers, SchemaAndValue
from connect.spi.config import ConfigDef, ConfigKey, ConfigType, Importance, invalid
from connect.spi.errors import DataError
from connect.spi.schema import OPTIONAL_STRING, Schema

ENCODING: Final = "converter.encoding"


def _encoding(name: str, value: Any) -> None:
    try:
        info = codecs.lookup(value)
    except LookupError:
        raise invalid(name, value, "there is no such encoding") from None
    if not getattr(info, "_is_text_encoding", True):
        raise invalid(name, value, "it is no encoding of text")


class StringConverter(Converter):
    """What is no text is written as Python writes it, booleans and null as JSON does."""

    config = ConfigDef(
        (
            ConfigKey(
                ENCODING,
                ConfigType.STRING,
                "UTF-8",
                Importance.HIGH,
                "The encoding of text.",
                validator=_encoding,
            ),
        )
    )

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if value is None:
            return None
        text = _text(value)
        try:
            return text.encode(self.configured[ENCODING])
        except UnicodeEncodeError as error:
            raise DataError(f"{topic}: {error}") from error

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return OPTIONAL_STRING, None
        try:
            return OPTIONAL_STRING, data.decode(self.configured[ENCODING])
        except UnicodeDecodeError as error:
            raise DataError(f"{topic}: {error}") from error

    def columns(self, topic: str, data: Sequence[bytes | None]) -> Columns:
        encoding = self.configured[ENCODING]
        values = [None if one is None else one.decode(encoding) for one in data]
        return (OPTIONAL_STRING,) * len(values), values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise DataError("bytes are no text; use the bytes converter")
    return str(value)
