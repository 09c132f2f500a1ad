"""What the edge reads of anybody: bodies of REST, and what websockets' clients say.

Django must be set up. Bodies are no longer than ``_BODY``: what a longer one may become is bounded
by limits of ``streaming/rest``, for produce by eight times its size as well
(``tests/unit/rest/test_produce_memory.py``, ``test_v2_produce_memory.py``).
"""

import json
from functools import partial

from rest_framework.exceptions import ParseError

from streaming.api.filter_test import parse_filter_test
from streaming.consumers.errors import InvalidPayload
from streaming.consumers.settings import Format
from streaming.events.endpoint import parse_events_request
from streaming.live.client_message import parse_stream_message, parse_topic_message
from streaming.live.message_fields import InvalidMessage, MessageTooBig
from streaming.live.start_from import InvalidRequest
from streaming.live.stream_request import parse_stream_request
from streaming.live.tail_request import parse_tail_request
from streaming.records.content import as_json_bytes
from streaming.rest.body import InvalidBody
from streaming.rest.concatenated_json import MalformedBody
from streaming.rest.consume_request import InvalidQuery
from streaming.rest.json_parser import parse_json
from streaming.rest.produce_batch import InvalidBatch, parse_batch
from streaming.rest.record_stream import RecordStream
from streaming.rest.records_endpoints import parse_query
from streaming.rest.v2.produce_request import ProduceBody
from tests.fuzz.damage import TEXT
from tests.fuzz.target import Target

_BODY = 4_096
_QUERY_PIECES = [b"&", b"=", b"%", b"%00", b"%ff", b"+", b";", b"-", b":", b".", b",", b"\xff",
                 b"9" * 30, b"resume=v1", b"from=offset:", b"-1", "١".encode(), b"%D9%A1",
                 b"unlimited", b"a=1&" * 99]  # fmt: skip
_RECORD = {
    "partition_id": 1,
    "headers": [{"name": "h", "value": "aGk="}, {"name": "n", "value": None}],
    "key": {"type": "BINARY", "data": "AAEC"},
    "value": {"type": "JSON", "data": {"a": [1, 2.5, "ü\u0000", None, True]}},
    "timestamp": "2026-01-31T12:00:00Z",
}
_TEXT_RECORD = {"value": {"type": "STRING", "data": "text"}, "timestamp": 5}
_RECORD_V2 = {"key": "AAEC", "value": "aGk=", "partition": 1, "timestamp": 5,
              "headers": [{"name": "h", "value": "aGk="}]}  # fmt: skip
_SAID = [
    {"type": "permit", "id": "a", "records": 5},
    {"type": "pause", "id": "a"},
    {"type": "ping", "id": 7},
    {"type": "auth", "api_key": "k", "api_secret": "s"},
    {"type": "subscribe", "id": "a", "topic": "t", "from": "end-5", "filter": "true",
     "partitions": [0, 1], "mode": "lossless", "credits": 10},
    {"type": "subscribe", "id": "a", "topic": "t", "resume": "v1.0-5.1-7"},
    {"type": "subscribe", "id": "g", "topics": ["t"], "group": "g"},
    {"type": "seek", "id": "a", "from": "offset:5"},
    {"type": "seek", "id": "a", "resume": "v1.0-123.1-456"},
    {"type": "filter", "id": "a", "filter": "value.x > 1"},
    {"type": "unsubscribe", "id": "a"},
    {"type": "commit", "id": "a", "offsets": {"0": "123", "1": 5}},
    {"type": "commit", "id": "a", "cursor": "v1.0-5"},
    {"type": "release", "id": "a"},
    {"type": "produce", "id": "p", "topic": "t", "partition": 1, "timestamp": 5,
     "key": {"type": "base64", "data": "AAEC"}, "value": {"type": "json", "data": {"a": [1]}},
     "headers": [["a", "b"], ["c", "aGk=", "base64"], ["d", None]]},
    {"type": "produce", "id": "p", "topic": "t", "value": {"type": "string", "data": "x"}},
]  # fmt: skip


def _written(documents: list[dict[str, object]]) -> list[bytes]:
    return [json.dumps(each, separators=(",", ":")).encode() for each in documents]


def stream_message(data: bytes) -> None:
    """As the server hands it over: text; what is no UTF-8 it refuses itself."""
    parse_stream_message(data.decode(), "/kafka/v3/clusters/c/topics")


def topic_message(data: bytes) -> None:
    parse_topic_message(data.decode())


def produce(data: bytes) -> None:
    """A body in two pieces."""
    stream = RecordStream()
    half = len(data) // 2
    stream.feed(data[:half])
    stream.feed(data[half:])
    stream.finish()


def batch(data: bytes) -> None:
    parse_batch(data)


def produce_v2(wanted: Format, data: bytes) -> None:
    ProduceBody(data, wanted, None)


def record_content(data: bytes) -> None:
    """A record's bytes on their way to a browser: what they become is JSON."""
    _, text = as_json_bytes(data)
    json.loads(text)


def json_body(data: bytes) -> None:
    parse_json(data)


def filter_test(data: bytes) -> None:
    parse_filter_test(data)


def tail_query(data: bytes) -> None:
    parse_tail_request(data)


def stream_query(data: bytes) -> None:
    parse_stream_request(data)


def records_query(data: bytes) -> None:
    parse_query(data)


def events_query(data: bytes) -> None:
    parse_events_request(data)


def edge_targets() -> dict[str, Target]:
    said = _written(_SAID)
    utf8 = (UnicodeDecodeError,)
    sockets = (InvalidMessage, MessageTooBig, *utf8)
    record, text_record = _written([_RECORD, _TEXT_RECORD])
    entries = _written([{"entries": [{"id": "1", **_RECORD}, {"id": "2", **_TEXT_RECORD}]}])
    v2 = _written([{"records": [_RECORD_V2, {"value": None}]}])
    v2_json = _written([{"records": [{"key": {"a": 1}, "value": [1, "x"]}]}])
    tested = _written([{"filter": "true", "record": {**_RECORD, "offset": 5, "timestamp": 7}}])
    queries = [b"from=offset:5&mode=lossless&partitions=0,3&credits=9",
               b"resume=v1.0-5.1-9&cluster_id=x", b"from=ts%3A5", b"from=end-7",
               b"cluster_id=a&ticket=b", b"tenant=x&since=5.7", b""]  # fmt: skip
    bodies = partial(Target, pieces=TEXT, size_max=_BODY)
    asked = partial(Target, honest=queries, pieces=_QUERY_PIECES, size_max=_BODY)
    return {
        "stream_message": bodies(stream_message, said, sockets),
        "topic_message": bodies(topic_message, said[:4], sockets),
        "produce_v3": bodies(
            produce, [record + b"\n" + text_record + b"\n", record + text_record], (MalformedBody,)
        ),
        "produce_batch": bodies(batch, entries, (InvalidBatch,)),
        "produce_v2": bodies(partial(produce_v2, Format.BINARY), v2, (InvalidPayload, InvalidBody)),
        "produce_v2_json": bodies(
            partial(produce_v2, Format.JSON), v2_json, (InvalidPayload, InvalidBody)
        ),
        "json_body": bodies(json_body, [record, *v2], (ParseError,)),
        "filter_test": bodies(filter_test, tested, (InvalidBody,)),
        "record_content": bodies(record_content, [record, b"text", b"\xff\0"], ()),
        "tail_query": asked(tail_query, refuses=(InvalidRequest,)),
        "stream_query": asked(stream_query, refuses=(InvalidRequest,)),
        "records_query": asked(records_query, refuses=(InvalidQuery,)),
        "events_query": asked(events_query, refuses=(InvalidQuery,)),
    }
