"""A body is cut where tiny objects would take too much memory, and nowhere else."""

import json

from hypothesis import given
from hypothesis import strategies as st

from brokers.kernel.limits import DECODED_GROWTH, KIB
from streaming.rest.produce_bounds import (
    OBJECT_BYTES,
    PIECE_EXCESS_BYTES_MAX,
    SHIPMENT_EXCESS_BYTES_MAX,
    excess_bytes,
    pieces,
)

HONEST = json.dumps(
    {
        "key": {"type": "STRING", "data": "N14228"},
        "value": {"type": "JSON", "data": {"carrier": "UA", "origin": "EWR", "delay": 2}},
    }
).encode()
"""Of 129 bytes."""


@given(
    st.lists(st.tuples(st.sampled_from([b"{}", b"{}\n", HONEST, b" "]), st.integers(0, 9_000))),
)
def test_pieces_are_the_whole_and_none_has_too_many_objects(parts):
    body = b"".join(each * count for each, count in parts)
    cut = [*pieces(body)]
    assert b"".join(cut) == body
    for piece in cut:
        taken = OBJECT_BYTES * piece.count(b"{")
        assert taken <= DECODED_GROWTH * len(piece) + PIECE_EXCESS_BYTES_MAX


def test_honest_records_that_arrive_together_are_sent_together():
    body = HONEST * (64 * KIB // len(HONEST))
    assert excess_bytes(body.count(HONEST), len(body)) <= SHIPMENT_EXCESS_BYTES_MAX
    assert min(map(len, pieces(body))) >= 20 * len(HONEST)
