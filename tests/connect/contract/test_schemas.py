"""Values beside their schemas."""

import pytest
from hypothesis import given

from connect.spi import schema as spi
from connect.spi.errors import DataError
from connect.spi.schema import Field, Schema, Type, check
from tests.connect.converters.values_and_schemas import DESCRIBED


@given(DESCRIBED)
def test_what_a_schema_describes_passes(described):
    schema, value = described
    check(schema, value)
    hash(schema)


ADDRESS = spi.struct(Field("zip", spi.OPTIONAL_STRING), name="Address")
PERSON = spi.struct(Field("age", spi.INT8), Field("homes", spi.array(ADDRESS)))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"age": 128, "homes": []}, r"value\.age"),
        ({"age": True, "homes": []}, r"value\.age"),
        ({"homes": []}, r"value\.age: null"),
        ({"age": 1, "homes": [{"zip": 5}]}, r"value\.homes\[0\]\.zip"),
        ({"age": 1, "homes": [{"zap": "x"}]}, r"value\.homes\[0\]\.zap"),
        ({"age": 1, "homes": {}}, r"value\.homes"),
        ([], "value: a list is no struct"),
    ],
)
def test_the_place_that_is_wrong_is_named(value, place):
    with pytest.raises(DataError, match=place):
        check(PERSON, value)


def test_a_schema_with_any_default_can_be_a_key():
    schema = Schema(Type.ARRAY, default=[1], values=spi.INT32)
    assert {schema: 1}[Schema(Type.ARRAY, default=[1], values=spi.INT32)] == 1
