"""Placement: even over brokers first, then over volumes and load."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.metadata.placement import Candidate, place

brokers = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 50)), min_size=1, max_size=8
).map(
    lambda rows: [Candidate(number, volume, load) for number, (volume, load) in enumerate(rows, 1)]
)


@given(brokers, st.integers(0, 60), st.integers(0))
def test_a_topic_is_spread_evenly_over_the_live_brokers(candidates, count, turn):
    placed = place(candidates, count, turn=turn)
    counts = Counter({candidate.id: 0 for candidate in candidates}) | Counter(placed)
    assert len(placed) == count
    assert set(placed) <= {candidate.id for candidate in candidates}
    shares = [counts[candidate.id] for candidate in candidates]
    assert max(shares) - min(shares) <= 1


@given(brokers, st.integers(0, 30), st.integers(1, 30), st.integers(0))
def test_growing_keeps_a_topic_even(candidates, first, more, turn):
    present = Counter(place(candidates, first, turn=turn))
    grown = present + Counter(place(candidates, more, turn=turn + 1, present=present))
    shares = [grown[candidate.id] for candidate in candidates]
    assert max(shares) - min(shares) <= 1


@given(st.integers(1, 8), st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_many_topics_leave_the_cell_balanced(broker_count, sizes):
    load = Counter(dict.fromkeys(range(1, broker_count + 1), 0))
    for turn, size in enumerate(sizes):
        candidates = [Candidate(number, f"v{number}", load[number]) for number in load]
        load.update(place(candidates, size, turn=turn))
    assert max(load.values()) - min(load.values()) <= 1


def test_the_least_loaded_broker_gets_the_partition():
    candidates = [Candidate(1, "a", 5), Candidate(2, "b", 3), Candidate(3, "c", 9)]
    assert place(candidates, 1, turn=0) == [2]


def test_partitions_go_to_different_volumes_before_different_brokers_of_one_volume():
    candidates = [Candidate(1, "a", 0), Candidate(2, "a", 0), Candidate(3, "b", 0)]
    assert set(place(candidates, 2, turn=0)) == {1, 3}


def test_topics_that_are_created_at_once_begin_on_different_brokers():
    candidates = [Candidate(number, f"v{number}", 0) for number in (1, 2, 3)]
    assert {place(candidates, 1, turn=turn)[0] for turn in range(3)} == {1, 2, 3}


def test_the_order_of_candidates_does_not_matter():
    candidates = [Candidate(number, f"v{number}", 0) for number in (1, 2, 3)]
    assert place(candidates, 5, turn=7) == place(candidates[::-1], 5, turn=7)


def test_without_brokers_there_is_nothing_to_place_on():
    with pytest.raises(ValueError, match="no broker"):
        place([], 1)
