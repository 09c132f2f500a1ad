import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.wire.records import Record
from streaming.rest.record_text import record_text


def shown(record, max_value_bytes=1000):
    return json.loads(record_text(3, record, max_value_bytes, "http://h/topics/t"))


def test_records_are_json_whatever_they_hold():
    record = Record(7, 1000, None, b'{"n": 12345678901234567890.10}', (("h", b"\xff"), ("n", None)))
    assert b"12345678901234567890.10" in record_text(3, record, 1000, "")
    first = shown(record)
    assert (first["partition_id"], first["offset"], first["timestamp"]) == (3, 7, 1000)
    assert first["key"] is None
    assert first["value"]["type"] == "JSON"
    assert first["headers"] == [{"name": "h", "value": "/w=="}, {"name": "n", "value": None}]
    second = shown(Record(8, -1, b"\xfe", "naïve \u2028".encode(), ()))
    assert base64.b64decode(second["key"]["data"]) == b"\xfe"
    assert second["value"] == {"type": "STRING", "data": "naïve \u2028"}
    assert second["size"] == 1 + len("naïve \u2028".encode())


@given(key=st.none() | st.binary(), value=st.none() | st.binary(), name=st.text())
def test_any_bytes_come_out_as_they_were(key, value, name):
    record = shown(Record(0, 0, key, value, ((name, value),)))
    for payload, data in ((record["key"], key), (record["value"], value)):
        match payload:
            case None:
                assert data is None
            case {"type": "BINARY", "data": text}:
                assert base64.b64decode(text) == data
            case {"type": "STRING", "data": text}:
                assert text.encode() == data
            case {"type": "JSON", "data": document}:
                assert document == json.loads(data)
    assert record["headers"][0]["name"] == name


@pytest.mark.parametrize(
    ("value", "kind", "data"),
    [
        (b"x" * 11, "STRING", "x" * 10),
        (b"[" + b"1," * 50 + b"1]", "STRING", "[1,1,1,1,1"),
        ("ééééééé".encode()[1:], "BINARY", None),
        (b"x" * 9 + "é".encode(), "STRING", "x" * 9),
        (b"\xff" * 20, "BINARY", None),
    ],
)
def test_what_is_too_long_is_cut_and_linked(value, kind, data):
    payload = shown(Record(5, 0, b"k", value, ()), max_value_bytes=10)["value"]
    assert (payload["type"], payload["truncated"], payload["size"]) == (kind, True, len(value))
    assert payload["href"] == "http://h/topics/t/partitions/3/records/5"
    if data is None:
        assert base64.b64decode(payload["data"]) == value[:10]
    else:
        assert payload["data"] == data


def test_what_fits_is_not_cut_because_key_and_value_together_do_not():
    record = shown(Record(5, 0, b"k" * 10, b"v" * 10, ()), max_value_bytes=10)
    assert record["key"] == {"type": "STRING", "data": "k" * 10}
    assert record["value"] == {"type": "STRING", "data": "v" * 10}
