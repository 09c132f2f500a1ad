"""What connectors read whole: objects of a bucket in each format, and the schemas of a registry.

Left out: Parquet and .proto texts, whose compiled and generated readers take a thousand times as
long for each.
"""

import io
import json
from functools import partial
from itertools import islice
from typing import Any

import orjson

from connect.connectors.jdbc.url import parse_url
from connect.connectors.objects.formats import FORMATS, Format
from connect.converters.avro_schemas import AvroReader, AvroWriter
from connect.converters.json_readers import JsonReaders
from connect.converters.json_schema_documents import JsonSchemaReader, json_schema_of
from connect.converters.json_values import VALUES_CONFIG, JsonValues
from connect.spi.config import ConfigDef
from connect.spi.errors import ConfigError, DataError
from connect.spi.schema import Schema
from tests.connect.harness import sink_record
from tests.fuzz.connect_targets import ORDER, VALUE
from tests.fuzz.damage import LENGTHS, TEXT
from tests.fuzz.target import Target

_BODY = 4_096
_ROWS = 100
_VALUES = JsonValues.of((ConfigDef() + VALUES_CONFIG).parse({}))
_READERS = JsonReaders(fills_defaults=True)
"""How JSON stands for values, by default."""


def rows(form: Format, data: bytes) -> None:
    """The first rows of an object, as a task reads some at a time."""
    for _ in islice(form.rows(io.BytesIO(data)), _ROWS):
        pass


def avro_schema(data: bytes) -> None:
    """Text that is no JSON stands for a type's name."""
    try:
        document = json.loads(data)
    except ValueError:
        return
    AvroReader().schema(document)


def json_schema(data: bytes) -> None:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return
    _READERS.begin(len(data))
    JsonSchemaReader(document, _READERS.value).schema()


def jdbc_url(data: bytes) -> None:
    parse_url(data.decode("utf-8", "replace"))


def _object(name: str, compression: str = "none") -> bytes:
    out = io.BytesIO()
    record = sink_record(value=dict(VALUE), value_schema=ORDER)
    writer = FORMATS[name].writer(out, record, compression)
    for _ in range(3):
        writer.add(record)
    writer.finish()
    return out.getvalue()


def _texts(document: Any) -> list[bytes]:
    return [json.dumps(document).encode()]


def document_targets() -> dict[str, Target]:
    documents = partial(Target, refuses=(DataError,), size_max=_BODY)
    recursive: Schema = ORDER
    return {
        "json_rows": documents(partial(rows, FORMATS["json"]), [_object("json")], pieces=TEXT),
        "csv_rows": documents(
            partial(rows, FORMATS["csv"]), [_object("csv")], pieces=[*TEXT, b"\r\n", b'""', b"\0"]
        ),
        "avro_rows": documents(
            partial(rows, FORMATS["avro"]),
            [_object("avro"), _object("avro", "gzip"), _object("avro", "snappy")],
            pieces=[*LENGTHS, *TEXT],
        ),
        "avro_schema": documents(
            avro_schema,
            [
                *_texts(AvroWriter().schema(recursive)),
                *_texts({"type": "record", "name": "A", "fields": [{"name": "a", "type": "A"}]}),
                *_texts(["null", {"type": "enum", "name": "E", "symbols": ["A"]}, "string"]),
                *_texts({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}),
            ],
            pieces=[*TEXT, b'"type"', b'"record"', b'"fields"', b'"logicalType"', b'"default":'],
        ),
        "json_schema_text": documents(
            json_schema,
            [
                *_texts(json_schema_of(ORDER, _VALUES.document)),
                *_texts({"$ref": "#/definitions/a", "definitions": {"a": {"type": "string"}}}),
                *_texts({"oneOf": [{"type": "null"}, {"type": "integer"}]}),
            ],
            pieces=[*TEXT, b'"$ref":"#"', b'"type"', b'"oneOf"', b'"properties"', b'"items"'],
        ),
        "jdbc_url": Target(
            jdbc_url,
            [b"jdbc:postgresql://host:5432/db?user=u&ssl=true", b"jdbc:mysql://[::1]/x"],
            (ConfigError,),
            pieces=[*TEXT, b"%zz", b"//", b"?", b"&", b"[", b"]", b":", b"@", "١".encode()],
            size_max=_BODY,
        ),
    }
