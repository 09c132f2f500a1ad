"""Assignors: everything dealt out once, to subscribers; equal loads; few moves."""

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.groups.assignors.range import assign_ranges
from brokers.groups.assignors.registry import ASSIGNORS, DEFAULT_ASSIGNOR
from brokers.groups.assignors.specification import MemberSpec, Partitions
from brokers.groups.assignors.uniform import assign_uniformly

TOPICS = [bytes([n]) * 16 for n in range(5)]
Members = dict[str, MemberSpec]

counts = st.dictionaries(st.sampled_from(TOPICS), st.integers(0, 12))
member_ids = st.sampled_from([f"m{n}" for n in range(9)])
subscriptions = st.frozensets(st.sampled_from(TOPICS))


@st.composite
def groups(draw: st.DrawFn, same_topics: bool) -> Members:
    """Members whose targets so far are disjoint, though maybe of topics long gone."""
    topics = {m: draw(subscriptions) for m in draw(st.sets(member_ids, min_size=1))}
    if same_topics:
        topics = dict.fromkeys(topics, draw(subscriptions))
    owners = {
        (topic_id, partition): draw(st.sampled_from([*topics, None]))
        for topic_id in draw(st.sets(st.sampled_from(TOPICS)))
        for partition in range(draw(st.integers(0, 14)))
    }
    return {
        member_id: MemberSpec(
            topics=topics[member_id],
            assigned=_partitions(place for place, owner in owners.items() if owner == member_id),
        )
        for member_id in topics
    }


def _partitions(places: object) -> Partitions:
    found: dict[bytes, set[int]] = {}
    for topic_id, partition in places:  # type: ignore[attr-defined]
        found.setdefault(topic_id, set()).add(partition)
    return {topic_id: frozenset(partitions) for topic_id, partitions in found.items()}


def places(partitions: Partitions) -> set[tuple[bytes, int]]:
    return {(topic_id, p) for topic_id, found in partitions.items() for p in found}


def check_complete(
    members: Members, count: Mapping[bytes, int], target: dict[str, Partitions]
) -> None:
    assert set(target) == set(members)
    dealt = Counter(place for partitions in target.values() for place in places(partitions))
    wanted = {
        (topic_id, p)
        for topic_id, n in count.items()
        if any(topic_id in member.topics for member in members.values())
        for p in range(n)
    }
    assert dealt == Counter(wanted)
    for member_id, partitions in target.items():
        assert partitions.keys() <= members[member_id].topics
        assert all(partitions.values()), "a topic without partitions is left out"


@settings(max_examples=150)
@given(st.one_of(groups(True), groups(False)), counts)
@pytest.mark.parametrize("assignor", ASSIGNORS)
def test_every_partition_has_one_owner_who_subscribes(
    assignor: str, members: Members, count: Mapping[bytes, int]
) -> None:
    target = ASSIGNORS[assignor](members, count)
    check_complete(members, count, target)
    shuffled = dict(reversed(members.items()))
    assert ASSIGNORS[assignor](shuffled, dict(reversed(count.items()))) == target


@settings(max_examples=300)
@given(groups(True), counts)
def test_uniform_is_even_and_moves_no_more_than_it_must(
    members: Members, count: Mapping[bytes, int]
) -> None:
    target = assign_uniformly(members, count)
    loads = sorted(len(places(partitions)) for partitions in target.values())
    assert loads[-1] - loads[0] <= 1
    total = sum(loads)
    quota, remainder = divmod(total, len(members))
    valid = {
        m: {(t, p) for t, p in places(spec.assigned) if t in spec.topics and p < count.get(t, 0)}
        for m, spec in members.items()
    }
    rich = sum(len(found) > quota for found in valid.values())
    could_stay = sum(min(len(v), quota) for v in valid.values()) + min(rich, remainder)
    stayed = sum(len(valid[m] & places(target[m])) for m in members)
    assert stayed == could_stay


@settings(max_examples=300)
@given(groups(False), counts)
def test_uniform_cannot_be_bettered_by_one_move(
    members: Members, count: Mapping[bytes, int]
) -> None:
    target = assign_uniformly(members, count)
    loads = {m: len(places(partitions)) for m, partitions in target.items()}
    for giver, partitions in target.items():
        for topic_id in partitions:
            for taker, spec in members.items():
                if topic_id in spec.topics:
                    assert loads[giver] - loads[taker] < 2, (giver, taker, topic_id)


@settings(max_examples=150)
@given(st.one_of(groups(True), groups(False)), counts)
@pytest.mark.parametrize("assignor", ASSIGNORS)
def test_assigning_again_moves_nothing(
    assignor: str, members: Members, count: Mapping[bytes, int]
) -> None:
    target = ASSIGNORS[assignor](members, count)
    settled = {m: MemberSpec(spec.topics, target[m]) for m, spec in members.items()}
    assert ASSIGNORS[assignor](settled, count) == target


def test_a_newcomer_takes_only_its_share() -> None:
    topics = frozenset(TOPICS[:2])
    count = {TOPICS[0]: 8, TOPICS[1]: 4}
    two = assign_uniformly({m: MemberSpec(topics, {}) for m in "ab"}, count)
    three = assign_uniformly({m: MemberSpec(topics, two.get(m, {})) for m in "abc"}, count)
    assert [len(places(three[m])) for m in "abc"] == [4, 4, 4]
    assert places(three["a"]) < places(two["a"])
    assert places(three["b"]) < places(two["b"])


def test_each_topic_is_spread_over_all() -> None:
    topics = frozenset(TOPICS[:3])
    target = assign_uniformly(
        {m: MemberSpec(topics, {}) for m in "abc"}, dict.fromkeys(TOPICS[:3], 3)
    )
    assert all(len(found) == 1 for of_member in target.values() for found in of_member.values())


def test_range_lines_topics_up_and_static_members_keep_their_place() -> None:
    topics = frozenset(TOPICS[:2])
    count = {TOPICS[0]: 5, TOPICS[1]: 5}
    members = {
        "z": MemberSpec(topics, {}, instance_id="one"),
        "y": MemberSpec(topics, {}, instance_id="two"),
        "a": MemberSpec(topics, {}),
    }
    target = assign_ranges(members, count)
    assert target == {
        "z": dict.fromkeys(TOPICS[:2], frozenset({0, 1})),
        "y": dict.fromkeys(TOPICS[:2], frozenset({2, 3})),
        "a": dict.fromkeys(TOPICS[:2], frozenset({4})),
    }
    members["b"] = members.pop("z")
    again = assign_ranges(members, count)
    assert again == {"b": target["z"], "y": target["y"], "a": target["a"]}


def test_nobody_and_nothing() -> None:
    assert DEFAULT_ASSIGNOR == "uniform"
    for assign in ASSIGNORS.values():
        assert assign({}, {TOPICS[0]: 3}) == {}
        assert assign({"a": MemberSpec(frozenset(), {})}, {TOPICS[0]: 3}) == {"a": {}}
