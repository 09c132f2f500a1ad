"""CelFilter and CelMap."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connect.spi.errors import ConfigError, DataError
from connect.spi.records import Header
from connect.spi.schema import DATE, INT64, STRING, Field, Schema, Type, decimal, optional, struct
from tests.connect.harness import sink_record
from tests.connect.transforms.plugins import made

ORDER = struct(Field("id", INT64), Field("day", DATE), Field("money", decimal(2)), name="Order")
ORDERED = sink_record(
    {"id": 7, "day": date(2026, 11, 27), "money": Decimal("2.50")}, value_schema=ORDER
)


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("value.amount > 100 && value.country == 'DE'", True),
        ("value.amount > 1000", False),
        ("key == null", True),
        ("topic.startsWith('t') && partition == 0 && offset == 5", True),
        ("timestamp == 1700000000005", True),
        ("'a' in headers && headers.a == 1", True),
        ("has(value.nope)", False),
        ("value.tags.exists(tag, tag == 'b')", True),
    ],
)
def test_a_filter_keeps_what_is_true(expression: str, kept: bool) -> None:
    value = {"amount": 150, "country": "DE", "tags": ["a", "b"]}
    record = sink_record(value, offset=5, headers=(Header("a", None, 1),))
    assert made("CelFilter", {"expression": expression}).apply(record) == (record if kept else None)


@pytest.mark.parametrize(
    "expression",
    [
        "value.nope > 1",
        "value.amount + 'x' == ''",
        "value.amount",
        "value.amount / 0 == 1",
        "[1][9] == 1",
        "9223372036854775807 + value.amount == 0",
        "value.amount.matches('(')",
    ],
)
def test_a_record_that_a_filter_cannot_judge_fails(expression: str) -> None:
    with pytest.raises(DataError):
        made("CelFilter", {"expression": expression}).apply(sink_record({"amount": 1}))


@pytest.mark.parametrize("expression", ["", "value.", "other == 1", "a" * 5_000])
def test_what_is_no_expression_is_refused_when_configured(expression: str) -> None:
    with pytest.raises(ConfigError):
        made("CelFilter", {"expression": expression})


def test_a_filter_sees_dates_as_text_and_decimals_as_numbers() -> None:
    told = made("CelFilter", {"expression": "value.day == '2026-11-27' && value.money < 2.6"})
    assert told.apply(ORDERED) is ORDERED


def test_a_map_replaces_the_whole_and_orders_its_keys() -> None:
    mapped = made("CelMap$Value", {"expression": "{'z': value.id, 'a': topic}"}).apply(ORDERED)
    assert list(mapped.value.items()) == [("a", "t"), ("z", 7)]
    assert mapped.value_schema is None


def test_a_map_with_a_type_gives_a_schema() -> None:
    mapped = made("CelMap$Key", {"expression": "value.id", "type": "string"}).apply(ORDERED)
    assert (mapped.key, mapped.key_schema) == ("7", optional(STRING))
    assert mapped.value is ORDERED.value


def test_a_map_sets_one_field() -> None:
    config = {"expression": "value.money * 2.0", "field": "double", "type": "float64"}
    mapped = made("CelMap$Value", config).apply(ORDERED)
    assert mapped.value == ORDERED.value | {"double": 5.0}
    assert mapped.value_schema == replace(
        ORDER, fields=(*ORDER.fields, Field("double", Schema(Type.FLOAT64, optional=True)))
    )


def test_a_map_replaces_a_field_where_it_stands() -> None:
    config = {"expression": "string(value.id)", "field": "id", "type": "string"}
    mapped = made("CelMap$Value", config).apply(ORDERED)
    assert [field.name for field in mapped.value_schema.fields] == ["id", "day", "money"]
    assert mapped.value_schema.fields[0].schema == optional(STRING)


def test_a_field_of_a_struct_needs_a_type_and_one_of_a_map_does_not() -> None:
    mapper = made("CelMap$Value", {"expression": "1", "field": "n"})
    with pytest.raises(DataError, match="needs the setting type"):
        mapper.apply(ORDERED)
    assert mapper.apply(sink_record({"a": 0})).value == {"a": 0, "n": 1}
    assert mapper.apply(sink_record(None)).value is None


def test_an_instant_is_one_by_its_type_and_text_without() -> None:
    when = datetime(2026, 11, 27, 10, tzinfo=UTC)
    record = sink_record({"when": when})
    typed = made("CelMap$Value", {"expression": "value.when", "type": "timestamp"}).apply(record)
    assert typed.value == when
    plain = made("CelMap$Value", {"expression": "value.when"}).apply(record)
    assert plain.value == "2026-11-27T10:00:00.000Z"


@pytest.mark.parametrize(
    ("expression", "kind"),
    [("{1: 2}", ""), ("duration('1h')", ""), ("'x'", "int32"), ("1", "bytes")],
)
def test_what_no_record_can_hold_fails(expression: str, kind: str) -> None:
    with pytest.raises(DataError):
        made("CelMap$Value", {"expression": expression, "type": kind}).apply(sink_record(1))


def test_both_say_that_they_run_a_strangers_program() -> None:
    for name, config in (("CelFilter", {}), ("CelMap$Value", {})):
        plugin: Any = made(name, config | {"expression": "true"})
        assert plugin.needs_budget
