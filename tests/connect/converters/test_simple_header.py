"""Header values as text."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.converters.simple_header import SimpleHeaderConverter
from connect.spi.errors import DataError
from connect.spi.schema import (
    BOOLEAN,
    DATE,
    FLOAT32,
    FLOAT64,
    INT8,
    STRING,
    TIME,
    TIMESTAMP,
    Field,
    Schema,
    array,
    decimal,
    mapping,
    struct,
)

HEADERS = SimpleHeaderConverter({})


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        (STRING, "tea", b"tea"),
        (None, "tea", b"tea"),
        (INT8, 7, b"7"),
        (BOOLEAN, True, b"true"),
        (FLOAT64, 1e300, b"1.0E300"),
        (FLOAT32, 0.10000000149011612, b"0.1"),
        (decimal(2), Decimal("2.50"), b"2.50"),
        (Schema(INT8.type), None, None),
        (DATE, date(2026, 11, 27), b"2026-11-27"),
        (TIME, time(14, 34, 54, 346_000), b"14:34:54.346Z"),
        (TIMESTAMP, datetime(2026, 11, 27, 10, tzinfo=UTC), b"2026-11-27T10:00:00.000Z"),
        (None, b"\x00\x01", b"AAE="),
        (array(STRING), ["a", None], b'["a",null]'),
        (mapping(STRING, INT8), {"a": 1}, b'{"a":1}'),
        (struct(Field("f", FLOAT32)), {"f": 0.10000000149011612}, b'{"f":0.1}'),
    ],
)
def test_values_are_written_as_kafka_writes_them(
    schema: Schema | None, value: Any, text: bytes | None
) -> None:
    assert HEADERS.to_bytes("t", "h", schema, value) == text


@given(
    st.one_of(
        st.booleans().map(lambda value: (BOOLEAN, value)),
        st.integers(-128, 127).map(lambda value: (INT8, value)),
        st.dates().map(lambda value: (DATE, value)),
        st.lists(st.integers(-128, 127), min_size=1).map(lambda value: (array(INT8), value)),
        st.text("abc xyz").map(lambda value: (STRING, value)),
    )
)
def test_what_says_its_type_is_read_back(told: tuple[Schema, Any]) -> None:
    assert HEADERS.from_bytes("t", "h", HEADERS.to_bytes("t", "h", *told)) == told


def test_null_is_null_and_bytes_that_are_no_text_are_refused() -> None:
    assert HEADERS.from_bytes("t", "h", None) == (None, None)
    with pytest.raises(DataError, match="header h"):
        HEADERS.from_bytes("t", "h", b"\xff")
