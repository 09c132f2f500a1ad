"""JSON with and without its envelope, byte for byte as Kafka's converter has it."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect.converters.json import JsonConverter
from connect.converters.json_values import JsonValues
from connect.converters.json_writers import writer
from connect.spi import schema as spi
from connect.spi.errors import ConfigError, DataError
from connect.spi.schema import Field
from tests.connect.converters.values_and_schemas import DESCRIBED

T = "flights"


def converter(**config):
    told = {name.replace("_", "."): value for name, value in config.items()}
    return JsonConverter(told, is_key=False)


@given(DESCRIBED, st.sampled_from(["BASE64", "NUMERIC"]))
def test_what_was_written_is_read_again_with_its_schema(described, decimal_format):
    schema, value = described
    if decimal_format == "NUMERIC":
        decimal_format = "BASE64" if "Decimal" in repr(schema) else decimal_format
    made = converter(decimal_format=decimal_format)
    data = made.to_bytes(T, schema, value, ())
    assert converter().from_bytes(T, data, ()) == (schema, value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_json.filter(lambda value: value is not None))
def test_plain_json_comes_back_as_it_was(value):
    made = converter(schemas_enable="false")
    assert made.from_bytes(T, made.to_bytes(T, None, value, ()), ()) == (None, value)


def test_the_envelope_is_kafkas():
    schema = spi.struct(
        Field("id", spi.INT64),
        Field("price", spi.decimal(2)),
        Field("when", spi.TIMESTAMP),
        Field("tags", spi.array(spi.OPTIONAL_STRING, optional=True)),
        name="Order",
    )
    when = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    value = {"id": 7, "price": Decimal("12.30"), "when": when, "tags": None}
    assert json.loads(converter().to_bytes(T, schema, value, ())) == {
        "schema": {
            "type": "struct",
            "name": "Order",
            "optional": False,
            "fields": [
                {"type": "int64", "optional": False, "field": "id"},
                {
                    "type": "bytes",
                    "optional": False,
                    "name": "org.apache.kafka.connect.data.Decimal",
                    "version": 1,
                    "parameters": {"scale": "2"},
                    "field": "price",
                },
                {
                    "type": "int64",
                    "optional": False,
                    "name": "org.apache.kafka.connect.data.Timestamp",
                    "version": 1,
                    "field": "when",
                },
                {
                    "type": "array",
                    "optional": True,
                    "items": {"type": "string", "optional": True},
                    "field": "tags",
                },
            ],
        },
        # 1230 is 0x04CE.
        "payload": {"id": 7, "price": "BM4=", "when": 1795788000000, "tags": None},
    }


@pytest.mark.parametrize(
    ("schema", "value", "payload"),
    [
        (spi.FLOAT32, 1.5, b"1.5"),
        (spi.DATE, date(1970, 1, 3), b"2"),
        (spi.TIME, time(0, 0, 1, 500_000), b"1500"),
        (spi.mapping(spi.INT32, spi.STRING), {1: "a"}, b'[[1,"a"]]'),
        (spi.decimal(3), Decimal("-1.5"), b"-1.500"),
        (spi.FLOAT64, float("inf"), b'"Infinity"'),
    ],
)
def test_payloads(schema, value, payload):
    data = converter(decimal_format="numeric").to_bytes(T, schema, value, ())
    assert data.endswith(b',"payload":' + payload + b"}")


def test_numbers_are_read_as_decimals_too():
    schema = '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,'
    schema += '"parameters":{"scale":"2"}}'
    data = f'{{"schema":{schema},"payload":12.3}}'.encode()
    assert converter().from_bytes(T, data, ())[1] == Decimal("12.30")
    with pytest.raises(DataError, match="more than 2 digits"):
        converter().from_bytes(T, data.replace(b"12.3", b"12.345"), ())


def test_a_tombstone_is_no_bytes():
    made = converter()
    assert made.to_bytes(T, None, None, ()) is None
    assert made.from_bytes(T, None, ()) == (None, None)
    assert made.to_bytes(T, spi.OPTIONAL_STRING, None, ()).endswith(b'"payload":null}')


def test_null_becomes_the_default_unless_that_is_switched_off():
    schema = spi.struct(Field("n", spi.Schema(spi.Type.INT32, optional=True, default=5)))
    data = converter().to_bytes(T, schema, {"n": None}, ())
    assert json.loads(data)["payload"] == {"n": 5}
    off = converter(replace_null_with_default="false")
    assert json.loads(off.to_bytes(T, schema, {"n": None}, ()))["payload"] == {"n": None}
    assert off.from_bytes(T, off.to_bytes(T, schema, {"n": None}, ()), ())[1] == {"n": None}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "no JSON"),
        (b"{}", "schemas.enable=false"),
        (b'{"schema":{"type":"strange"},"payload":1}', "'strange' is no type"),
        (b'{"schema":{"type":"int8"},"payload":300}', "no int8"),
        (b'{"schema":{"type":"int8"},"payload":null}', "null"),
        (b'{"schema":{"type":"bytes"},"payload":"?"}', "base64"),
        (b'{"schema":{"type":"struct","fields":[{"type":"int8"}]},"payload":{}}', "its name"),
        (b'{"schema":{"type":"int8","x":' + b"[" * 300 + b"]" * 300 + b'},"payload":1}',
         "Recursion"),
        (b'{"schema":{"type":"map","keys":{"type":"struct","fields":[]},"values":{"type":"int8"}},'
         b'"payload":[[{},1]]}', "such keys"),
        (b'{"schema":' + b'{"type":"array","items":' * 99 + b"1" + b"}" * 99 + b',"payload":1}',
         "deep"),
    ],
)  # fmt: skip
def test_what_is_not_readable_is_a_bad_record_and_says_why(data, message):
    with pytest.raises(DataError, match=message):
        converter().from_bytes(T, data, ())


def test_what_cannot_be_written_is_a_bad_record():
    with pytest.raises(DataError, match=r"flights: id: .*a str is no int64"):
        converter().to_bytes(T, spi.struct(Field("id", spi.INT64)), {"id": "x"}, ())
    with pytest.raises(DataError, match="object"):
        converter(schemas_enable="false").to_bytes(T, None, object(), ())


def test_unknown_settings_are_refused():
    with pytest.raises(ConfigError, match=r"schema\.enable"):
        converter(schema_enable="false")


def _outcome(write, value):
    try:
        return write(value)
    except DataError as error:
        return str(error)


@given(DESCRIBED, DESCRIBED, st.booleans())
def test_the_shortcut_writes_and_refuses_what_the_long_way_does(described, other, fits):
    """With values of the schema, and with those of any other."""
    schema, value = described
    if not fits:
        value = other[1]
    values = JsonValues(decimal_format="BASE64", fills_defaults=True)
    shortcut = _outcome(writer(schema, values), value)
    assert shortcut == _outcome(lambda each: values.document(schema, each), value)


@pytest.mark.parametrize("value", [2**63, True, 1.0, "1", None])
def test_what_is_no_int64_is_refused_by_the_name_of_its_field(value):
    schema = spi.struct(Field("id", spi.INT64))
    with pytest.raises(DataError, match="id: "):
        converter().to_bytes(T, schema, {"id": value}, ())
