"""What connectors' tasks read: records through the converters, and PostgreSQL's replication stream.

Values in topics are whatever somebody produced. Nobody else writes what a database sends, but a
change that was misread would be a wrong row somewhere else.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from struct import pack
from typing import Any

from connect.connectors.postgresql_cdc import text_values
from connect.connectors.postgresql_cdc.messages import (
    UNCHANGED,
    Begin,
    Commit,
    Delete,
    Insert,
    Relation,
    RelationColumn,
    ReplicaIdentity,
    Truncate,
    Update,
)
from connect.connectors.postgresql_cdc.pgoutput import MalformedMessage, decode
from connect.connectors.postgresql_cdc.walsender import unwrap
from connect.converters.avro import AvroConverter
from connect.converters.converter import Converter
from connect.converters.json import JsonConverter
from connect.converters.json_readers import PER_BYTE
from connect.converters.json_schema import JsonSchemaConverter
from connect.converters.numbers import DoubleConverter, LongConverter
from connect.converters.protobuf import ProtobufConverter
from connect.converters.registered import RegisteredConverter
from connect.converters.simple_header import SimpleHeaderConverter
from connect.converters.string import StringConverter
from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field
from connect.task.offset_keys import read_key, read_value
from tests.connect.converters.memory_registry import MemoryRegistry
from tests.connect.postgresql_cdc.pgoutput_writer import encoded
from tests.fuzz.damage import LENGTHS, TEXT
from tests.fuzz.target import Target

_TOPIC = "flights"
_BODY = 4_096
"""Longer values are Connect's to bound, by a record's size and a task's memory."""
_PLAIN_BODY = 16 * _BODY
"""Of JSON without a schema: no longer value takes more for each byte."""
_FRAMED = 5
"""A zero byte and a schema's id, which damage leaves alone: a registry has no others."""

ORDER = spi.struct(
    Field("id", spi.INT64),
    Field("small", spi.INT8),
    Field("ratio", spi.FLOAT64),
    Field("price", spi.optional(spi.decimal(2))),
    Field("day", spi.DATE),
    Field("at", spi.TIMESTAMP),
    Field("note", spi.OPTIONAL_STRING),
    Field("raw", spi.BYTES),
    Field("lines", spi.array(spi.struct(Field("n", spi.INT32), name="com.example.Line"))),
    Field("counts", spi.mapping(spi.STRING, spi.INT32)),
    name="com.example.Order",
)
VALUE: Mapping[str, Any] = {
    "id": 1, "small": 2, "ratio": 0.5, "price": Decimal("1.50"), "day": date(2026, 11, 27),
    "at": datetime(2026, 11, 27, 10, tzinfo=UTC), "note": None, "raw": b"\0\1",
    "lines": [{"n": 0}, {"n": 5}], "counts": {"a": 0},
}  # fmt: skip
_RELATION = Relation(
    16_384, "public", "orders", ReplicaIdentity.DEFAULT,
    (RelationColumn("id", 23, -1, True), RelationColumn("näme", 25, -1, False)),
)  # fmt: skip
_CHANGES = [
    Begin(5, 1_700_000_000_000_000, 7), Commit(5, 6, 1_700_000_000_000_000), _RELATION,
    Insert(16_384, [b"1", b"text", None]),
    Update(16_384, None, False, [b"1", UNCHANGED], True),
    Update(16_384, [b"1", None], True, [b"2", b"x"], False),
    Update(16_384, [b"1", b"y"], False, [b"2", b"x"], False),
    Delete(16_384, [b"1"], True), Delete(16_384, [b"1", b"x"], False), Truncate((16_384, 16_385)),
]  # fmt: skip

_READERS: tuple[Callable[[bytes], object], ...] = (
    text_values.boolean, text_values.byte_string, text_values.number, text_values.money,
    text_values.days, text_values.timestamp_us, text_values.timestamp_ms, text_values.instant,
    text_values.plain_date, text_values.plain_time, text_values.time_us, text_values.time_ms,
    text_values.zoned_timestamp, text_values.zoned_time, text_values.bits, text_values.elements,
)  # fmt: skip
_TEXTS = [b"t", rb"\x00ff", b"-1.50", b"$1,234.50", b"2026-11-27", b"0044-03-15 BC",
          b"2026-11-27 10:00:00.123456", b"infinity", b"2026-11-27 10:00:00+00", b"294276-12-31",
          b"10:00:00.5", b"24:00:00", b"10:00:00+05:30", b"0101", rb'{1,NULL,"a\"b",{2}}',
          b"[0:1]={1,2}"]  # fmt: skip


def change(data: bytes) -> None:
    decode(data)


def replication(data: bytes) -> None:
    unwrap(data)


def text_value(data: bytes) -> None:
    """The first byte chooses the type."""
    if data:
        _READERS[data[0] % len(_READERS)](data[1:])


def stored_offset(data: bytes) -> None:
    read_key(data)
    read_value(data)


def header_value(data: bytes) -> None:
    SimpleHeaderConverter({}).from_bytes(_TOPIC, "h", data)


def _reads(converter: Converter, data: bytes) -> None:
    converter.from_bytes(_TOPIC, data, ())


def _reads_envelope(data: bytes) -> None:
    """By a converter of its own: one that is used again remembers schemas."""
    JsonConverter({}, is_key=False).from_bytes(_TOPIC, data, ())


def _registered(kind: type[RegisteredConverter]) -> Target:
    converter = kind({"schema.registry.url": "http://registry"}, is_key=False)
    converter.connect_to(MemoryRegistry())
    honest = []
    for note in (None, "", "text " * 5):
        written = converter.to_bytes(_TOPIC, ORDER, {**VALUE, "note": note}, ())
        assert written is not None
        honest.append(written)
    pieces = TEXT if kind is JsonSchemaConverter else LENGTHS
    return Target(
        partial(_reads, converter), honest, (DataError,), pieces=pieces, size_max=_BODY,
        chosen_by=_FRAMED,
    )  # fmt: skip


def _changes() -> list[bytes]:
    return [encoded(each) for each in _CHANGES]


def connect_targets() -> dict[str, Target]:
    envelope = JsonConverter({}, is_key=False).to_bytes(_TOPIC, ORDER, VALUE, ())
    plain = JsonConverter({"schemas.enable": "false"}, is_key=False)
    assert envelope is not None
    texts = partial(Target, refuses=(DataError,), pieces=TEXT, size_max=_BODY)
    stream = [pack(">cQQq", b"w", 5, 6, 7) + each for each in _changes()]
    stream.append(pack(">cQqB", b"k", 5, 6, 1))
    return {
        "pgoutput": Target(change, _changes(), (MalformedMessage,)),
        "replication": Target(replication, stream, (MalformedMessage,)),
        "text_value": Target(
            text_value,
            [bytes((number,)) + each for number, each in enumerate(_TEXTS)],
            # ArithmeticError: a number that no Decimal holds.
            (ValueError, ArithmeticError),
            pieces=[*TEXT, b"BC", b"-", b":", b"+00", b"E+9", b"\\", b"infinity"],
            chosen_by=1,
        ),
        "avro": _registered(AvroConverter),
        "protobuf": _registered(ProtobufConverter),
        "json_schema": _registered(JsonSchemaConverter),
        "json_envelope": texts(_reads_envelope, [envelope]),
        "json": texts(
            partial(_reads, plain),
            [json.dumps({"a": [1, None, "x", [], {}, {"": 0}, [[[0.5]]]]}).encode()],
            size_max=_PLAIN_BODY, growth=PER_BYTE,
        ),
        "string": texts(partial(_reads, StringConverter({}, is_key=False)), [b"text"]),
        "long": texts(partial(_reads, LongConverter({}, is_key=False)), [bytes(8)]),
        "double": texts(partial(_reads, DoubleConverter({}, is_key=False)), [bytes(8)]),
        "header_value": texts(
            header_value, [b"7", b"true", b"2026-11-27", b'[1,2,"a"]', b'{"a":1.5}', b"text"]
        ),
        "stored_offset": Target(
            stored_offset, [b'["c",{"file":"x"}]', b'{"position":5}'], (),
            pieces=TEXT, size_max=_BODY,
        ),
    }  # fmt: skip
