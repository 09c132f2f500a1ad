"""Schemas that a stranger could register: each is read, or refused by its id, in a time and memory
that go with its size."""

import json
import tracemalloc

import pytest

from connect.converters.avro import AvroConverter
from connect.converters.json_schema import JsonSchemaConverter
from connect.converters.known_schemas import KEPT_MAX, TEXT_KEPT_BYTES_MAX
from connect.converters.protobuf import ProtobufConverter
from connect.converters.registry import RegisteredSchema, framed
from connect.converters.schema_bounds import DEPTH_MAX, SCHEMAS_MAX, TEXT_BYTES_MAX, SchemaBounds
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field
from tests.connect.converters.memory_registry import MemoryRegistry

T = "flights"
PROTO = 'syntax = "proto3";\n'
WHERE = {"AVRO": AvroConverter, "JSON": JsonSchemaConverter, "PROTOBUF": ProtobufConverter}


def reading(kind, *texts):
    """A converter, and the registry that has the schemas."""
    registry = MemoryRegistry()
    for text in texts:
        registry.register("flights-value", RegisteredSchema(kind, text))
    made = WHERE[kind]({"schema.registry.url": "http://registry"}, is_key=False)
    made.connect_to(registry)
    return made, registry


def refusal(kind, text, payload=b"\0"):
    made, registry = reading(kind, text)
    with pytest.raises(DataError) as refused:
        made.from_bytes(T, framed(1, payload), ())
    said = str(refused.value)
    with pytest.raises(DataError):
        made.from_bytes(T, framed(1, payload), ())
    assert registry.asked == 2, "a schema that is of no use is asked for once"
    return said


def nested(before, after, depth, inner):
    return before * depth + inner + after * depth


def avro_record(*fields, name="T"):
    return {"type": "record", "name": name, "fields": list(fields)}


def avro_twice(depth):
    """Each refers twice to the one within it: 2 ** depth fields, written out."""
    inner = avro_record({"name": "x", "type": "int"}, name="A0")
    for level in range(1, depth + 1):
        again = {"name": "b", "type": ["null", f"A{level - 1}"]}
        inner = avro_record({"name": "a", "type": inner}, again, name=f"A{level}")
    return json.dumps(inner)


def avro_in_order(depth):
    """Each is defined beside the one that it holds: none is deep in the text."""
    fields = [{"name": "f0", "type": avro_record({"name": "x", "type": "int"}, name="R0")}]
    for level in range(1, depth):
        one = avro_record({"name": "a", "type": f"R{level - 1}"}, name=f"R{level}")
        fields.append({"name": f"f{level}", "type": ["null", one]})
    return json.dumps(avro_record(*fields))


def json_twice(depth):
    within = {
        f"d{level}": {
            "type": "object",
            "properties": {name: {"$ref": f"#/definitions/d{level + 1}"} for name in "ab"},
        }
        for level in range(depth)
    }
    within[f"d{depth}"] = {"type": "integer"}
    return {"$ref": "#/definitions/d0", "definitions": within}


def json_in_order(depth):
    within = {"d0": {"type": "integer"}}
    for level in range(1, depth):
        within[f"d{level}"] = {"type": "array", "items": {"$ref": f"#/definitions/d{level - 1}"}}
    fields = {f"f{level}": {"$ref": f"#/definitions/d{level}"} for level in range(depth)}
    return json.dumps({"type": "object", "properties": fields, "definitions": within})


def proto_twice(depth):
    messages = [f"message A{n} {{ A{n + 1} a = 1; A{n + 1} b = 2; }}" for n in range(depth)]
    return PROTO + "\n".join([*messages, f"message A{depth} {{ int32 x = 1; }}"])


def proto_in_order(depth):
    top = " ".join(f"A{n} f{n} = {n + 1};" for n in range(depth))
    rest = [f"message A{n + 1} {{ A{n} a = 1; }}" for n in range(depth - 1)]
    return PROTO + "\n".join([f"message T {{ {top} }}", "message A0 { int32 x = 1; }", *rest])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AVRO", avro_twice(25)),
        ("JSON", json.dumps(json_twice(25))),
        ("PROTOBUF", proto_twice(25)),
        # A default makes the reader go through the schema while it is read.
        ("JSON", json.dumps({"type": "object", "properties": {
            "a": {"type": "array", "items": json_twice(0)["definitions"]["d0"]},
            "b": {"type": "array", "default": [], "items": {"$ref": "#/definitions/d0"}},
        }, "definitions": json_twice(25)["definitions"]})),
    ],
)  # fmt: skip
def test_what_doubles_at_each_level_is_refused(kind, text):
    said = refusal(kind, text)
    assert said == (
        f"{T}: schema 1: the schema comes to more than {SCHEMAS_MAX} schemas, written out"
    ) or (kind == "PROTOBUF" and f"more than {SCHEMAS_MAX} schemas" in said)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AVRO", avro_in_order(DEPTH_MAX + 2)),
        ("JSON", json_in_order(DEPTH_MAX + 2)),
        ("PROTOBUF", proto_in_order(DEPTH_MAX + 2)),
    ],
)
def test_what_is_deep_by_reference_only_is_refused(kind, text):
    assert f"more than {DEPTH_MAX} schemas deep" in refusal(kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "because"),
    [
        ("AVRO", nested('{"type":', "}", 50_000, '"int"'), "nested too deeply"),
        ("AVRO", nested("[", "]", 50_000, '"int"'), "nested too deeply"),
        ("AVRO", '{"type":"int","fields":' + nested("[", "]", 900, "1") + "}", "deep"),
        ("AVRO", json.dumps({"type": "b" * 300_000}), "is no Avro type"),
        ("AVRO", json.dumps(avro_record({"name": "n", "type": ["null", "T"]})), "itself"),
        ("AVRO", json.dumps({"type": "array", "items": {"type": "record", "name": "MapEntry1",
                             "namespace": "io.confluent.connect.avro"}}), "no schema"),
        ("AVRO", '"' + "x" * TEXT_BYTES_MAX + '"', f"more than {TEXT_BYTES_MAX} characters"),
        ("JSON", nested('{"type":"array","items":', "}", 30_000, "1"), "no JSON"),
        ("JSON", '{"$ref":"http://169.254.169.254/latest/meta-data"}', "leads out of"),
        ("JSON", '{"$ref":"file:///etc/passwd"}', "leads out of"),
        ("JSON", '{"$ref":"#/a","a":{"$ref":"#/b"},"b":{"$ref":"#/a"}}', "leads to itself"),
        ("JSON", json.dumps({"type": ["x"] * 100_000}), "one type"),
        ("PROTOBUF", PROTO + nested("message A { ", "}", 3_000, ""), "nested too deeply"),
        ("PROTOBUF", PROTO + 'option a = "' + "\\q" * 50_000 + '";', "no .proto text"),
        ("PROTOBUF", PROTO + "message A { int32 x = 99999999999999; }", "no schema"),
        ("PROTOBUF", PROTO + 'import "http://169.254.169.254/x.proto"; message A { X x = 1; }',
         "no Protobuf schema"),
    ],
)  # fmt: skip
def test_what_is_no_schema_is_refused_in_a_sentence(kind, text, because):
    said = refusal(kind, text)
    assert said.startswith(f"{T}: schema 1: ")
    assert because in said
    assert len(said) < 1_200


@pytest.mark.parametrize("text", [
    proto_in_order(3),
    PROTO + "message A { message B { B b = 1; } int32 x = 1; }",
])  # fmt: skip
def test_other_messages_of_a_file_are_read_all_the_same(text):
    made, _ = reading("PROTOBUF", text)
    schema, _ = made.from_bytes(T, framed(1, b"\0"), ())
    assert schema.fields


def test_schemas_of_ordinary_size_that_share_are_read():
    made, _ = reading("AVRO", avro_twice(8))
    schema, value = made.from_bytes(T, framed(1, b"\2" + b"\0" * 8), ())
    assert value["b"] is None
    assert SchemaBounds().schemas_in(schema) > 2**8


def test_texts_that_are_remembered_are_bounded():
    text = json.dumps({"type": "string", "doc": "x" * (TEXT_BYTES_MAX - 100)})
    made, registry = reading("AVRO", *(f"{text}{' ' * n}" for n in range(6)))
    for schema_id in (1, 2, 3, 1):
        made.from_bytes(T, framed(schema_id, b"\2a"), ())
    # The third pushed the first out, which is asked for again.
    assert 3 * len(text) > TEXT_KEPT_BYTES_MAX
    assert registry.asked == 6 + 4


def test_messages_that_hold_the_same_large_one_are_bounded():
    large = "message B { " + " ".join(f"int32 f{n} = {n + 1};" for n in range(600)) + " }"
    count = 100
    text = PROTO + large + "".join(f"message M{n} {{ B b = 1; }}" for n in range(count))
    made, _ = reading("PROTOBUF", text)
    made.from_bytes(T, framed(1, b"\0"), ())
    tracemalloc.start()
    try:
        for index in range(1, count + 1):
            made.from_bytes(T, framed(1, b"\2" + bytes(_zigzag(index))), ())
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 60 * 2**20
    assert count < KEPT_MAX


def _zigzag(index):
    number = index << 1
    while number > 0x7F:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number


def test_bounds_are_of_what_is_written_out():
    leaf = spi.struct(Field("x", spi.INT32))
    bounds = SchemaBounds()
    assert bounds.schemas_in(leaf) == 2
    assert bounds.schemas_in(spi.struct(Field("a", leaf), Field("b", spi.array(leaf)))) == 6
