"""Avro with its schemas in a registry (``io.confluent.connect.avro.AvroConverter``)."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import fastavro

from connect.converters.avro_readers import Read, decimals_as_bytes, value_reader
from connect.converters.avro_schemas import AvroReader, AvroWriter
from connect.converters.avro_sizes import DecodedSize
from connect.converters.avro_values import UNREADABLE, datum_of
from connect.converters.converter import NOTHING, Headers, SchemaAndValue
from connect.converters.known_schemas import KEPT_MAX, KnownSchemas
from connect.converters.registered import RegisteredConverter
from connect.converters.registry import RegisteredSchema, framed, unframed
from connect.spi.errors import DataError
from connect.spi.schema import Schema, check
from connect.spi.schema_cache import SchemaCache

AVRO: Final = "AVRO"


@dataclass(frozen=True, slots=True)
class _Known:
    """A registered schema, and what is needed to read its values."""

    schema: Schema
    parsed: Any
    size: DecodedSize
    read: Read


class AvroConverter(RegisteredConverter):
    def __init__(self, config: Mapping[str, str], *, is_key: bool) -> None:
        super().__init__(config, is_key=is_key)
        self._avro_of = SchemaCache(_avro_of, KEPT_MAX)
        self._read = KnownSchemas(AVRO, _known)
        self._ids = SchemaCache(
            lambda schema, topic: self._id_of(topic, self._avro_of(schema)[0]), KEPT_MAX
        )

    def to_bytes(
        self, topic: str, schema: Schema | None, value: Any, headers: Headers
    ) -> bytes | None:
        if value is None and (schema is None or schema.optional):
            return None
        if schema is None:
            raise DataError(f"{topic}: the Avro converter needs a schema, and the value has none")
        try:
            _, parsed = self._avro_of(schema)
            datum = datum_of(schema, value)
            check(schema, value, topic)
            out = io.BytesIO()
            fastavro.schemaless_writer(out, parsed, datum)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(f"{topic}: this cannot be written as Avro: {error}") from error
        return framed(self._ids(schema, topic), out.getvalue())

    def from_bytes(self, topic: str, data: bytes | None, headers: Headers) -> SchemaAndValue:
        if data is None:
            return NOTHING
        try:
            schema_id, payload = unframed(data)
            known = self._read.of(self._registry, schema_id)
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        rest = io.BytesIO(payload)
        try:
            known.size.check(data, len(data) - len(payload))
            datum = fastavro.schemaless_reader(rest, known.parsed, None, return_named_type=True)
            value = known.read(datum)
        except DataError as error:
            raise DataError(f"{topic}, a value in schema {schema_id}: {error}") from error
        except (*UNREADABLE, StopIteration) as error:
            raise DataError(f"{topic}: this is not in schema {schema_id}: {error}") from error
        if rest.read(1):
            raise DataError(f"{topic}: there are bytes beyond what schema {schema_id} says")
        return known.schema, value


def _known(text: str) -> _Known:
    """Raises ``DataError``, and ``RecursionError`` for one that is too deep to be looked at."""
    try:
        document = json.loads(text)
    except ValueError:
        document = text  # The name of a type, without quotes.
    schema, parsed = AvroReader().schema(document), _parsed(document)
    plain = _parsed(decimals_as_bytes(document))
    try:
        return _Known(schema, plain, DecodedSize(parsed), value_reader(schema, parsed))
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"this is no Avro schema: {error}") from error


def _avro_of(schema: Schema) -> tuple[RegisteredSchema, Any]:
    """As it is registered, and as fastavro takes it. Raises ``DataError``."""
    document = AvroWriter().schema(schema)
    return RegisteredSchema(AVRO, json.dumps(document)), _parsed(document)


def _parsed(document: Any) -> Any:
    try:
        # With fastavro's mark, or it would be parsed again for each value; and whatever mark it has
        # already, since anybody can write one into a schema.
        return fastavro.parse_schema(document, _force=True)
    except (fastavro.schema.SchemaParseException, ValueError, TypeError, KeyError) as error:
        raise DataError(f"this is no Avro schema: {error}") from error
