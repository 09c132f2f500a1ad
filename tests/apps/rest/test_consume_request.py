import json

import pytest
from django.http import QueryDict

from streaming.records.content import Content, as_json, as_json_bytes
from streaming.rest.consume_request import InvalidQuery, parse_consume_request


def test_without_parameters_it_reads_from_the_earliest():
    request = parse_consume_request(QueryDict(""))
    assert (request.offset, request.timestamp_ms) == (None, -2)


@pytest.mark.parametrize(
    ("query", "offset", "timestamp"),
    [
        ("offset=0", 0, -2),
        ("offset=9223372036854775807", 2**63 - 1, -2),
        ("offset=earliest", None, -2),
        ("offset=latest", None, -1),
        ("timestamp=1357016400500", None, 1357016400500),
    ],
)
def test_where_to_read_from(query, offset, timestamp):
    request = parse_consume_request(QueryDict(query))
    assert (request.offset, request.timestamp_ms) == (offset, timestamp)


def test_bounds_are_kept_to_what_is_allowed():
    request = parse_consume_request(
        QueryDict("max_records=99999999&max_bytes=99999999999&timeout_ms=99999999")
    )
    assert (request.max_records, request.max_bytes, request.timeout_ms) == (
        10_000,
        8 * 1024 * 1024,
        30_000,
    )


@pytest.mark.parametrize(
    "query",
    [
        "offset=-1",
        "offset=9223372036854775808",
        "offset=१",
        "offset=1&timestamp=1",
        "timestamp=soon",
        "max_records=0",
        "max_records=1e3",
        "timeout_ms=",
        "ofset=1",
    ],
)
def test_what_cannot_be_understood_is_refused(query):
    with pytest.raises(InvalidQuery):
        parse_consume_request(QueryDict(query))


@pytest.mark.parametrize(
    ("data", "content", "text"),
    [
        (b'{"a": 1.10}', Content.JSON, '{"a": 1.10}'),
        (b"[1,2]", Content.JSON, "[1,2]"),
        (b'{"a":NaN}', Content.STRING, '"{\\"a\\":NaN}"'),
        (b"123", Content.STRING, '"123"'),
        (b"", Content.STRING, '""'),
        (b'"q"\n', Content.STRING, '"\\"q\\"\\n"'),
        (b"\xff\x00", Content.BINARY, '"/wA="'),
        (b"[" * 100_000, Content.STRING, json.dumps("[" * 100_000)),
        ('{"a":"é"}'.encode(), Content.JSON, '{"a":"é"}'),
        (b'{"a":"\xff"}', Content.BINARY, '"eyJhIjoi/yJ9"'),
        (b"[1] ]", Content.STRING, '"[1] ]"'),
    ],
)
def test_what_bytes_are_is_told_from_them(data, content, text):
    assert as_json(data) == (content, text)
    assert as_json_bytes(data) == (content, text.encode())
    json.loads(text)
