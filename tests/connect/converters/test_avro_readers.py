"""What fastavro reads becomes Connect's values where it stands."""

import io
import json
from typing import Any

import fastavro
import pytest

from connect.converters.avro import AVRO, AvroConverter
from connect.converters.registry import RegisteredSchema, framed
from tests.connect.converters.memory_registry import MemoryRegistry

POINT = {"type": "record", "name": "geo.Point", "fields": [{"name": "x", "type": "int"}]}
COLOUR = {"type": "enum", "name": "Colour", "symbols": ["RED"]}
PAIR = {"type": "fixed", "name": "Pair", "size": 2}
EITHER = ["null", "int", POINT, COLOUR]
NONE = {"int": None, "geo.Point": None, "Colour": None}
ENTRY = {"type": "record", "name": "MapEntry1", "namespace": "io.confluent.connect.avro",
         "fields": [{"name": "key", "type": "int"},
                    {"name": "value", "type": ["null", POINT]}]}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "datum", "value"),
    [
        (["null", POINT], {"x": 1}, {"x": 1}),
        (["null", POINT], None, None),
        ([POINT], {"x": 1}, {"x": 1}),
        (["null", COLOUR], "RED", "RED"),
        (["null", PAIR], b"ab", b"ab"),
        (["null", {"type": "array", "items": ["null", POINT]}], [None, {"x": 1}], [None, {"x": 1}]),
        ({"type": "map", "values": ["null", POINT]}, {"a": {"x": 1}, "b": None},
         {"a": {"x": 1}, "b": None}),
        ({"type": "array", "items": EITHER}, [None, 5, ("geo.Point", {"x": 1}), ("Colour", "RED")],
         [None, NONE | {"int": 5}, NONE | {"geo.Point": {"x": 1}}, NONE | {"Colour": "RED"}]),
        ({"type": "array", "items": ENTRY}, [{"key": 1, "value": {"x": 1}}, {"key": 2}],
         {1: {"x": 1}, 2: None}),
        ({"type": "record", "name": "R", "fields": [
            {"name": "a", "type": ["null", POINT]}, {"name": "b", "type": ["null", "geo.Point"]},
            {"name": "c", "type": "geo.Point"}, {"name": "d", "type": "int"}]},
         {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}, "d": 4},
         {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}, "d": 4}),
    ],
)  # fmt: skip
def test_data_become_values(document: Any, datum: Any, value: Any) -> None:
    registry = MemoryRegistry()
    schema_id = registry.register("x", RegisteredSchema(AVRO, json.dumps(document)))
    converter = AvroConverter({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(registry)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(document), datum)
    assert converter.from_bytes("t", framed(schema_id, out.getvalue()), ())[1] == value


def test_the_mark_of_a_parsed_schema_is_not_believed() -> None:
    """fastavro takes a schema with it as it is, and names would be looked up that are not whole."""
    inner = {"type": "record", "name": "Q", "fields": [{"name": "x", "type": "int"}]}
    document = {
        "type": "record", "name": "R", "namespace": "n",
        "__fastavro_parsed": True, "__named_schemas": {},
        "fields": [{"name": "a", "type": inner}, {"name": "b", "type": "Q"}],
    }  # fmt: skip
    registry = MemoryRegistry()
    schema_id = registry.register("x", RegisteredSchema(AVRO, json.dumps(document)))
    converter = AvroConverter({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(registry)
    value = converter.from_bytes("t", framed(schema_id, b"\2\4"), ())[1]
    assert value == {"a": {"x": 1}, "b": {"x": 2}}
