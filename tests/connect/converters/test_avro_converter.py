"""Avro through a registry, as Confluent's converter has it."""

import io
import json
from datetime import date
from decimal import Decimal

import fastavro
import pytest
from hypothesis import given

from connect.converters.avro import AvroConverter
from connect.converters.avro_schemas import AvroReader
from connect.converters.registry import RegisteredSchema, framed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, Type
from tests.connect.converters.memory_registry import MemoryRegistry
from tests.connect.converters.values_and_schemas import DESCRIBED

T = "flights"
URL = {"schema.registry.url": "http://registry"}


def converter(registry=None, *, is_key=False, **config):
    told = {name.replace("_", "."): value for name, value in config.items()}
    made = AvroConverter(URL | told, is_key=is_key)
    made.connect_to(registry or MemoryRegistry())
    return made


@given(DESCRIBED)
def test_what_was_written_is_read_again_with_its_schema(described):
    inner, value = described
    # Each in a struct of its own: of one name there is one schema.
    schema = spi.struct(Field("it", inner), name="whole.Record")
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, schema, {"it": value}, ())
    assert converter(registry).from_bytes(T, data, ()) == (schema, {"it": value})


def test_the_schema_is_confluents():
    registry = MemoryRegistry()
    schema = spi.struct(
        Field("id", spi.INT64),
        Field("small", spi.INT8),
        Field("price", spi.optional(spi.decimal(2))),
        Field("day", spi.DATE),
        Field("note", Schema(Type.STRING, optional=True, default="none")),
        Field("counts", spi.mapping(spi.STRING, spi.INT32)),
        name="com.example.Order",
    )
    value = {"id": 1, "small": 2, "price": Decimal("1.50"), "day": date(2026, 11, 27),
             "note": None, "counts": {"a": 1}}  # fmt: skip
    data = converter(registry).to_bytes(T, schema, value, ())
    assert data[:5] == b"\0\0\0\0\1"
    assert registry.subjects == {"flights-value": {1}}
    document = json.loads(registry.schemas[0].text)
    assert document == {
        "type": "record", "name": "Order", "namespace": "com.example",
        "connect.name": "com.example.Order",
        "fields": [
            {"name": "id", "type": "long"},
            {"name": "small", "type": {"type": "int", "connect.type": "int8"}},
            {"name": "price", "default": None, "type": ["null", {
                "type": "bytes", "logicalType": "decimal", "precision": 64, "scale": 2,
                "connect.version": 1, "connect.parameters": {"scale": "2"},
                "connect.name": "org.apache.kafka.connect.data.Decimal"}]},
            {"name": "day", "type": {
                "type": "int", "logicalType": "date", "connect.version": 1,
                "connect.name": "org.apache.kafka.connect.data.Date"}},
            {"name": "note", "type": ["string", "null"], "default": "none"},
            {"name": "counts", "type": {"type": "map", "values": "int"}},
        ],
    }  # fmt: skip
    # Read by Avro alone.
    read = fastavro.schemaless_reader(io.BytesIO(data[5:]), fastavro.parse_schema(document))
    assert read == value


def read(document, datum):
    registry = MemoryRegistry()
    schema_id = registry.register("x", RegisteredSchema("AVRO", json.dumps(document)))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(document), datum)
    return converter(registry).from_bytes(T, framed(schema_id, out.getvalue()), ())


def test_what_others_write_is_read():
    document = {
        "type": "record", "name": "R", "namespace": "n", "fields": [
            {"name": "colour", "type": {"type": "enum", "name": "C", "symbols": ["RED", "BLUE"]}},
            {"name": "again", "type": "C"},
            {"name": "either", "type": ["null", "int", "string",
                                       {"type": "record", "name": "Q",
                                        "fields": [{"name": "x", "type": "int"}]}]},
            {"name": "digest", "type": {"type": "fixed", "name": "F", "size": 2}},
        ],
    }  # fmt: skip
    either = {"int": None, "string": None, "Q": None}
    for told, branch in ((5, "int"), ("five", "string"), (("n.Q", {"x": 1}), "Q")):
        datum = {"colour": "RED", "again": "BLUE", "either": told, "digest": b"ab"}
        schema, value = read(document, datum)
        held = told[1] if branch == "Q" else told
        assert value == {"colour": "RED", "again": "BLUE", "digest": b"ab",
                         "either": {**either, branch: held}}  # fmt: skip
    assert schema.name == "n.R"
    assert schema.find("colour").schema.parameters["io.confluent.connect.avro.Enum"] == "n.C"


def test_the_registry_is_asked_once_for_each_schema():
    registry = MemoryRegistry()
    schema = spi.struct(Field("n", spi.INT32), name="N")
    writer, reader = converter(registry), converter(registry)
    data = [writer.to_bytes(T, schema, {"n": n}, ()) for n in range(50)]
    assert registry.asked == 1
    assert [reader.from_bytes(T, each, ())[1]["n"] for each in data] == [*range(50)]
    assert registry.asked == 2


def test_without_leave_to_register_an_unknown_schema_is_a_bad_record():
    registry = MemoryRegistry()
    schema = spi.struct(Field("n", spi.INT32), name="N")
    careful = converter(registry, auto_register_schemas="false")
    with pytest.raises(DataError, match="not found"):
        careful.to_bytes(T, schema, {"n": 1}, ())
    data = converter(registry).to_bytes(T, schema, {"n": 1}, ())
    assert careful.to_bytes(T, schema, {"n": 1}, ()) == data


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (None, {"a": 1}, "needs a schema"),
        (spi.struct(Field("a-b", spi.INT32), name="N"), {"a-b": 1}, "no name in Avro"),
        (spi.struct(Field("a", spi.INT8), name="N"), {"a": 300}, "no int8"),
        (spi.INT32, "x", "Avro|no int32"),
    ],
)
def test_what_cannot_be_written_is_a_bad_record(schema, value, message):
    with pytest.raises(DataError, match=message):
        converter().to_bytes(T, schema, value, ())


def test_what_cannot_be_read_is_a_bad_record():
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, spi.STRING, "abc", ())
    reader = converter(registry)
    for bad, message in (
        (b"", "zero byte"), (b"{}", "zero byte"), (data[:-1], "not in schema 1"),
        (data + b"x", "bytes beyond"), (framed(99, b""), "not found"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=message):
            reader.from_bytes(T, bad, ())
    recursive = {"type": "record", "name": "L",
                 "fields": [{"name": "next", "type": ["null", "L"]}]}  # fmt: skip
    with pytest.raises(DataError, match="refers to itself"):
        read(recursive, {"next": None})


def test_a_tombstone_is_no_bytes():
    assert converter().to_bytes(T, None, None, ()) is None
    assert converter().from_bytes(T, None, ()) == (None, None)


@pytest.mark.parametrize(
    "items",
    [
        "null",
        {"type": "null"},
        {"type": "record", "name": "E", "fields": []},
        {"type": "record", "name": "E", "fields": [{"name": "a", "type": "null"}]},
        {"type": "fixed", "name": "F", "size": 0},
    ],
)
def test_an_array_of_any_number_of_nothing_is_refused(items):
    with pytest.raises(DataError, match="no bytes"):
        AvroReader().schema({"type": "array", "items": items})
    assert AvroReader().schema({"type": "array", "items": [items, "int"]}).type is Type.ARRAY
