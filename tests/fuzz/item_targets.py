"""Values of many tiny items, against the bound that the converters enforce themselves.

What becomes of an item of a byte or two is the schema's to say: structs within structs, hundreds of
fields that are absent, lists and maps of nothing, decimals of thousands of digits.
"""

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import fastavro
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from connect.converters.avro import AVRO, AvroConverter
from connect.converters.converter import Converter
from connect.converters.decoded_memory import PER_BYTE_MAX
from connect.converters.json import JsonConverter
from connect.converters.json_schema import JSON, JsonSchemaConverter
from connect.converters.json_schema_documents import json_schema_of
from connect.converters.json_schemas import schema_document
from connect.converters.proto_text import parse_proto
from connect.converters.protobuf import PROTOBUF, ProtobufConverter
from connect.converters.protobuf_schemas import pool_of
from connect.converters.registered import RegisteredConverter
from connect.converters.registry import RegisteredSchema, framed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema
from tests.connect.converters.memory_registry import MemoryRegistry
from tests.fuzz.damage import TEXT
from tests.fuzz.target import Target

_TOPIC = "flights"
_BODY = 1 << 13
"""Long enough for any of these items to take more than they may."""
_FRAMED = 5
"""A zero byte and a schema's id, which damage leaves alone: a registry has no others."""
_TIMES = (0, 1, 3)
_ALIKE = 16
"""Items of one kind in a row, a part of which may be one that is good to repeat."""

_BIT = {"type": "record", "name": "Bit", "fields": [{"name": "n", "type": "int"}]}
_NESTED = {"type": "record", "name": "Nested", "fields": [{"name": "bit", "type": "Bit"}]}
_SPARSE = {"type": "record", "name": "Sparse", "fields": [
    *({"name": f"n{number}", "type": "null"} for number in range(60)), {"name": "n", "type": "int"},
]}  # fmt: skip
_ENTRY = {
    "type": "record", "name": "MapEntry1", "namespace": "io.confluent.connect.avro",
    "fields": [{"name": "key", "type": "int"}, {"name": "value", "type": "string"}],
}  # fmt: skip
_AVRO: Mapping[str, tuple[Any, list[Any]]] = {
    "bits": (_BIT, [{"n": -9}, {"n": 0}]),
    "nested": (_NESTED, [{"bit": {"n": 1}}]),
    "sparse": (_SPARSE, [{f"n{number}": None for number in range(60)} | {"n": 5}]),
    "maybe": (["null", "Bit"], [None, {"n": 7}]),
    "either": (["null", "int", "string", "Bit"], [None, 5, "five", ("Bit", {"n": 5})]),
    "texts": ("string", ["", "ab", "\U0001f642"]),
    "days": ({"type": "int", "logicalType": "date"}, [date(2026, 11, 27)]),
    "lists": ({"type": "array", "items": "boolean"}, [[], [True]]),
    "maps": ({"type": "map", "values": "Bit"}, [{}, {"a": {"n": 1}}]),
    "entries": (_ENTRY, [{"key": 5, "value": "five"}]),
}  # fmt: skip
"""Schemas of items that take much more memory than bytes, with some of each."""


def _fields(count: int, schema: Schema) -> Schema:
    return spi.struct(*(Field(f"n{number}", schema) for number in range(count)))


_DEEP = spi.struct(
    Field("a", spi.optional(spi.struct(Field("a", spi.optional(_fields(30, spi.OPTIONAL_INT8))))))
)
_JSON: Mapping[str, tuple[Schema, list[Any]]] = {
    "bits": (_fields(1, spi.INT8), [{"n0": 1}, {"n0": -9}]),
    "sparse": (_fields(60, spi.OPTIONAL_STRING), [{}, {"n7": "x"}, {"none": 1}]),
    "defaulted": (_fields(60, Schema(spi.Type.INT32, default=5)), [{}, {"n7": None}]),
    "deep": (_DEEP, [{}, {"a": {"a": {}}}]),
    "maybe": (spi.OPTIONAL_INT32, [None, 5]),
    "texts": (spi.STRING, ["", "ab", "\U0001f642"]),
    "raw": (spi.BYTES, ["", "AAAA"]),
    "days": (spi.DATE, [0, 20_000]),
    "moments": (spi.TIMESTAMP, [0, 1]),
    "fractions": (spi.FLOAT64, [0, 0.5, "NaN"]),
    "money": (spi.decimal(2), [0, 1.5, "AQ=="]),
    "digits": (spi.decimal(9_000), [0, 1]),
    "lists": (spi.array(spi.array(spi.BOOLEAN)), [[], [[]], [[True]]]),
    "maps": (spi.mapping(spi.STRING, _fields(1, spi.INT8)), [{}, {"a": {"n0": 1}}]),
}  # fmt: skip
"""Schemas of items, with some of each as JSON has them."""
_PROTO = """
syntax = "proto3";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/type/date.proto";
import "confluent/type/decimal.proto";
message Items {
  repeated Bit bits = 1;
  repeated Sparse sparse = 2;
  repeated Lists lists = 3;
  repeated Deep deep = 4;
  map<int32, Bit> maps = 5;
  map<string, Deep> deeper = 6;
  map<int64, string> texts_of = 7;
  repeated Kind kinds = 8;
  repeated int64 numbers = 9;
  repeated string texts = 10;
  repeated google.protobuf.Timestamp moments = 11;
  repeated google.type.Date days = 12;
  repeated google.protobuf.Int64Value maybe = 13;
  repeated confluent.type.Decimal money = 14 [(confluent.field_meta) = {params: [
    {key: "scale", value: "9000"}
  ]}];
  repeated Either either = 15;
  repeated Bit far = 2000;
  Sparse one = 16;
}
enum Kind { NONE = 0; SOME = 1; }
message Bit { int32 n = 1; }
message Sparse { OPTIONALS }
message Lists { LISTS }
message Deep { Deeper a = 1; repeated Lists b = 2; }
message Deeper { Sparse a = 1; map<string, string> b = 2; }
message Either { oneof it { EITHER } }
"""


def _proto_text() -> str:
    def fields(kind: str, count: int) -> str:
        return " ".join(f"{kind} f{number} = {number};" for number in range(1, count + 1))

    text = _PROTO.replace("OPTIONALS", fields("optional string", 60))
    text = text.replace("LISTS", fields("repeated int32", 30))
    return text.replace("EITHER", fields("string", 30))


def _proto_items() -> list[bytes]:
    """Messages of one kind of item each, and one of all."""
    file, _ = parse_proto(_proto_text(), "items.proto")
    found = pool_of(file).FindFileByName(file.name)
    kind: type[Message] = GetMessageClass(found.message_types_by_name["Items"])
    alike = []
    for add in _PROTO_ITEMS:
        message = kind()
        for _ in range(_ALIKE):
            add(message)
        alike.append(b"\0" + message.SerializeToString())
    return [*alike, b"".join((b"\0", *(each[1:] for each in alike)))]


_PROTO_ITEMS: tuple[Callable[[Any], object], ...] = (
    lambda items: items.bits.add(n=5),
    lambda items: items.bits.add(),
    lambda items: items.sparse.add(),
    lambda items: items.sparse.add(f7="x"),
    lambda items: items.lists.add(),
    lambda items: items.lists.add(f3=[1, 2]),
    lambda items: items.deep.add().a.a.SetInParent(),
    lambda items: items.deep.add().b.add(),
    lambda items: items.maps[len(items.maps)].SetInParent(),
    lambda items: items.deeper["a" * len(items.deeper)].b.add(),
    lambda items: items.texts_of.update({len(items.texts_of): "ab"}),
    lambda items: items.kinds.extend([0, 1, 33]),
    lambda items: items.numbers.extend([1, -1, 300]),
    lambda items: items.texts.extend(["", "ab", "\U0001f642"]),
    lambda items: items.moments.add(seconds=1),
    lambda items: items.days.add(year=2026, month=11, day=28),
    lambda items: items.maybe.add(),
    lambda items: items.money.add(value=b"\1", scale=2),
    lambda items: items.money.add(value=b"\1", scale=-900),
    lambda items: items.either.add(f9="x"),
    lambda items: items.far.add(),
    lambda items: setattr(items.one, "f1", "x"),
)


def _reads(converter: Converter, data: bytes) -> None:
    converter.from_bytes(_TOPIC, data, ())


def _reads_envelope(data: bytes) -> None:
    """By a converter of its own: one that is used again remembers schemas."""
    JsonConverter({}, is_key=False).from_bytes(_TOPIC, data, ())


_items = partial(
    Target, refuses=(DataError,), size_max=_BODY, growth=PER_BYTE_MAX, swollen_every=10
)


def _registered(
    kind: type[RegisteredConverter], schema: RegisteredSchema, values: list[bytes]
) -> Target:
    registry = MemoryRegistry()
    schema_id = registry.register(_TOPIC, schema)
    converter = kind({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(registry)
    honest = [framed(schema_id, each) for each in values]
    reads = partial(_reads, converter)
    if kind is JsonSchemaConverter:
        return _items(reads, honest, chosen_by=_FRAMED, pieces=TEXT)
    return _items(reads, honest, chosen_by=_FRAMED)


def _avro() -> Target:
    document = {"type": "record", "name": "Items", "fields": [
        {"name": name, "type": {"type": "array", "items": items}}
        for name, (items, _) in _AVRO.items()
    ]}  # fmt: skip
    values = []
    for times in _TIMES:
        out = io.BytesIO()
        data = {name: some * times for name, (_, some) in _AVRO.items()}
        fastavro.schemaless_writer(out, fastavro.parse_schema(document), data)
        values.append(out.getvalue())
    return _registered(AvroConverter, RegisteredSchema(AVRO, json.dumps(document)), values)


def _json_schema(kinds: Mapping[str, tuple[Schema, list[Any]]]) -> Schema:
    fields = ((name, spi.array(items, optional=True)) for name, (items, _) in kinds.items())
    return spi.struct(*(Field(name, schema) for name, schema in fields))


def _json_text(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def _json_values() -> list[bytes]:
    mixed = [{name: some * times for name, (_, some) in _JSON.items()} for times in _TIMES]
    alike = [{name: [each] * _ALIKE} for name, (_, some) in _JSON.items() for each in some]
    return [_json_text(each).encode() for each in (*mixed, *alike)]


def _envelopes() -> list[bytes]:
    honest = []
    for name, (items, some) in _JSON.items():
        schema = schema_document(_json_schema({name: (items, some)}), lambda _, value: value)
        for each in some:
            payload = _json_text({name: [each] * _ALIKE})
            honest.append(f'{{"schema":{_json_text(schema)},"payload":{payload}}}'.encode())
    return honest


def item_targets() -> dict[str, Target]:
    document = json_schema_of(_json_schema(_JSON), lambda _, value: value)
    return {
        "avro_items": _avro(),
        "json_envelope_items": _items(_reads_envelope, _envelopes(), pieces=TEXT),
        "json_schema_items": _registered(
            JsonSchemaConverter, RegisteredSchema(JSON, json.dumps(document)), _json_values()
        ),
        "protobuf_items": _registered(
            ProtobufConverter, RegisteredSchema(PROTOBUF, _proto_text()), _proto_items()
        ),
    }
