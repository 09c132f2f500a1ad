import json

import pytest

from streaming.rest.produce_request import InvalidRecord, Payload, parse_produce_request


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
