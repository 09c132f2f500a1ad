import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.live.cursor import InvalidCursor, decode_cursor, encode_cursor
from streaming.live.start_from import (
    FromEarliest,
    FromEnd,
    FromLatest,
    FromOffset,
    FromTimestamp,
    InvalidRequest,
)
from streaming.live.subscription import Mode
from streaming.live.tail_request import parse_tail_request


def test_what_is_meant_when_nothing_is_said():
    request = parse_tail_request(b"")
    assert (request.start, request.mode, request.partitions) == (FromLatest(), Mode.TAIL, None)
    assert (request.credits, request.resume, request.cluster_id) == (1000, {}, None)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("latest", FromLatest()),
        ("earliest", FromEarliest()),
        ("end-20", FromEnd(20)),
        ("offset:7", FromOffset(7)),
        ("ts:1357016400500", FromTimestamp(1357016400500)),
    ],
)
def test_where_to_start(text, start):
    assert parse_tail_request(f"from={text}".encode()).start == start


def test_everything_at_once():
    request = parse_tail_request(
        b"cluster_id=lkc-7f3a2&mode=lossless&partitions=3,0,3&resume=v1.0-5.3-9&credits=unlimited"
    )
    assert (request.cluster_id, request.mode, request.partitions) == (
        "lkc-7f3a2",
        Mode.LOSSLESS,
        (0, 3),
    )
    assert (request.resume, request.credits) == ({0: 5, 3: 9}, None)


@pytest.mark.parametrize(
    "query",
    [
        b"from=end-",
        b"from=end--1",
        b"from=offset:-1",
        b"from=offset:\xb2",
        b"from=now",
        b"from=",
        b"mode=fast",
        b"partitions=",
        b"partitions=0,,1",
        b"partitions=a",
        b"resume=v1",
        b"resume=v2.0-1",
        b"resume=v1.0-99999999999999999999",
        b"credits=-1",
        b"credits=999999999",
        b"from=latest&from=earliest",
        b"token=secret",
        b"from=%ff",
        b"x" * 40_000,
    ],
)
def test_what_cannot_be_understood_is_refused(query):
    with pytest.raises(InvalidRequest):
        parse_tail_request(query)


@given(st.dictionaries(st.integers(0, 999), st.integers(0, 2**62), min_size=1, max_size=20))
def test_a_cursor_comes_back_as_it_was(positions):
    assert decode_cursor(encode_cursor(positions.items())) == positions


@given(st.text(max_size=40))
def test_any_other_text_is_refused_as_a_cursor(text):
    try:
        positions = decode_cursor(text)
    except InvalidCursor:
        return
    assert all(partition >= 0 and offset >= 0 for partition, offset in positions.items())
