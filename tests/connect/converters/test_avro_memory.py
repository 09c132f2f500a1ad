"""What a decoded value takes of memory, beside the bound that Avro's converter keeps to."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from connect.converters.avro import AVRO, AvroConverter
from connect.converters.decoded_memory import allowed_bytes
from connect.converters.registry import RegisteredSchema, framed
from connect.spi.errors import DataError
from tests.connect.converters.decoded_peak import decoded_peak
from tests.connect.converters.memory_registry import MemoryRegistry

T = "flights"
KIB = 1024
MIB = 1024 * KIB
TRIES = 3


def record(*types: Any, name: str = "R") -> dict[str, Any]:
    fields = [{"name": f"f{number}", "type": each} for number, each in enumerate(types)]
    return {"type": "record", "name": name, "fields": fields}


def entry(keys: Any, values: Any) -> dict[str, Any]:
    fields = [{"name": "key", "type": keys}, {"name": "value", "type": values}]
    return {"type": "record", "name": "MapEntry1", "namespace": "io.confluent.connect.avro",
            "fields": fields}  # fmt: skip


def of(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


NESTED = record(record(record("int", name="C"), name="B"), name="A")
DECIMAL = of("bytes", logicalType="decimal", precision=9, scale=2)

ITEMS: dict[str, tuple[Any, Any]] = {
    "records of a shared number": (record("int"), {"f0": 1}),
    "records of a number": (record("int"), {"f0": -60}),
    "records of a large number": (record("long"), {"f0": 2**62}),
    "records of a boolean": (record("boolean"), {"f0": True}),
    "records of two numbers": (record("int", "int"), {"f0": -60, "f1": -60}),
    "records of six numbers": (record(*["int"] * 6), {f"f{n}": -60 for n in range(6)}),
    "records of a text": (record("string"), {"f0": "ab"}),
    "records of a record": (NESTED, {"f0": {"f0": {"f0": -60}}}),
    "records of nothing but a number": (
        record(*["null"] * 90, "int"), {f"f{n}": None for n in range(90)} | {"f90": 1}
    ),
    "records of nothing in a union": (
        record(*[["null", "string"]] * 90), {f"f{n}": None for n in range(90)}
    ),
    "numbers": ("int", -60),
    "large numbers": ("long", 2**62),
    "fractions": ("float", 0.1),
    "texts": ("string", "ab"),
    "texts of one wide character": ("string", "\u0100"),
    "texts with a smile": ("string", "a" * 40 + "\U0001f642"),
    "bytes": ("bytes", b"ab"),
    "fixed": (of("fixed", name="F", size=2), b"ab"),
    "enums": (of("enum", name="E", symbols=["A"]), "A"),
    "maybe a record": (["null", record("int")], {"f0": -60}),
    "maybe fixed": (["null", of("fixed", name="F", size=2)], b"ab"),
    "either a number": (["int", "string"], -60),
    "either a record": (["null", "int", record("int")], ("R", {"f0": -60})),
    "either of ten": (["string", *(record("int", name=f"R{n}") for n in range(9))], "ab"),
    "days": (of("int", logicalType="date"), date(2026, 11, 27)),
    "moments": (of("long", logicalType="timestamp-millis"), datetime(1970, 1, 1, tzinfo=UTC)),
    "decimals": (DECIMAL, Decimal("0.01")),
    "empty lists": (of("array", items="int"), []),
    "lists": (of("array", items="boolean"), [True]),
    "empty maps": (of("map", values="int"), {}),
    "maps": (of("map", values="int"), {"": 1}),
    "maps by numbers": (of("array", items=entry("int", "boolean")), [{"key": 1, "value": True}]),
}  # fmt: skip
"""Schemas of items, and an item."""


def written(document: Any, datum: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(document), datum)
    return out.getvalue()


class Reader:
    """Of values in one schema."""

    def __init__(self, document: Any) -> None:
        registry = MemoryRegistry()
        self._id = registry.register(T, RegisteredSchema(AVRO, json.dumps(document)))
        self._converter = AvroConverter({"schema.registry.url": "http://registry"}, is_key=False)
        self._converter.connect_to(registry)

    def value(self, payload: bytes) -> Any:
        return self._converter.from_bytes(T, framed(self._id, payload), ())[1]

    def measured(self, payload: bytes, if_refused: int = 0) -> tuple[bool, int]:
        """Whether it is let through, and the most bytes of memory that it took at once.

        They are counted of all threads, and others are about. What a converter takes it takes each
        time: where it is more than it may be, ``if_refused`` bytes or the converter's own bound,
        it is measured again, and the least counts."""
        self.value(b"\0")
        data = framed(self._id, payload)
        is_read, peak = decoded_peak(self._converter, data)
        allowed = allowed_bytes(len(payload)) if is_read else if_refused
        for _ in range(TRIES - 1):
            if peak > allowed:
                was_read, again = decoded_peak(self._converter, data)
                assert was_read == is_read
                peak = min(peak, again)
        return is_read, peak


def array_of(item: bytes, count: int) -> bytes:
    return written("long", count) + item * count + b"\0"


@pytest.mark.parametrize("name", ITEMS)
def test_a_value_keeps_to_the_bound_or_is_refused_before_it_is_made(name: str) -> None:
    items, datum = ITEMS[name]
    reader, item = Reader(of("array", items=items)), written(items, datum)
    for size in (4 * KIB, 16 * KIB, 64 * KIB):
        payload = array_of(item, size // len(item))
        if_refused = 128 * KIB + 2 * size
        is_read, peak = reader.measured(payload, if_refused)
        assert peak <= (allowed_bytes(len(payload)) if is_read else if_refused)


@pytest.mark.parametrize("name", ITEMS)
def test_as_many_as_are_let_through_keep_to_the_bound(name: str) -> None:
    items, datum = ITEMS[name]
    reader, item = Reader(of("array", items=items)), written(items, datum)
    low, high = 1, 64 * KIB // len(item)
    while low < high:
        middle = (low + high + 1) // 2
        try:
            reader.value(array_of(item, middle))
            low = middle
        except DataError:
            high = middle - 1
    payload = array_of(item, low)
    is_read, peak = reader.measured(payload)
    assert is_read
    assert peak <= allowed_bytes(len(payload))


@pytest.mark.parametrize("count", [5, 6, 1_000, 5_462, 10_923, 43_691])
def test_a_map_keeps_to_the_bound(count: int) -> None:
    document = of("map", values="boolean")
    payload = written(document, {f"{n:x}": True for n in range(count)})
    is_read, peak = Reader(document).measured(payload)
    assert is_read
    assert peak <= allowed_bytes(len(payload))


ORDINARY: dict[str, tuple[Any, Any]] = {
    "a text": (record("string"), {"f0": "N14228-EW"}),
    "a number and a text": (record("int", "string"), {"f0": 123_456, "f1": "N14228"}),
    "two small numbers": (record("int", "int"), {"f0": -1, "f1": 60}),
    "six small numbers": (record(*["int"] * 6), {f"f{n}": 60 + n for n in range(6)}),
    "four that may be null": (
        record(*[["null", "int"]] * 4), {"f0": None, "f1": None, "f2": 5, "f3": 300}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_an_array_of_a_hundred_thousand_small_records_is_read(name: str) -> None:
    items, datum = ORDINARY[name]
    document = of("array", items=items)
    assert Reader(document).value(written(document, [datum] * 100_000)) == [datum] * 100_000


def test_what_is_refused_is_told_with_its_sizes() -> None:
    with pytest.raises(DataError) as told:
        Reader(of("array", items=record("int"))).value(array_of(b"\2", 30_000))
    message = str(told.value)
    assert f"{T}, a value in schema 1" in message
    assert f"30004 bytes become more than {allowed_bytes(30_004)} bytes of memory" in message
    assert "smaller records" in message


def test_records_that_double_without_a_byte_are_refused() -> None:
    document: Any = record("null", name="L0")
    for number in range(1, 13):  # 12,287 schemas, written out; more are refused for that.
        document = record(document, f"L{number - 1}", name=f"L{number}")
    with pytest.raises(DataError, match="bytes of memory"):
        Reader(document).value(b"")


@pytest.mark.parametrize(
    "payload",
    [
        array_of(b"\0\0", 20_000)[:-100],
        written("long", 2**62) + b"\2" * 50_000,
        array_of(b"\0\0", 20_000)[:-1],
        written("long", 20_000) + b"\2\2\1" * 20_000 + b"\0",
        written("long", 20_000) + b"\2\2" + b"\x80" * 60_000,
        written("long", 20_000) + b"\2\2\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1" * 20_000,
        written("long", 20_000) + b"\7\2\2" * 20_000 + b"\0",
    ],
)
def test_what_is_no_value_is_refused_where_it_is_looked_at(payload: bytes) -> None:
    reader = Reader(of("array", items=record(["null", record("int", name="I")], "string")))
    with pytest.raises(DataError, match="not in schema 1"):
        reader.value(payload)


def test_blocks_that_tell_their_bytes_are_counted_too() -> None:
    block = written("long", -15_000) + written("long", 15_000) + b"\2" * 15_000
    reader = Reader(of("array", items=record("int")))
    with pytest.raises(DataError, match="bytes of memory"):
        reader.value(block * 4 + b"\0")
    assert len(reader.value(written("long", -5) + written("long", 5) + b"\2" * 5 + b"\0")) == 5


@pytest.mark.parametrize("size", [-1, "x", None])
def test_fixed_of_a_size_that_cannot_be_is_no_schema(size: Any) -> None:
    document = {"type": "fixed", "name": "F", "size": size}
    for told in (document, of("array", items=document), of("map", values=document)):
        with pytest.raises(DataError, match="no Avro schema"):
            Reader(told).value(b"\2\2\0")
