"""JSON with its JSON Schemas in a registry (``io.confluent.connect.json.JsonSchemaConverter``)."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from connect.converters.converter import NOTHING, Headers, SchemaAndValue
from connect.converters.json_readers import JsonReaders, Read
from connect.converters.json_schema_documents import JsonSchemaReader, json_schema_of
from connect.converters.json_values import REPLACE_NULL, VALUES_CONFIG, JsonValues
from connect.converters.known_schemas import KEPT_MAX, KnownSchemas
from connect.converters.registered import REGISTRY_CONFIG, RegisteredConverter
from connect.converters.registry import RegisteredSchema, framed, unframed
from connect.spi.errors import DataError
from connect.spi.schema import Schema
from connect.spi.schema_cache import SchemaCache

JSON: Final = "JSON"


class JsonSchemaConverter(RegisteredConverter):
    config = REGISTRY_CONFIG + VALUES_CONFIG

    def __init__(self, config: Mapping[str, str], *, is_key: bool) -> None:
        super().__init__(config, is_key=is_key)
        self._values = JsonValues.of(self.configured)
        self._schema_id = SchemaCache(self._registered, KEPT_MAX)
        self._readers = JsonReaders(fills_defaults=self.configured[REPLACE_NULL])
        self._read = KnownSchemas(JSON, self._known)

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if value is None and (schema is None or schema.optional):
            return None
        if schema is None:
            raise DataError(
                f"{topic}: the JSON Schema converter needs a schema, and the value has none"
            )
        try:
            payload = orjson.dumps(self._values.document(schema, value))
            return framed(self._schema_id(schema, topic), payload)
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        except (TypeError, RecursionError) as error:
            raise DataError(f"{topic}: this cannot be written as JSON: {error}") from error

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return NOTHING
        try:
            schema_id, payload = unframed(data)
            schema, read = self._read.of(self._registry, schema_id)
            self._readers.begin(len(data))
            return schema, read(orjson.loads(payload))
        except orjson.JSONDecodeError as error:
            raise DataError(f"{topic}: this is no JSON: {error}") from error
        except RecursionError as error:  # Each part of a schema is as shallow as it may be.
            raise DataError(f"{topic}: schema {schema_id} is nested too deeply") from error
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error

    def _registered(self, schema: Schema, topic: str) -> int:
        text = orjson.dumps(json_schema_of(schema, self._values.document)).decode()
        return self._id_of(topic, RegisteredSchema(JSON, text))

    def _known(self, text: str) -> tuple[Schema, Read]:
        """A registered schema, and what reads its values."""
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise DataError(f"it is no JSON: {error}") from error
        self._readers.begin(len(text))
        schema = JsonSchemaReader(document, self._readers.value).schema()
        return schema, self._readers.reader(schema)
