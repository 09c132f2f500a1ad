"""Bodies that are JSON and that nothing could keep: each is a request that is wrong."""

import json

import pytest
from rest_framework.exceptions import ParseError

from streaming.rest import json_body, json_parser
from streaming.rest.body import InvalidBody


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'[["a", {"b": "\\ude00\\ud83d"}]]',
        b"1e999",
        b"[-1e999]",
    ],
)
def test_what_cannot_be_kept_is_refused(body):
    json.loads(body)
    with pytest.raises(ParseError):
        json_parser.parse_json(body)
    with pytest.raises(InvalidBody):
        json_body.parse_storable_json(body)


@pytest.mark.parametrize("body", [b'"\\ud83d\\ude00"', '"\U0001f600"'.encode(), b"1e308", b"null"])
def test_the_rest_is_what_it_says(body):
    assert json_parser.parse_json(body) == json_body.parse_storable_json(body) == json.loads(body)
