"""Whole lines are read in one step; what comes of a body must not depend on that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rest import record_stream
from streaming.rest.concatenated_json import MalformedBody, ObjectSplitter
from streaming.rest.record_json import DEPTH_MAX, InvalidRecord
from streaming.rest.record_stream import RecordStream, parse

right = st.builds(
    lambda value, partition: {"value": {"type": "JSON", "data": value}, "partition_id": partition},
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.text(max_size=3), st.text()),
    st.none() | st.integers(0, 5),
)
wrong = st.sampled_from([{"partition_id": -1}, {"valeu": 1}, {"key": {"type": "AVRO", "data": 1}}])
separators = st.sampled_from(["", " ", "\n", "\r\n", "\n\n\t", "\n,", "\n]"])


def told(asked):
    return [str(each) if isinstance(each, InvalidRecord) else each for each in asked]


@given(
    parts=st.lists(st.tuples(right | right | wrong, separators), max_size=6),
    indent=st.none() | st.just(1),
    ascii_only=st.booleans(),
    piece=st.integers(1, 40) | st.just(10_000),
)
def test_a_body_asks_for_what_its_objects_ask_for(parts, indent, ascii_only, piece):
    body = "".join(
        json.dumps(each, indent=indent, ensure_ascii=ascii_only) + separator
        for each, separator in parts
    ).encode("utf-8", "surrogatepass")
    found = []
    for read in (RecordStream(), OneByOne()):
        asked = []
        try:
            for start in range(0, len(body), piece):
                asked += read.feed(body[start : start + piece])
            read.finish()
        except MalformedBody as error:
            found.append(str(error))
        else:
            found.append(told(asked))
    assert found[0] == found[1]


class OneByOne:
    """As the stream is to be, without its short cut."""

    def __init__(self):
        self._splitter = ObjectSplitter()
        self.finish = self._splitter.finish

    def feed(self, data):
        return [parse(text) for text in self._splitter.feed(data)]


def test_an_object_is_told_of_as_soon_as_it_is_whole():
    stream = RecordStream()
    assert len(stream.feed(b'{}\n{"value":null}')) == 2
    assert len(stream.feed(b"{")) == 0
    assert len(stream.feed(b"}\n{}\n{")) == 2


def test_whole_lines_are_read_at_once(monkeypatch):
    monkeypatch.setattr(record_stream, "parse_produce_request", None)
    stream = RecordStream()
    line = b'{"value":{"type":"STRING","data":"x"}}\n'
    assert len(stream.feed(line * 100 + line[:20])) == 100
    assert len(stream.feed(line[20:] + line * 100)) == 101


def test_a_large_object_in_many_lines_is_not_read_again_for_each():
    stream = RecordStream()
    read = 0
    splitter_takes = stream._splitter.take_unfinished

    def counted():
        nonlocal read
        taken = splitter_takes()
        read += len(taken)
        return taken

    stream._splitter.take_unfinished = counted
    text = json.dumps({"headers": [{"name": "n", "value": "QUJD"}] * 1000}, indent=1).encode()
    found = []
    for start in range(0, len(text), 50):
        found += stream.feed(text[start : start + 50])
    assert len(found) == 1
    assert read <= len(text)


@pytest.mark.parametrize("depth", [DEPTH_MAX, DEPTH_MAX + 1])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_data_nests_as_deep_with_a_line_end_as_without(depth, end):
    nested = b"[" * depth + b"]" * depth
    body = b'{"value":{"type":"JSON","data":%b}}' % nested + end
    if depth <= DEPTH_MAX:
        assert RecordStream().feed(body)[0].value.data == nested
    else:
        with pytest.raises(MalformedBody):
            RecordStream().feed(body)
