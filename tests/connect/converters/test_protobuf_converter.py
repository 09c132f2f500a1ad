"""Protobuf through a registry, as Confluent's converter has it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings

from connect.converters.protobuf import ProtobufConverter
from connect.converters.registry import RegisteredSchema, framed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field
from tests.connect.converters.memory_registry import MemoryRegistry
from tests.connect.converters.values_and_schemas import DESCRIBED_BY_PROTOBUF

T = "flights"
BUYER = spi.struct(Field("name", spi.STRING), name="com.example.Order.Buyer")
ORDER = spi.struct(
    Field("id", spi.INT64),
    Field("small", spi.INT8),
    Field("price", spi.optional(spi.decimal(2))),
    Field("day", spi.DATE),
    Field("at", spi.TIMESTAMP),
    Field("note", spi.OPTIONAL_STRING),
    Field("buyer", BUYER),
    Field("lines", spi.array(spi.struct(Field("n", spi.INT32)))),
    Field("counts", spi.mapping(spi.STRING, spi.INT32)),
    name="com.example.Order",
)
VALUE = {
    "id": 1, "small": 2, "price": Decimal("1.50"), "day": date(2026, 11, 27),
    "at": datetime(2026, 11, 27, 10, tzinfo=UTC), "note": None, "buyer": {"name": ""},
    "lines": [{"n": 0}, {"n": 5}], "counts": {"a": 0},
}  # fmt: skip


def converter(registry=None):
    made = ProtobufConverter({"schema.registry.url": "http://registry"}, is_key=False)
    made.connect_to(registry or MemoryRegistry())
    return made


def read(text, data):
    """A record of a foreign schema; ``data`` begins with its message indexes."""
    registry = MemoryRegistry()
    schema_id = registry.register("s", RegisteredSchema("PROTOBUF", text))
    return converter(registry).from_bytes(T, framed(schema_id, data), ())


@settings(max_examples=40)
@given(DESCRIBED_BY_PROTOBUF)
def test_what_was_written_is_read_again_with_its_schema(described):
    inner, value = described
    schema = spi.struct(Field("it", inner), name="whole.Record")
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, schema, {"it": value}, ())
    assert converter(registry).from_bytes(T, data, ()) == (schema, {"it": value})


def test_a_record_of_many_kinds_comes_back():
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, ORDER, VALUE, ())
    assert data[:6] == b"\0\0\0\0\1\0"
    assert converter(registry).from_bytes(T, data, ()) == (ORDER, VALUE)


def test_the_schema_is_a_proto_text_that_others_can_read():
    registry = MemoryRegistry()
    converter(registry).to_bytes(T, ORDER, VALUE, ())
    assert registry.schemas[0].type == "PROTOBUF"
    text = registry.schemas[0].text
    for line in (
        'syntax = "proto3";',
        "package com.example;",
        'import "google/protobuf/timestamp.proto";',
        "message Order {",
        "int64 id = 1;",
        "int32 small = 2 [(confluent.field_meta) = "
        '{params: [{key: "connect.type", value: "int8"}]}];',
        "optional string note = 6;",
        "map<string, int32> counts = 9;",
    ):
        assert line in text


FOREIGN = """
syntax = "proto3";
package shop;
import "google/protobuf/wrappers.proto";
message First { bool a = 1; }
message Second {
  message Inner { uint32 n = 1; }
  enum Colour { RED = 0; GREEN = 1; }
  Inner inner = 1;
  Colour colour = 2;
  google.protobuf.Int32Value maybe = 3;
  oneof choice { string left = 4; int32 right = 5; }
  repeated Colour colours = 6;
}
"""


def test_a_foreign_schema_is_read_by_its_message_indexes():
    # Second: inner {n: 7}, colour GREEN, maybe 9, left "x", colours RED and an unknown one.
    payload = bytes.fromhex("0a020807 1001 1a020809 220178 32020005")
    schema, value = read(FOREIGN, bytes([2, 2]) + payload)
    assert schema.name == "shop.Second"
    assert value == {
        "inner": {"n": 7}, "colour": "GREEN", "maybe": 9, "left": "x", "right": None,
        "colours": ["RED", "5"],
    }  # fmt: skip
    assert read(FOREIGN, b"\0\x08\x01")[1] == {"a": True}
    assert read(FOREIGN, bytes([4, 2, 0, 0x08, 3]))[1] == {"n": 3}
    _, empty = read(FOREIGN, bytes([2, 2]))
    assert empty == {
        "inner": None, "colour": "RED", "maybe": None, "left": None, "right": None, "colours": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "message {", "syntax = 'proto3'; message M { Nope n = 1; }",
        "syntax = 'proto3'; message M { M again = 1; }", "syntax = 'proto3'; import 'other.proto';",
        "syntax = 'proto3'; message M { int32 a = 1; int32 b = 1; }",
        "message M {" * 300 + "}" * 300,
    ],
)  # fmt: skip
def test_a_schema_that_is_none_of_ours_is_refused(text):
    with pytest.raises(DataError):
        read(text, b"\0")


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x02\x06", b"\x09", b"\xff" * 9, b"\0\xff"])
def test_records_that_are_not_of_their_schema_are_refused(data):
    with pytest.raises(DataError):
        read(FOREIGN, data)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (None, {"a": 1}),
        (spi.STRING, "x"),
        (spi.struct(Field("a b", spi.STRING)), {"a b": "x"}),
        (spi.struct(Field("a", spi.array(spi.array(spi.STRING)))), {"a": [["x"]]}),
        (spi.struct(Field("a", spi.array(spi.STRING, optional=True))), {"a": None}),
        (spi.struct(Field("a", spi.mapping(spi.FLOAT64, spi.STRING))), {"a": {1.5: "x"}}),
        (spi.struct(Field("a", spi.INT32)), {"a": "x"}),
    ],
)
def test_what_protobuf_has_no_words_for_is_refused(schema, value):
    with pytest.raises(DataError, match=T):
        converter().to_bytes(T, schema, value, ())


def test_times_of_day_are_kept():
    schema = spi.struct(Field("t", spi.TIME))
    registry = MemoryRegistry()
    value = {"t": time(14, 34, 54, 346_000)}
    data = converter(registry).to_bytes(T, schema, value, ())
    assert converter(registry).from_bytes(T, data, ()) == (schema, value)


@pytest.mark.parametrize("syntax", ["proto2", "proto3"])
@pytest.mark.parametrize("field", [b"\x0a\1\xff", b"\x12\1\xff", b"\x1a\3\x0a\1\xff"])
def test_a_text_that_is_no_utf_8_is_refused(syntax, field):
    text = f"""syntax = '{syntax}';
        message M {{ optional string a = 1; repeated string b = 2; map<string, int32> c = 3; }}"""
    assert read(text, b"\0\x0a\1a\x12\1b\x1a\3\x0a\1c")[1] == {"a": "a", "b": ["b"], "c": {"c": 0}}
    with pytest.raises(DataError, match="UTF-8"):
        read(text, b"\0" + field)


def test_a_message_that_is_not_there_is_looked_for_in_a_schema_that_is_read_once():
    registry = MemoryRegistry()
    schema_id = registry.register(
        "s", RegisteredSchema("PROTOBUF", 'syntax = "proto3"; message One { int32 n = 1; }')
    )
    reading = converter(registry)
    for index in range(1, 5):
        with pytest.raises(DataError, match="has no message"):
            reading.from_bytes(T, framed(schema_id, bytes((2, 2 * index))), ())
    assert registry.asked == 2
    assert reading.from_bytes(T, framed(schema_id, b"\0\x08\5"), ())[1] == {"n": 5}


def test_the_registry_is_asked_once_for_a_schema():
    registry = MemoryRegistry()
    writer, reader = converter(registry), converter(registry)
    for _ in range(3):
        reader.from_bytes(T, writer.to_bytes(T, ORDER, VALUE, ()), ())
    assert registry.asked == 2
