"""Right batches are read in one step; what comes of a batch must not depend on that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.rest import produce_batch
from streaming.rest.produce_batch import ENTRIES_MAX, InvalidBatch, parse_batch
from streaming.rest.record_json import InvalidRecord

ids = st.text(max_size=3) | st.sampled_from(["1", "2", "x" * 81, 1, None])
payloads = st.none() | st.fixed_dictionaries(
    {"type": st.sampled_from(["JSON", "JSON", "STRING", "AVRO"]), "data": st.text(max_size=3)}
)
entries = st.fixed_dictionaries(
    {"id": ids}, optional={"value": payloads, "partition_id": st.integers(-1, 3), "x": st.none()}
)
bodies = st.fixed_dictionaries(
    {"entries": st.lists(entries, max_size=4)}, optional={"x": st.none()}
)


def outcome(read, body):
    try:
        ids, asked = read(body)
    except InvalidBatch as error:
        return str(error)
    return ids, [str(each) if isinstance(each, InvalidRecord) else each for each in asked]


@given(body=bodies, ascii_only=st.booleans(), indent=st.none() | st.just(1))
def test_a_batch_asks_for_what_its_entries_ask_for(body, ascii_only, indent):
    text = json.dumps(body, ensure_ascii=ascii_only, indent=indent)
    data = text.encode("utf-8", "surrogatepass")
    assert outcome(parse_batch, data) == outcome(produce_batch._explained_batch, data)


def test_a_right_batch_is_read_in_one_step(monkeypatch):
    monkeypatch.setattr(produce_batch, "_explained_batch", None)
    body = {"entries": [{"id": str(n), "key": {"type": "STRING", "data": "k"}} for n in range(9)]}
    ids, asked = parse_batch(json.dumps(body).encode())
    assert ids == [str(n) for n in range(9)]
    assert {each.key.data for each in asked} == {b"k"}


@pytest.mark.parametrize("count", [0, ENTRIES_MAX + 1, 100 * ENTRIES_MAX])
def test_entries_are_counted(count):
    body = {"entries": [{"id": str(n)} for n in range(count)]}
    with pytest.raises(InvalidBatch, match=f"this one {count}"):
        parse_batch(json.dumps(body).encode())
