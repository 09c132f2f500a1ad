"""What a value in JSON takes of memory, beside the bound that the converters keep to."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from connect.converters.converter import Converter
from connect.converters.decoded_memory import allowed_bytes
from connect.converters.json import KEPT_BYTES_MAX, JsonConverter
from connect.converters.json_schema import JsonSchemaConverter
from connect.converters.json_schema_documents import json_schema_of
from connect.converters.json_schemas import schema_document
from connect.converters.registry import RegisteredSchema, framed
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, Type
from tests.connect.converters.decoded_peak import decoded_peak
from tests.connect.converters.memory_registry import MemoryRegistry

T = "flights"
KIB = 1024
DEFAULTED = Schema(Type.STRING, default="a default")


def fields(count: int, schema: Schema = spi.OPTIONAL_INT32) -> Schema:
    return spi.struct(*(Field(f"f{number}", schema) for number in range(count)))


def nested(depth: int) -> Schema:
    schema = fields(1)
    for _ in range(depth):
        schema = spi.struct(Field("f0", spi.optional(schema)))
    return schema


ITEMS: dict[str, tuple[Schema, str]] = {
    "structs of nothing": (fields(0), "{}"),
    "structs of a field that is absent": (fields(1), "{}"),
    "structs of five fields that are absent": (fields(5), "{}"),
    "structs of a hundred fields that are absent": (fields(100), "{}"),
    "structs of a hundred defaults": (fields(100, DEFAULTED), "{}"),
    "structs of one of a hundred fields": (fields(100), '{"f7":1}'),
    "structs of what is in no schema": (fields(100), '{"":1}'),
    "structs of a number": (fields(1, spi.INT32), '{"f0":1}'),
    "structs within structs": (nested(9), '{"f0":' * 9 + "{}" + "}" * 9),
    "numbers": (spi.INT8, "1"),
    "fractions": (spi.FLOAT64, "1"),
    "texts": (spi.STRING, '"ab"'),
    "texts with a smile": (spi.STRING, '"a\U0001f642"'),
    "bytes": (spi.BYTES, '"AAAA"'),
    "days": (spi.DATE, "1"),
    "times": (spi.TIME, "1"),
    "moments": (spi.TIMESTAMP, "1"),
    "decimals": (spi.decimal(2), "1"),
    "decimals as text": (spi.decimal(2), '""'),
    "decimals of thousands of digits": (spi.decimal(9_000), "1"),
    "decimals of hundreds of digits": (spi.decimal(2), "1e300"),
    "nothing": (spi.OPTIONAL_INT8, "null"),
    "lists": (spi.array(spi.INT8), "[]"),
    "lists of one": (spi.array(spi.INT8), "[1]"),
    "maps": (spi.mapping(spi.STRING, spi.INT8), "{}"),
    "maps of one": (spi.mapping(spi.STRING, spi.INT8), '{"":1}'),
    "maps of pairs": (spi.mapping(spi.INT8, spi.INT8), "[[1,1]]"),
}
"""Schemas of items, and an item."""


def in_an_envelope(schema: Schema) -> tuple[Converter, Callable[[str], bytes]]:
    document = schema_document(schema, lambda _, value: value)
    head = f'{{"schema":{json.dumps(document)},"payload":'
    return JsonConverter({}, is_key=False), lambda payload: f"{head}{payload}}}".encode()


def registered(schema: Schema) -> tuple[Converter, Callable[[str], bytes]]:
    document = json_schema_of(schema, lambda _, value: value)
    registry = MemoryRegistry()
    schema_id = registry.register(T, RegisteredSchema("JSON", json.dumps(document)))
    converter = JsonSchemaConverter({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(registry)
    if schema.type is Type.ARRAY:  # What is kept of the schema is no record's.
        converter.from_bytes(T, framed(schema_id, b"[]"), ())
    return converter, lambda payload: framed(schema_id, payload.encode())


def array_of(item: str, size: int) -> str:
    return f"[{','.join([item] * max(1, size // (len(item.encode()) + 1)))}]"


Written = Callable[[Schema], tuple[Converter, Callable[[str], bytes]]]
WRITTEN: list[tuple[str, Written]] = [
    *((name, in_an_envelope) for name in ITEMS),
    # JSON Schema has maps with text keys only.
    *((name, registered) for name in ITEMS if name != "maps of pairs"),
]


@pytest.mark.parametrize(("name", "written"), WRITTEN)
def test_a_value_keeps_to_the_bound_or_is_refused_before_it_is_made(
    name: str, written: Written
) -> None:
    items, item = ITEMS[name]
    converter, data_of = written(spi.array(items))
    for size in (KIB, 32 * KIB):
        data = data_of(array_of(item, size))
        _, peak = decoded_peak(converter, data)
        assert peak <= allowed_bytes(len(data))


@pytest.mark.parametrize("count", [5, 6, 1_000, 5_462, 10_923])
@pytest.mark.parametrize("form", ['"%x":1', "[%d,1]"])
def test_a_map_keeps_to_the_bound(count: int, form: str) -> None:
    is_text = form.startswith('"')
    schema = spi.mapping(spi.STRING if is_text else spi.INT32, spi.INT8)
    converter, data_of = in_an_envelope(schema)
    entries = ",".join(form % number for number in range(count))
    data = data_of(f"{{{entries}}}" if is_text else f"[{entries}]")
    is_read, peak = decoded_peak(converter, data)
    assert is_read
    assert peak <= allowed_bytes(len(data))


@pytest.mark.parametrize(
    "field",
    [
        '{"type":"int8","field":"%x"}',
        '{"type":"int8","field":"%x","default":1}',
        '{"type":"struct","field":"%x","fields":[]}',
        '{"type":"struct","field":"%x","fields":[],"default":{}}',
        '{"type":"array","field":"%x","items":{"type":"int8"}}',
        '{"type":"map","field":"%x","keys":{"type":"int8"},"values":{"type":"int8"}}',
    ],
)
def test_a_schema_keeps_to_the_bound(field: str) -> None:
    """In an envelope it is part of the value."""
    fields = ",".join(field % number for number in range(8_000))
    data = f'{{"schema":{{"type":"struct","optional":true,"fields":[{fields}]}},"payload":null}}'
    is_read, peak = decoded_peak(JsonConverter({}, is_key=False), data.encode())
    assert is_read
    assert peak <= allowed_bytes(len(data))


def test_defaults_are_counted_together_with_the_value() -> None:
    """Each of these would be let through."""
    inner = json.dumps(schema_document(fields(100), lambda _, value: value))
    default = "[" + ",".join(["{}"] * 300) + "]"
    told = f'{{"type":"array","optional":true,"items":{inner},"default":{default}}}'
    converter = JsonConverter({}, is_key=False)
    one = f'{{"schema":{told},"payload":null}}'.encode()
    _, value = converter.from_bytes(T, one, ())
    assert len(value) == 300
    many = f'{{"schema":{told},"payload":{default}}}'.encode()
    is_read, peak = decoded_peak(JsonConverter({}, is_key=False), many)
    assert not is_read
    assert peak <= allowed_bytes(len(many))


@pytest.mark.parametrize("is_sparse", [True, False])
def test_an_array_of_thousands_of_small_structs_is_read(is_sparse: bool) -> None:
    converter, data_of = registered(spi.array(fields(10)))
    item = {"f3": 5} if is_sparse else {f"f{number}": number for number in range(10)}
    _, value = converter.from_bytes(T, data_of(json.dumps([item] * 20_000)), ())
    absent = dict.fromkeys(f"f{number}" for number in range(10))
    assert value == [absent | item] * 20_000


def test_what_is_refused_is_told_with_its_sizes() -> None:
    converter, data_of = registered(spi.array(fields(100)))
    data = data_of(array_of("{}", 30_000))
    with pytest.raises(DataError) as told:
        converter.from_bytes(T, data, ())
    message = str(told.value)
    assert message.startswith(f"{T}: {len(data)} bytes become more than")
    assert f"{allowed_bytes(len(data))} bytes of memory" in message


def test_a_value_that_was_refused_leaves_the_next_its_own() -> None:
    converter, data_of = registered(spi.array(fields(100)))
    for size in (30_000, 300, 30_000, 300):
        data = data_of(array_of("{}", size))
        if size == 300:
            assert len(converter.from_bytes(T, data, ())[1]) == 100
        else:
            with pytest.raises(DataError, match="bytes of memory"):
                converter.from_bytes(T, data, ())


def test_what_is_said_of_a_value_deep_within_does_not_grow_with_it() -> None:
    converter, data_of = in_an_envelope(nested(40))
    data = data_of('{"f0":' * 41 + json.dumps("\x7f" * 100_000) + "}" * 41)
    with pytest.raises(DataError) as told:
        converter.from_bytes(T, data, ())
    assert len(str(told.value)) < 2_000
    assert str(told.value).startswith(f"{T}: f0: f0: f0: ")


def test_a_decimal_of_more_digits_than_are_read_is_refused() -> None:
    """Python takes the square of them to make one."""
    converter, data_of = in_an_envelope(spi.decimal(2))
    with pytest.raises(DataError, match="at most 10000 digits"):
        converter.from_bytes(T, data_of('"' + "f///" * 100_000 + '"'), ())
    _, value = converter.from_bytes(T, data_of('"' + "f///" * 1_384 + '"'), ())
    assert len(value.as_tuple().digits) == 9_999


def test_schemas_of_records_that_have_one_each_do_not_add_up() -> None:
    converter = JsonConverter({}, is_key=False)
    tracemalloc.start()
    try:
        for number in range(12):
            told = f'{{"type":"int8","doc":"{number}{"x" * 1_000_000}"}}'
            data = f'{{"schema":{told},"payload":{number}}}'.encode()
            assert converter.from_bytes(T, data, ())[1] == number
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Each is kept as a text to look it up by, and as its doc.
    assert kept < 2 * KEPT_BYTES_MAX + 4_000_000


def test_a_schema_longer_than_all_that_are_kept_is_read() -> None:
    converter = JsonConverter({}, is_key=False)
    told = f'{{"type":"int8","doc":"{"x" * (KEPT_BYTES_MAX + 1)}"}}'
    for number in (1, 2):
        data = f'{{"schema":{told},"payload":{number}}}'.encode()
        assert converter.from_bytes(T, data, ())[1] == number
