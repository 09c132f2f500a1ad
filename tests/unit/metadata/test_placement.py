"""Placement: leaders even over brokers, then volumes and load; followers where they are safe."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.metadata.placement import (
    Candidate,
    default_replication_factor,
    place,
    replaced,
    widened,
)

brokers = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 50)), min_size=1, max_size=8
).map(
    lambda rows: [Candidate(number, volume, load) for number, (volume, load) in enumerate(rows, 1)]
)


def leaders(*args, **kwargs):
    return [replicas[0] for replicas in place(*args, **kwargs)]


@given(brokers, st.integers(0, 60), st.integers(0))
def test_a_topic_is_spread_evenly_over_the_live_brokers(candidates, count, turn):
    placed = leaders(candidates, count, turn=turn)
    counts = Counter({candidate.id: 0 for candidate in candidates}) | Counter(placed)
    assert len(placed) == count
    assert set(placed) <= {candidate.id for candidate in candidates}
    shares = [counts[candidate.id] for candidate in candidates]
    assert max(shares) - min(shares) <= 1


@given(brokers, st.integers(0, 30), st.integers(1, 30), st.integers(0))
def test_growing_keeps_a_topic_even(candidates, first, more, turn):
    present = Counter(leaders(candidates, first, turn=turn))
    grown = present + Counter(leaders(candidates, more, turn=turn + 1, present=present))
    shares = [grown[candidate.id] for candidate in candidates]
    assert max(shares) - min(shares) <= 1


@given(st.integers(1, 8), st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_many_topics_leave_the_cell_balanced(broker_count, sizes):
    load = Counter(dict.fromkeys(range(1, broker_count + 1), 0))
    for turn, size in enumerate(sizes):
        candidates = [Candidate(number, f"v{number}", load[number]) for number in load]
        load.update(leaders(candidates, size, turn=turn))
    assert max(load.values()) - min(load.values()) <= 1


def test_the_least_loaded_broker_gets_the_partition():
    candidates = [Candidate(1, "a", 5), Candidate(2, "b", 3), Candidate(3, "c", 9)]
    assert leaders(candidates, 1, turn=0) == [2]


def test_partitions_go_to_different_volumes_before_different_brokers_of_one_volume():
    candidates = [Candidate(1, "a", 0), Candidate(2, "a", 0), Candidate(3, "b", 0)]
    assert set(leaders(candidates, 2, turn=0)) == {1, 3}


def test_topics_that_are_created_at_once_begin_on_different_brokers():
    candidates = [Candidate(number, f"v{number}", 0) for number in (1, 2, 3)]
    assert {leaders(candidates, 1, turn=turn)[0] for turn in range(3)} == {1, 2, 3}


def test_the_order_of_candidates_does_not_matter():
    candidates = [Candidate(number, f"v{number}", 0) for number in (1, 2, 3)]
    assert place(candidates, 5, turn=7) == place(candidates[::-1], 5, turn=7)


def test_without_brokers_there_is_nothing_to_place_on():
    fenced = Candidate(1, "a", 0, is_live=False)
    for candidates, replication_factor in (([], 1), ([fenced], 1), ([Candidate(1, "a", 0)], 2)):
        with pytest.raises(ValueError, match="not enough brokers"):
            place(candidates, 1, replication_factor)


many_brokers = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from(["r", "s", None]), st.integers(0, 9), st.booleans()
    ),
    min_size=3,
    max_size=8,
).map(
    lambda rows: [
        Candidate(number, volume, load, load * 2, rack, is_live)
        for number, (volume, rack, load, is_live) in enumerate(rows, 1)
    ]
)


@given(many_brokers, st.integers(1, 12), st.integers(1, 3), st.integers(0))
def test_replicas_are_on_different_brokers_and_a_live_one_leads(candidates, count, factor, turn):
    live = {candidate.id for candidate in candidates if candidate.is_live}
    if not live:
        return
    for replicas in place(candidates, count, factor, turn=turn):
        assert len(replicas) == len(set(replicas)) == factor
        assert replicas[0] in live
        assert len(live & {*replicas}) == min(factor, len(live)), "live brokers come first"


@given(many_brokers, st.integers(1, 12), st.integers(0))
def test_replicas_are_spread_over_as_many_volumes_as_there_are(candidates, count, turn):
    alive = [
        Candidate(each.id, each.volume_id, each.load, each.held, each.rack) for each in candidates
    ]
    volume = {candidate.id: candidate.volume_id for candidate in alive}
    for replicas in place(alive, count, 3, turn=turn):
        volumes = {volume[replica] for replica in replicas}
        assert len(volumes) == min(3, len(set(volume.values())))


def test_racks_count_after_volumes():
    candidates = [
        Candidate(1, "a", 0, rack="r"),
        Candidate(2, "b", 0, rack="r"),
        Candidate(3, "c", 9, held=9, rack="s"),
        Candidate(4, "a", 0, rack="s"),
    ]
    assert place(candidates, 1, 2, turn=0) == [(1, 3)]


def test_followers_are_even_too():
    candidates = [Candidate(number, f"v{number}", 0) for number in range(1, 7)]
    held = Counter(replica for replicas in place(candidates, 30, 3) for replica in replicas)
    assert max(held.values()) - min(held.values()) <= 1


def test_a_replacement_stands_where_the_leaving_replica_stood():
    candidates = [Candidate(number, f"v{number}", 0) for number in (1, 2, 4)]
    assert replaced(candidates, (1, 3, 2), 3) == (1, 4, 2)
    assert replaced(candidates, (3,), 3)[0] in (1, 2, 4)
    with pytest.raises(ValueError, match="has one already"):
        replaced(candidates, (1, 2, 4, 3), 3)


def test_a_replacement_is_lost_with_none_of_those_that_stay():
    candidates = [Candidate(1, "a", 0), Candidate(2, "a", 0), Candidate(4, "b", 9, held=9)]
    assert replaced(candidates, (1, 3), 3) == (1, 4)


def test_leadership_goes_to_who_leads_least():
    candidates = [Candidate(1, "a", 5), Candidate(2, "b", 3), Candidate(4, "c", 4)]
    assert replaced(candidates, (3, 1, 2), 3) == (2, 4, 1)
    fenced = [*candidates[::2], Candidate(2, "b", 3, is_live=False)]
    assert replaced(fenced, (3, 1, 2), 3) == (4, 1, 2)


def test_three_replicas_are_the_default_where_there_is_room_for_them():
    assert [default_replication_factor(count) for count in (1, 2, 3, 4)] == [1, 1, 3, 3]


def test_what_is_added_stands_on_other_volumes_first():
    candidates = [
        Candidate(1, "a", 0), Candidate(2, "a", 0), Candidate(3, "b", 0, held=9),
        Candidate(4, "c", 0, held=9),
    ]  # fmt: skip
    target = widened(candidates, (1,), 3)
    assert target[0] == 1, "the preferred leader stays"
    assert set(target) == {1, 3, 4}
    assert widened(candidates, (2, 4), 3) == (2, 4, 3)


def test_nothing_is_added_where_there_are_not_enough_brokers():
    with pytest.raises(ValueError, match="not enough brokers"):
        widened([Candidate(1, "a", 0), Candidate(2, "b", 0)], (1,), 3)
