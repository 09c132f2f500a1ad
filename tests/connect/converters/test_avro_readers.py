"""What fastavro reads becomes Connect's values where it stands."""

import io
import json
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from connect.converters.avro import AVRO, AvroConverter
from connect.converters.avro_readers import decimals_as_bytes
from connect.converters.registry import RegisteredSchema, framed
from connect.spi.errors import DataError
from tests.connect.converters.memory_registry import MemoryRegistry

POINT = {"type": "record", "name": "geo.Point", "fields": [{"name": "x", "type": "int"}]}
COLOUR = {"type": "enum", "name": "Colour", "symbols": ["RED"]}
PAIR = {"type": "fixed", "name": "Pair", "size": 2}
PRICE = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
FIXED = {"type": "fixed", "name": "F", "size": 3, "logicalType": "decimal", "precision": 6}
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
        (PRICE, b"\4\xce", Decimal("12.30")),
        (PRICE, b"\xff\xff\xff\xff\xff", Decimal("-0.01")),
        (PRICE, b"\1\0\0\0\0", Decimal("42949672.96")),  # More than its precision.
        (["null", PRICE], None, None),
        (["null", PRICE], b"\1", Decimal("0.01")),
        (["int", PRICE], b"\1", {"int": None, "bytes": Decimal("0.01")}),
        ({"type": "record", "name": "R", "fields": [
            {"name": "a", "type": ["null", FIXED]}, {"name": "b", "type": "F"},
            {"name": "c", "type": {"type": "array", "items": PRICE}}]},
         {"a": b"\0\1\0", "b": b"\xff\xff\xff", "c": [b"\2", b""]},
         {"a": Decimal(256), "b": Decimal(-1), "c": [Decimal("0.02"), Decimal("0.00")]}),
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
    # A decimal's datum is here what it is written as.
    fastavro.schemaless_writer(out, fastavro.parse_schema(decimals_as_bytes(document)), datum)
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


def test_a_decimal_of_more_digits_than_are_read_is_refused() -> None:
    """Python takes the square of them to make one."""
    registry = MemoryRegistry()
    schema_id = registry.register("x", RegisteredSchema(AVRO, json.dumps(PRICE)))
    converter = AvroConverter({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(registry)
    for size in (4_154, 1 << 20):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, "bytes", b"\x7f" * size)
        with pytest.raises(DataError, match="at most 10000 digits"):
            converter.from_bytes("t", framed(schema_id, out.getvalue()), ())
