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
from connect.converters.registered import RegisteredConverter
from connect.converters.registry import RegisteredSchema, framed, unframed
from connect.spi.errors import DataError
from connect.spi.schema import Schema, check
from connect.spi.schema_cache import SchemaCache

AVRO: Final = "AVRO"
KEPT_MAX: Final = 1_000
"""Schemas that are remembered, in each direction."""


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
        self._read: dict[int, _Known] = {}
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
        except DataError as error:
            raise DataError(f"{topic}: {error}") from error
        known = self._known(schema_id)
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

    def _known(self, schema_id: int) -> _Known:
        kept = self._read.get(schema_id)
        if kept is None:
            registered = self._registry.by_id(schema_id)
            if registered.type != AVRO:
                raise DataError(f"schema {schema_id} is of type {registered.type}, not {AVRO}")
            document = self._whole(registered)
            kept = self._read[schema_id] = _known(document)
            if len(self._read) > KEPT_MAX:
                del self._read[next(iter(self._read))]
        return kept

    def _whole(self, registered: RegisteredSchema) -> Any:
        """With the schemas that it refers to written where each is named first."""
        if registered.references:
            names = ", ".join(each.name for each in registered.references)
            raise DataError(f"the schema refers to others ({names}), which is not supported")
        try:
            return json.loads(registered.text)
        except ValueError:
            return registered.text


def _known(document: Any) -> _Known:
    """Raises ``DataError``."""
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
