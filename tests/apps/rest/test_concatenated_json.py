import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rest.concatenated_json import (
    DEPTH_MAX,
    MalformedBody,
    ObjectSplitter,
    ObjectTooLarge,
)

scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
objects = st.dictionaries(st.text(), values, max_size=4)


@given(
    documents=st.lists(objects, max_size=5),
    separator=st.sampled_from(["", " ", "\r\n", "\n\t "]),
    ascii_only=st.booleans(),
    piece=st.integers(min_value=1, max_value=7) | st.just(10_000),
)
def test_any_objects_in_any_pieces_come_out_as_they_went_in(
    documents, separator, ascii_only, piece
):
    body = separator.join(json.dumps(each, ensure_ascii=ascii_only) for each in documents)
    data = (body + separator).encode("utf-8", "surrogatepass")
    splitter = ObjectSplitter()
    found = []
    for start in range(0, len(data), piece):
        found += splitter.feed(data[start : start + piece])
    splitter.finish()
    assert [json.loads(each.decode("utf-8", "surrogatepass")) for each in found] == documents


@pytest.mark.parametrize("body", [b"[]", b"{}[", b"nul", b'"text"', b"}", b"{},{}", b"\xff"])
def test_what_is_not_an_object_is_refused(body):
    with pytest.raises(MalformedBody):
        ObjectSplitter().feed(body)


@pytest.mark.parametrize("body", [b"{", b'{"a": "', b'{"a": "\\', b'{"a": [1'])
def test_an_end_within_an_object_is_refused(body):
    splitter = ObjectSplitter()
    assert splitter.feed(body) == []
    with pytest.raises(MalformedBody, match="ends in the middle"):
        splitter.finish()


@pytest.mark.parametrize("levels", range(1, 9))
def test_objects_of_any_depth_are_told_apart(levels):
    inner = '"}]"'
    for level in range(levels):
        inner = f'{{"{level}\\"":[{inner}]}}'
    assert ObjectSplitter().feed((inner * 3).encode()) == [inner.encode()] * 3


def test_an_endless_object_is_refused_at_the_limit():
    splitter = ObjectSplitter(object_bytes_max=100)
    splitter.feed(b'{"a":"' + b"x" * 90)
    with pytest.raises(ObjectTooLarge):
        splitter.feed(b"x" * 10)


def test_nesting_has_a_limit():
    with pytest.raises(MalformedBody, match="levels deep"):
        ObjectSplitter().feed(b'{"a":' + b"[" * DEPTH_MAX)


def test_a_large_object_in_small_pieces_is_scanned_once():
    splitter = ObjectSplitter()
    text = json.dumps({"a": 'brace } and quote " ' * 50_000}).encode()
    found = []
    for start in range(0, len(text), 1000):
        found += splitter.feed(text[start : start + 1000])
    assert found == [text]
