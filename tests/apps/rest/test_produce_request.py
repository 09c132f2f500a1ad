import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rest.produce_request import Payload, _explained, parse_produce_request
from streaming.rest.record_json import DEPTH_MAX, InvalidRecord


def parse(**fields):
    return parse_produce_request(json.dumps(fields).encode())


def test_every_field_becomes_what_goes_to_the_log():
    request = parse(
        partition_id=3,
        headers=[{"name": "carrier", "value": "VUE="}, {"name": "none"}],
        key={"type": "STRING", "data": "N14228"},
        value={"type": "JSON", "data": {"delay": 2, "to": "Zürich"}},
        timestamp="2013-01-01T05:00:00.5Z",
    )
    assert request.partition == 3
    assert request.headers == (("carrier", b"UA"), ("none", None))
    assert request.key == Payload("STRING", b"N14228")
    assert request.value == Payload("JSON", '{"delay":2,"to":"Zürich"}'.encode())
    assert request.timestamp_ms == 1_357_016_400_500


def test_binary_is_base64():
    assert parse(value={"type": "BINARY", "data": "AP8="}).value == Payload("BINARY", b"\x00\xff")


@pytest.mark.parametrize("kind", ["BINARY", "JSON", "STRING"])
def test_null_data_is_a_null_of_kafkas(kind):
    assert parse(value={"type": kind, "data": None}).value == Payload(kind, None)


def test_an_empty_object_is_a_record_of_nulls():
    request = parse_produce_request(b"{}")
    assert (request.key, request.value, request.partition, request.timestamp_ms) == (None,) * 4


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"key": {"type": "AVRO", "data": 1}}, "needs a schema"),
        ({"key": {"type": "string", "data": "x"}}, "must be BINARY, JSON or STRING"),
        ({"key": {"data": "x"}}, "must be BINARY, JSON or STRING"),
        ({"key": {"type": "STRING"}}, "key.data is missing"),
        ({"key": {"type": "STRING", "data": 1}}, "must be a string"),
        ({"key": {"type": "BINARY", "data": "A"}}, "not base64"),
        ({"key": {"type": "BINARY", "data": "Zü=="}}, "not base64"),
        ({"key": {"type": "STRING", "data": "\ud800"}}, "surrogate"),
        ({"key": "text"}, "key must be"),
        ({"partition_id": -1}, "partition_id"),
        ({"partition_id": True}, "partition_id"),
        ({"partition_id": 1.5}, "partition_id"),
        ({"partition_id": 2**31}, "partition_id"),
        ({"headers": {}}, "headers must be a list"),
        ({"headers": [{"value": "QQ=="}]}, "headers[0]"),
        ({"headers": [{"name": "a", "value": "?"}]}, "headers[0].value"),
        ({"timestamp": "yesterday"}, "RFC 3339"),
        ({"timestamp": "2013-01-01T05:00:00"}, "with an offset"),
        ({"timestamp": -1}, "between the years"),
        ({"timestamp": 10**30}, "between the years"),
        ({"timestamp": [1]}, "timestamp must be"),
        ({"valeu": {}}, 'unknown field "valeu"'),
    ],
)
def test_each_fault_is_named(fields, told):
    with pytest.raises(InvalidRecord) as caught:
        parse(**fields)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [b"[]", b"{", b'{"a":NaN}', b"\xff{}", b'{"value":{"type":"JSON","data":1e999}}', b"{}{}"],
)
def test_what_is_not_one_json_object_is_refused(text):
    with pytest.raises(InvalidRecord):
        parse_produce_request(text)


def test_a_number_of_ten_thousand_digits_is_refused():
    with pytest.raises(InvalidRecord):
        parse_produce_request(b'{"value":{"type":"JSON","data":' + b"9" * 10_000 + b"}}")


@pytest.mark.parametrize(
    ("number", "is_kept"),
    [
        (b"-0.5e-999", True),
        (b"1e99", True),
        (b"1E+308", True),
        (b"0.001e310", True),
        (b"-1e309", False),
        (b"0.1e400", False),
        (b"9" * 4_000, True),
        (b"9" * 10_000, False),
        (b"9" * 200 + b"e99", True),
        (b"9" * 300 + b"e99", False),
        (b"1." + b"9" * 10_000, True),
    ],
)
@pytest.mark.parametrize("rest", [b"", b',"1e999"', b',"%b"' % (b"1e999 " * 5_000)])
def test_numbers_out_of_range_are_refused_in_short_data_and_in_long(number, is_kept, rest):
    data = b'{"a":[1,%b,"\\"1e999"%b]}' % (number, rest)
    text = b'{"value":{"type":"JSON","data":%b}}' % data
    if is_kept:
        assert parse_produce_request(text).value.data == data
    else:
        with pytest.raises(InvalidRecord, match="out of range"):
            parse_produce_request(text)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
some_base64 = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
payloads = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["JSON", "STRING", "BINARY", "AVRO", "json"]) | anything,
        "data": anything | some_base64,
    },
)
bodies = (
    st.fixed_dictionaries(
        {},
        optional={
            "partition_id": st.none() | st.integers(-2, 2**31) | anything,
            "key": payloads | anything,
            "value": payloads,
            "timestamp": st.none() | st.integers() | st.just("2026-01-31T12:00:00Z") | anything,
            "headers": st.none()
            | st.lists(st.fixed_dictionaries({"name": st.text()}, optional={"value": some_base64}))
            | anything,
            "other": st.none(),
        },
    )
    | anything
)


@given(body=bodies, ascii_only=st.booleans(), indent=st.none() | st.just(1))
def test_both_readers_take_the_same_records_and_make_the_same_of_them(body, ascii_only, indent):
    text = json.dumps(body, ensure_ascii=ascii_only, indent=indent)
    data = text.encode("utf-8", "surrogatepass")
    found = []
    for read in (parse_produce_request, _explained):
        try:
            request = read(data)
        except InvalidRecord:
            found.append(None)
        else:
            found.append([comparable(each) for each in request])
    assert found[0] == found[1]


def comparable(field):
    if isinstance(field, Payload) and field.type == "JSON" and field.data is not None:
        return json.loads(field.data)
    return field


def test_json_is_kept_digit_by_digit_and_without_space():
    text = b'{"value": {"type": "JSON", "data": { "n" : 1.10, "big": 12345678901234567890.50 }}}'
    assert parse_produce_request(text).value.data == b'{"n":1.10,"big":12345678901234567890.50}'


@pytest.mark.parametrize("depth", [DEPTH_MAX, DEPTH_MAX + 1, 5_000])
def test_nesting_has_a_limit_and_brackets_in_text_are_none(depth):
    nested = b"[" * depth + b"]" * depth
    text = b'{"value":{"type":"JSON","data":%b}}' % nested
    if depth <= DEPTH_MAX:
        assert parse_produce_request(text).value.data == nested
    else:
        with pytest.raises(InvalidRecord):
            parse_produce_request(text)
    quoted = b'{"value":{"type":"JSON","data":"%b"}}' % (b"[" * depth)
    assert parse_produce_request(quoted).value.data == b'"%b"' % (b"[" * depth)
