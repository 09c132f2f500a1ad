"""JSON Schema through a registry, as Confluent's converter has it."""

import json
from datetime import date
from decimal import Decimal

import jsonschema_rs
import orjson
import pytest
from hypothesis import given

from connect.converters.json_schema import JsonSchemaConverter
from connect.converters.registry import RegisteredSchema, framed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, Type
from tests.connect.converters.memory_registry import MemoryRegistry
from tests.connect.converters.values_and_schemas import DESCRIBED

T = "flights"
URL = {"schema.registry.url": "http://registry"}
ORDER = spi.struct(
    Field("id", spi.INT64),
    Field("price", spi.optional(spi.decimal(2))),
    Field("day", spi.DATE),
    Field("note", Schema(Type.STRING, optional=True, default="none", doc="a remark")),
    Field("counts", spi.mapping(spi.STRING, spi.INT32)),
    Field("raw", spi.BYTES),
    name="com.example.Order",
)
VALUE = {"id": 1, "price": Decimal("1.50"), "day": date(2026, 11, 27), "note": "x",
         "counts": {"a": 1}, "raw": b"\0"}  # fmt: skip


def converter(registry=None, **config):
    told = {name.replace("_", "."): value for name, value in config.items()}
    made = JsonSchemaConverter(URL | told, is_key=False)
    made.connect_to(registry or MemoryRegistry())
    return made


def read(document, value):
    """As a record of a foreign schema."""
    registry = MemoryRegistry()
    schema_id = registry.register("s", RegisteredSchema("JSON", json.dumps(document)))
    return converter(registry).from_bytes(T, framed(schema_id, orjson.dumps(value)), ())


@given(DESCRIBED)
def test_what_was_written_is_read_again_with_its_schema(described):
    schema, value = described
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, schema, value, ())
    expected = (None, None) if data is None else (schema, value)
    assert converter(registry).from_bytes(T, data, ()) == expected


@given(DESCRIBED)
def test_what_is_written_is_valid_by_its_schema(described):
    schema, value = described
    registry = MemoryRegistry()
    data = converter(registry, decimal_format="NUMERIC").to_bytes(T, schema, value, ())
    if data is not None and b"Infinity" not in data:
        jsonschema_rs.validate(json.loads(registry.schemas[0].text), json.loads(data[5:]))


def test_the_schema_is_confluents():
    registry = MemoryRegistry()
    data = converter(registry).to_bytes(T, ORDER, VALUE, ())
    assert data[:5] == b"\0\0\0\0\1"
    assert registry.subjects == {"flights-value": {1}}
    assert registry.schemas[0].type == "JSON"
    kafka = "org.apache.kafka.connect.data."
    assert json.loads(registry.schemas[0].text) == {
        "type": "object",
        "title": "com.example.Order",
        "properties": {
            "id": {"type": "integer", "connect.type": "int64", "connect.index": 0},
            "price": {
                "oneOf": [
                    {"type": "null"},
                    {
                        "type": "number", "connect.type": "bytes", "connect.version": 1,
                        "title": f"{kafka}Decimal", "connect.parameters": {"scale": "2"},
                    },
                ],
                "connect.index": 1,
            },
            "day": {
                "type": "integer", "connect.type": "int32", "connect.version": 1,
                "title": f"{kafka}Date", "connect.index": 2,
            },
            "note": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "string", "default": "none", "description": "a remark"},
                ],
                "connect.index": 3,
            },
            "counts": {
                "type": "object", "connect.type": "map",
                "additionalProperties": {"type": "integer", "connect.type": "int32"},
                "connect.index": 4,
            },
            "raw": {"type": "string", "connect.type": "bytes", "connect.index": 5},
        },
    }  # fmt: skip


def test_a_schema_of_others_is_read():
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "title": "Person",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": ["null", "integer"]},
            "home": {"$ref": "#/definitions/place"},
            "other": {"anyOf": [{"$ref": "#/definitions/place"}, {"type": "null"}]},
            "colour": {"enum": ["red", "green"]},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "home"],
        "definitions": {"place": {"type": "object", "properties": {"zip": {"type": "string"}}}},
    }
    schema, value = read(document, {"name": "Ada", "home": {"zip": "E1"}, "tags": ["x"]})
    place = spi.struct(Field("zip", spi.STRING))
    assert schema == spi.struct(
        Field("name", spi.STRING),
        Field("age", spi.OPTIONAL_INT64),
        Field("home", place),
        Field("other", spi.optional(place)),
        Field("colour", spi.OPTIONAL_STRING),
        Field("tags", spi.array(spi.STRING, optional=True)),
        name="Person",
    )
    assert value == {"name": "Ada", "age": None, "home": {"zip": "E1"}, "other": None,
                     "colour": None, "tags": ["x"]}  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        {}, [], True, {"type": "null"}, {"type": ["string", "integer"]},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"$ref": "http://169.254.169.254/latest"}, {"$ref": "#/nowhere"},
        {"$ref": "#/a", "a": {"$ref": "#/a"}}, {"type": "array"},
        {"type": "integer", "connect.type": "map"}, {"type": "string", "title": 1},
        {"type": "object", "properties": 1}, {"type": "string", "connect.parameters": {"a": 1}},
    ],
)  # fmt: skip
def test_a_schema_that_is_none_of_ours_is_refused(document):
    with pytest.raises(DataError):
        read(document, 1)


def test_schemas_that_refer_to_one_another_twice_do_not_multiply():
    definitions = {
        f"d{depth}": {
            "type": "object",
            "properties": {name: {"$ref": f"#/definitions/d{depth + 1}"} for name in "ab"},
        }
        for depth in range(12)
    }
    definitions["d12"] = {"type": "string"}
    with pytest.raises(DataError, match="is no struct"):
        read({"$ref": "#/definitions/d0", "definitions": definitions}, 1)


def test_a_schema_too_deep_is_refused():
    document = {"type": "string"}
    for _ in range(100):
        document = {"type": "array", "items": document}
    with pytest.raises(DataError, match="schemas deep"):
        read(document, [])


def test_a_schema_that_is_too_deep_in_parts_that_are_not_is_refused():
    definitions = {"d0": {"type": "string"}}
    for depth in range(1, 1_000):
        inner = {"$ref": f"#/definitions/d{depth - 1}"}
        definitions[f"d{depth}"] = {"type": "object", "properties": {"a": inner}}
    parts = {
        name: {"$ref": f"#/definitions/{name}", "connect.index": -index}
        for index, name in enumerate(definitions)
    }
    with pytest.raises(DataError, match="schemas deep"):
        read({"type": "object", "properties": parts, "definitions": definitions}, {})


def test_records_that_are_not_of_their_schema_are_refused():
    registry = MemoryRegistry()
    ours = converter(registry)
    data = ours.to_bytes(T, ORDER, VALUE, ())
    for wrong in (b"{", data[:4], data[:5] + b"{", data[:5] + b"1", data[:5] + b"{}"):
        with pytest.raises(DataError, match=T):
            ours.from_bytes(T, wrong, ())
    avro = registry.register("s", RegisteredSchema("AVRO", '"string"'))
    with pytest.raises(DataError, match="AVRO"):
        ours.from_bytes(T, framed(avro, b"1"), ())


def test_what_has_no_schema_or_another_value_is_not_written():
    with pytest.raises(DataError, match="needs a schema"):
        converter().to_bytes(T, None, {"a": 1}, ())
    with pytest.raises(DataError, match="id"):
        converter().to_bytes(T, ORDER, VALUE | {"id": "x"}, ())
    with pytest.raises(DataError, match="text keys"):
        converter().to_bytes(T, spi.mapping(spi.INT32, spi.INT32), {1: 1}, ())


def test_the_registry_is_asked_once_for_a_schema():
    registry = MemoryRegistry()
    writer, reader = converter(registry), converter(registry)
    for _ in range(3):
        reader.from_bytes(T, writer.to_bytes(T, ORDER, VALUE, ()), ())
    assert registry.asked == 2


def test_a_schema_that_holds_itself_is_refused_at_once():
    document = {
        "$ref": "#/node",
        "node": {"type": "object", "properties": {side: {"$ref": "#/node"} for side in "lr"}},
    }
    with pytest.raises(DataError, match="leads to itself"):
        read(document, {})


def test_fields_stand_in_the_order_of_their_indexes():
    properties = {
        "b": {"type": "string", "connect.index": 1},
        "a": {"type": "string", "connect.index": 0},
    }
    schema, _ = read({"type": "object", "properties": properties}, {"a": "x", "b": "y"})
    assert [field.name for field in schema.fields] == ["a", "b"]
