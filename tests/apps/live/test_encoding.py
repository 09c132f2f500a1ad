import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.wire.records import Record
from streaming.live.client_message import parse_stream_message
from streaming.live.encoding import Encoding, Format, record_text, whole_power_of_two
from streaming.live.message_fields import InvalidMessage
from streaming.live.produce_message import Produce


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), st.sampled_from(Format))
def test_what_is_written_can_be_sent_back_as_it_was(value, form):
    """A record frame's value, produced again, gives the same bytes, or JSON that says the same."""
    record = Record(1, 2, None, value, ())
    frame = json.loads(record_text(record, 0, Encoding(value=form)))
    body = {"type": "produce", "id": "p", "topic": "t", "value": frame["value"]}
    again = parse_stream_message(json.dumps(body), "/")
    assert isinstance(again, Produce)
    if frame["value"]["type"] == "json":
        assert json.loads(again.value) == json.loads(value)
    else:
        assert again.value == value


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), st.integers(0, 80))
def test_what_is_cut_is_a_beginning_that_reads(value, limit):
    encoding = Encoding(max_value_bytes=limit, href="/h/")
    told = json.loads(record_text(Record(9, 2, None, value, ()), 3, encoding))["value"]
    if len(value) <= limit:
        assert "truncated" not in told
        return
    assert (told["truncated"], told["size"], told["href"]) == (True, len(value), "/h/3/records/9")
    if told["type"] == "string":
        cut = told["data"].encode()
        assert value.startswith(cut)
        assert limit - 3 <= len(cut) <= limit


@pytest.mark.parametrize(("limit", "rounded"), [(0, 0), (1, 1), (3, 2), (4096, 4096), (5000, 4096)])
def test_limits_are_powers_of_two(limit, rounded):
    assert whole_power_of_two(limit) == rounded


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(
    (
        *("subscribe", "permit", "pause", "resume", "seek", "filter", "unsubscribe", "commit"),
        *("release", "produce", "ping"),
    )
)


@given(
    st.dictionaries(
        st.sampled_from(["id", "topic", "from", "resume", "offsets", "records", "value", "group"]),
        JSON,
        max_size=5,
    ),
    KINDS,
)
def test_any_message_is_understood_or_refused_with_words(body, kind):
    with contextlib.suppress(InvalidMessage):
        parse_stream_message(json.dumps({**body, "type": kind}), "/")
