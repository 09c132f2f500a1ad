import json

import pytest

from brokers.wire.records import Record
from streaming.live import shared_batch
from streaming.live.client_message import (
    Authenticate,
    Pause,
    Permit,
    Resume,
    parse_topic_message,
)
from streaming.live.close_codes import CloseCode
from streaming.live.message_fields import InvalidMessage, MessageTooBig
from streaming.live.shared_batch import SharedBatch
from streaming.live.subscription import Slice

RECORDS = [
    Record(5, 1000, b"N1", b'{"delay": 2}', (("carrier", b"UA"), ("raw", b"\xff"), ("no", None))),
    Record(6, 1001, None, None, ()),
    Record(9, 1002, b"\xff", b"text", ()),
]


def test_a_frame_has_the_shape_that_the_console_reads():
    batch = SharedBatch(3, 5, RECORDS, 10, 12)
    frame = json.loads("".join(batch.frame(Slice(0, 3, 7), "v1.3-10")))
    records = frame.pop("records")
    assert frame == {
        "type": "records",
        "partition": 3,
        "high_watermark": "12",
        "skipped": 7,
        "cursor": "v1.3-10",
    }
    assert records[0] == {
        "offset": "5",
        "timestamp": 1000,
        "key": {"type": "string", "data": "N1"},
        "value": {"type": "json", "data": {"delay": 2}},
        "headers": [["carrier", "UA"], ["raw", "/w==", "base64"], ["no", None]],
        "size": 14,
    }
    assert (records[1]["key"], records[1]["value"], records[1]["size"]) == (None, None, 0)
    assert records[2]["key"] == {"type": "base64", "data": "/w=="}


def test_each_subscriber_gets_its_part():
    batch = SharedBatch(3, 5, RECORDS, 10, 12)
    part = json.loads("".join(batch.frame(Slice(1, 2, 0), "c")))
    assert [record["offset"] for record in part["records"]] == ["6"]


def test_a_batch_is_encoded_once_for_all(monkeypatch):
    encoded = []
    text_of = shared_batch.record_text

    def counted(record, *how):
        encoded.append(record.offset)
        return text_of(record, *how)

    monkeypatch.setattr(shared_batch, "record_text", counted)
    batch = SharedBatch(3, 5, RECORDS, 10, 12)
    for _ in range(50):
        batch.frame(Slice(0, 3, 0), "c")
        batch.frame(Slice(0, 2, 0), "c")
    assert encoded == [5, 6, 9]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"permit","records":5}', Permit(None, 5)),
        ('{"type":"pause"}', Pause(None)),
        ('{"type":"resume","id":1}', Resume(None)),
        ('{"type":"auth","api_key":"k","api_secret":"s"}', Authenticate("k", "s")),
    ],
)
def test_what_a_subscriber_may_say(text, message):
    assert parse_topic_message(text) == message


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[]",
        "7",
        "{",
        '{"type":"permit"}',
        '{"type":"permit","records":0}',
        '{"type":"permit","records":true}',
        '{"type":"permit","records":1.5}',
        '{"type":"permit","records":1000000}',
        '{"type":"seek"}',
        '{"type":"auth","api_key":"k"}',
        '{"type":["pause"]}',
        "[" * 5000,
    ],
)
def test_what_cannot_be_understood_is_refused(text):
    with pytest.raises(InvalidMessage):
        parse_topic_message(text)


def test_a_long_message_is_refused_for_its_length():
    with pytest.raises(MessageTooBig):
        parse_topic_message(json.dumps({"type": "ping", "id": "x" * 20_000}))


def test_close_codes_say_the_same_as_http_and_are_published_ones():
    for code in CloseCode:
        assert 400 <= code.http_status <= 503
        assert code == CloseCode.GOING_AWAY or 4400 <= code < 4600
