"""Avro's object container files."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import cramjam
import fastavro
from fastavro.write import Writer as BlockWriter

from connect.connectors.objects.avro_decimals import bound_decimals
from connect.connectors.objects.avro_snappy import bound_snappy
from connect.connectors.objects.formats import Row
from connect.converters.avro_readers import value_reader
from connect.converters.avro_schemas import AvroReader, AvroWriter
from connect.converters.avro_values import UNREADABLE, datum_of
from connect.spi.errors import DataError
from connect.spi.records import SinkRecord
from connect.spi.schema import Schema

CODECS: Final = {"none": "null", "gzip": "deflate", "snappy": "snappy"}
BLOCK_BYTES: Final = 256 * 1024

_UNREADABLE: Final = (
    *UNREADABLE,
    AttributeError,
    fastavro.schema.SchemaParseException,
    zlib.error,
    cramjam.DecompressionError,
)
"""What fastavro and the codecs raise for a file that is damaged."""

bound_snappy()
bound_decimals()


class Writer:
    def __init__(self, out: BinaryIO, first: SinkRecord, compression: str) -> None:
        if first.value_schema is None:
            raise DataError("an Avro file needs a schema, and the value has none")
        self._schema: Schema = first.value_schema
        document = AvroWriter().schema(self._schema)
        # From the schema and not by chance: the same records make the same file.
        marker = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).digest()[:16]
        self._file = BlockWriter(
            out,
            fastavro.parse_schema(document),
            codec=CODECS[compression],
            sync_interval=BLOCK_BYTES,
            sync_marker=marker,
        )

    def add(self, record: SinkRecord) -> None:
        try:
            self._file.write(datum_of(self._schema, record.value))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise DataError(f"this cannot be written as Avro: {error}") from error

    def finish(self) -> None:
        self._file.flush()


def rows(file: BinaryIO) -> Iterator[Row]:
    try:
        reader: Any = fastavro.reader(file, return_named_type=True)
        document = reader.writer_schema
        schemas = AvroReader()
        schema = schemas.schema(document)
        if schemas.takes_no_bytes(document):
            raise DataError("the file's rows take no bytes; there could be any number of them")
        read = value_reader(schema, document)
        for datum in reader:
            yield Row(schema, read(datum))
    except _UNREADABLE as error:
        raise DataError(f"this is no Avro file: {error}") from error
