"""JSON (``org.apache.kafka.connect.json.JsonConverter``): with its schema in an envelope, or plain.

The envelope is ``{"schema": ..., "payload": ...}``. Schemas come again with each record, so both
directions remember the last ones.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from connect.converters.converter import NOTHING, Columns, Converter, Headers, SchemaAndValue
from connect.converters.json_readers import JsonReaders, Read
from connect.converters.json_schemas import schema_document, schema_of
from connect.converters.json_values import REPLACE_NULL, VALUES_CONFIG, JsonValues
from connect.converters.json_writers import writer
from connect.spi.config import (
    ConfigDef,
    ConfigKey,
    ConfigType,
    Importance,
    at_least,
)
from connect.spi.errors import DataError
from connect.spi.schema import Schema
from connect.spi.schema_cache import SchemaCache

SCHEMAS_ENABLE: Final = "schemas.enable"
SCHEMAS_CACHE_SIZE: Final = "schemas.cache.size"
KEPT_BYTES_MAX: Final = 2 * 1024 * 1024
"""Of the schemas that are remembered, as JSON: a byte may become 45. The last one is kept however
long it is."""


class JsonConverter(Converter):
    config = ConfigDef(
        (
            ConfigKey(
                SCHEMAS_ENABLE, ConfigType.BOOLEAN, True, Importance.HIGH,
                "Whether each value has its schema beside it, in an envelope.",
            ),
            ConfigKey(
                SCHEMAS_CACHE_SIZE, ConfigType.INT, 1000, Importance.HIGH,
                "How many schemas are remembered.", validator=at_least(1),
            ),
        )
    ) + VALUES_CONFIG  # fmt: skip

    def __init__(self, config: Mapping[str, str], *, is_key: bool) -> None:
        super().__init__(config, is_key=is_key)
        self._has_envelope: bool = self.configured[SCHEMAS_ENABLE]
        self._kept_max: int = self.configured[SCHEMAS_CACHE_SIZE]
        self._values = JsonValues.of(self.configured)
        self._schema_bytes = SchemaCache(
            lambda schema: orjson.dumps(schema_document(schema, self._values.document)),
            self._kept_max,
        )
        self._writer = SchemaCache(lambda schema: writer(schema, self._values), self._kept_max)
        self._readers = JsonReaders(fills_defaults=self.configured[REPLACE_NULL])
        self._read: OrderedDict[bytes, tuple[Schema, Read]] = OrderedDict()
        self._read_bytes = 0

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if schema is None and value is None:
            return None
        try:
            payload = orjson.dumps(
                self._values.document(None, value)
                if schema is None
                else self._writer(schema)(value)
            )
            if not self._has_envelope:
                return payload
            told = b"null" if schema is None else self._schema_bytes(schema)
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        except (TypeError, RecursionError) as error:
            raise DataError(f"{topic}: this cannot be written as JSON: {error}") from error
        return b'{"schema":' + told + b',"payload":' + payload + b"}"

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return NOTHING
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise DataError(
                f"{topic}: this is no JSON: {error}. Text is for the converter string, and bytes "
                "are for bytes."
            ) from error
        if not self._has_envelope:
            return None, document
        if not isinstance(document, dict) or document.keys() != {"schema", "payload"}:
            raise DataError(
                f'{topic}: JsonConverter with schemas.enable requires "schema" and "payload" '
                "fields and may not contain additional fields. If you are trying to deserialize "
                "plain JSON data, set schemas.enable=false in your converter configuration."
            )
        told, payload = document["schema"], document["payload"]
        if told is None:
            return None, payload
        try:
            self._readers.begin(len(data))
            schema, read = self._known(told)
            return schema, read(payload)
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error

    def columns(self, topic: str, data: Sequence[bytes | None]) -> Columns:
        if self._has_envelope:
            return super().columns(topic, data)
        values = [None if one is None else orjson.loads(one) for one in data]
        return (None,) * len(values), values

    def _known(self, document: Any) -> tuple[Schema, Read]:
        """A schema, and what reads its values."""
        try:
            text = orjson.dumps(document)
        except TypeError as error:
            raise DataError(f"this is no schema: {error}") from error
        known = self._read.get(text)
        if known is None:
            schema = schema_of(document, self._readers.value)
            known = schema, self._readers.reader(schema)
            self._remember(text, known)
        return known

    def _remember(self, text: bytes, known: tuple[Schema, Read]) -> None:
        """Those that were kept first go."""
        # A copy: what orjson wrote has room for eight times as much.
        self._read[bytes(memoryview(text))] = known
        self._read_bytes += len(text)
        while len(self._read) > self._kept_max or self._read_bytes > KEPT_BYTES_MAX:
            if len(self._read) == 1:
                break
            dropped, _ = self._read.popitem(last=False)
            self._read_bytes -= len(dropped)
