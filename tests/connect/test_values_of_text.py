"""``parse_string`` where it does other than Kafka's, and where text is hostile; what it does alike
is in ``transforms/recorded.json`` (InsertHeader)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.spi.schema import INT8, INT64, STRING, Schema, Type
from connect.spi.values import parse_string


@pytest.mark.parametrize(
    "text",
    [
        "1,2", "14:34:54", "2019-13-40", "[1]x", "{}x", "[1", '{"a"}', "[" * 5_000, "[a,b]",
        '"a" b', "9" * 2_000,
    ],
)  # fmt: skip
def test_what_is_not_wholly_a_value_is_text(text: str) -> None:
    assert parse_string(text) == (STRING, text)


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_a_whole_number_takes_the_narrowest_type(number: int) -> None:
    schema, value = parse_string(f" {number} ")
    assert value == number
    bits = next(bits for bits in (8, 16, 32, 64) if -(1 << bits - 1) <= number < 1 << bits - 1)
    assert schema == Schema(Type(f"int{bits}"))


@given(st.lists(st.integers(-128, 127), min_size=1))
def test_a_list_has_its_elements_type(numbers: list[int]) -> None:
    assert parse_string(str(numbers)) == (Schema(Type.ARRAY, values=INT8), numbers)
    widened = Schema(Type.ARRAY, values=INT64)
    assert parse_string(str([*numbers, 1 << 40])) == (widened, [*numbers, 1 << 40])


@given(st.text())
def test_any_text_has_a_value(text: str) -> None:
    schema, value = parse_string(text)
    assert schema is not None or value is None
    if schema == STRING:
        assert value == text


def test_a_huge_exponent_is_no_huge_number() -> None:
    schema, value = parse_string("1e999999999")
    assert schema is not None
    assert schema.parameters["scale"] == "-999999999"
    assert value.adjusted() == 999_999_999
