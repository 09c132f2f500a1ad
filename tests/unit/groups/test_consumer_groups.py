"""KIP-848 as the protocol goes: one member after the other, heartbeat by heartbeat."""

from dataclasses import replace
from typing import Any

import pytest

from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.machine import ConsumerGroup
from brokers.groups.consumer.member import MemberState
from brokers.groups.consumer.regular_expressions import matching
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.timers import MemberSilent, RevocationLate
from brokers.kernel.clock import Instant
from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import GROUP_REGEX_CHARACTERS_MAX, GROUP_REGEXES_MAX
from brokers.wire.coordinator.consumer_group_current_member_assignment_key import (
    ConsumerGroupCurrentMemberAssignmentKey,
)
from brokers.wire.coordinator.consumer_group_metadata_key import ConsumerGroupMetadataKey
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.state_record import GROUP_STATE, StateRecord
from tests.unit.groups.consumer import Consumer, partitions_of, settle
from tests.unit.groups.coordinator import GROUP, Coordinator, FakeTopics, picture

JOIN = HeartbeatRequest(
    "a", 0, rebalance_timeout_ms=60_000, topic_names=frozenset({"flights"}), owned={}
)


@pytest.fixture
def topics() -> FakeTopics:
    return FakeTopics(flights=4, planes=2)


@pytest.fixture
def coordinator(topics: FakeTopics) -> Coordinator:
    return Coordinator(topics)


def joined(coordinator: Coordinator, *member_ids: str, **options: Any) -> list[Consumer]:
    consumers = [Consumer(coordinator, member_id, **options) for member_id in member_ids]
    settle(consumers)
    return consumers


def record_types(coordinator: Coordinator) -> list[str]:
    return [type(GROUP_STATE.decode_key(key)).__name__ for key, _ in coordinator.log]


def test_the_first_member_gets_everything_at_once(coordinator: Coordinator) -> None:
    a = Consumer(coordinator, "a")
    result = a.heartbeat()
    assert (result.error, result.member_id, result.member_epoch) == (ErrorCode.NONE, "a", 1)
    assert result.heartbeat_interval_ms == 5_000
    assert a.reads == [0, 1, 2, 3]
    assert record_types(coordinator) == [
        "ConsumerGroupMemberMetadataKey",
        "ConsumerGroupMetadataKey",
        "ConsumerGroupTargetAssignmentMemberKey",
        "ConsumerGroupTargetAssignmentMetadataKey",
        "ConsumerGroupCurrentMemberAssignmentKey",
    ]


def test_a_heartbeat_of_a_settled_member_says_and_records_nothing(
    coordinator: Coordinator,
) -> None:
    (a,) = joined(coordinator, "a")
    before = len(coordinator.log)
    result = a.heartbeat(terse=True)
    assert result.assignment is None
    assert len(coordinator.log) == before


def test_a_partition_is_revoked_before_it_is_assigned(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a")
    b = Consumer(coordinator, "b")
    assert b.heartbeat().member_epoch == 2
    assert b.reads == []
    assert coordinator.state.members["b"].state is MemberState.UNRELEASED

    told = a.heartbeat()
    assert told.member_epoch == 1, "it stays at its epoch until it has given up two"
    assert told.assignment is not None
    assert len(a.wanted) == 2
    assert a.reads == [0, 1, 2, 3]
    assert coordinator.state.members["a"].state is MemberState.UNREVOKED
    assert coordinator.group.state_name == "Reconciling"
    b.heartbeat()
    assert b.reads == []
    assert a.heartbeat(terse=True).member_epoch == 1, "saying nothing is not giving up"

    a.revoke()
    assert a.heartbeat().member_epoch == 2
    b.heartbeat()
    assert a.reads + b.reads == [0, 1, 2, 3] or b.reads + a.reads == [0, 1, 2, 3]
    assert coordinator.group.state_name == "Stable"


def test_who_is_late_to_give_up_is_removed(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a", rebalance_timeout_ms=10_000)
    b = Consumer(coordinator, "b")
    b.heartbeat()
    a.heartbeat()
    assert RevocationLate("a") in coordinator.timers
    coordinator.advance(9_000)
    a.heartbeat()
    b.heartbeat()
    assert set(coordinator.state.members) == {"a", "b"}
    coordinator.advance(1_000)
    assert set(coordinator.state.members) == {"b"}
    assert a.heartbeat().error is ErrorCode.UNKNOWN_MEMBER_ID
    b.heartbeat()
    assert b.reads == [0, 1, 2, 3]


def test_who_gives_up_in_time_is_not_removed(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a", rebalance_timeout_ms=10_000)
    Consumer(coordinator, "b").heartbeat()
    a.heartbeat()
    a.revoke()
    a.heartbeat()
    assert RevocationLate("a") not in coordinator.timers


def test_who_is_silent_is_removed_and_its_partitions_go_to_others(
    coordinator: Coordinator,
) -> None:
    a, b = joined(coordinator, "a", "b")
    coordinator.advance(44_000)
    b.heartbeat()
    coordinator.advance(1_000)
    assert set(coordinator.state.members) == {"b"}
    assert MemberSilent("a") not in coordinator.timers
    assert coordinator.group.state_name == "Assigning"
    b.heartbeat()
    assert b.reads == [0, 1, 2, 3]
    assert a.heartbeat().error is ErrorCode.UNKNOWN_MEMBER_ID
    assert a.heartbeat().error is ErrorCode.NONE, "it rejoins at epoch 0"


def test_leaving_frees_partitions_at_once(coordinator: Coordinator) -> None:
    a, b = joined(coordinator, "a", "b")
    result = a.leave()
    assert (result.error, result.member_epoch) == (ErrorCode.NONE, -1)
    assert not any(getattr(timer, "member_id", "") == "a" for timer in coordinator.timers)
    b.heartbeat()
    assert b.reads == [0, 1, 2, 3]
    assert a.leave().error is ErrorCode.UNKNOWN_MEMBER_ID


def test_the_group_outlives_its_members_until_it_is_deleted(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a", names=("flights",), regex="pl.*")
    assert coordinator.group.validate_delete() is ErrorCode.NON_EMPTY_GROUP
    with pytest.raises(ValueError, match="1 members"):
        coordinator.group.delete(coordinator.now)
    a.leave()
    assert coordinator.group.state_name == "Empty"
    assert coordinator.group.is_empty
    assert not coordinator.group.is_untouched
    assert coordinator.group.validate_delete() is ErrorCode.NONE
    coordinator.carry_out(coordinator.group.delete(coordinator.now))
    assert coordinator.group.is_untouched
    coordinator.compact()
    assert coordinator.log == []


# Epochs.


def test_a_lost_answer_is_forgiven_once(coordinator: Coordinator, topics: FakeTopics) -> None:
    (a,) = joined(coordinator, "a")
    topics.grow("flights", 6)
    a.heartbeat(loses_answer=True)
    assert (a.epoch, coordinator.state.members["a"].epoch) == (1, 2)
    result = a.heartbeat()
    assert (result.error, result.member_epoch) == (ErrorCode.NONE, 2)
    assert a.reads == [0, 1, 2, 3, 4, 5]


def test_an_old_epoch_with_more_than_was_assigned_is_fenced(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    (a,) = joined(coordinator, "a")
    topics.grow("flights", 6)
    a.heartbeat(loses_answer=True)
    beyond = partitions_of({*a.owned, (bytes(16), 9)})
    for owned in (beyond, None):
        request = HeartbeatRequest("a", 1, owned=owned)
        assert coordinator.heartbeat(request).error is ErrorCode.FENCED_MEMBER_EPOCH


@pytest.mark.parametrize("epoch", [7, 3])
def test_other_epochs_are_fenced(coordinator: Coordinator, topics: FakeTopics, epoch: int) -> None:
    (a,) = joined(coordinator, "a")
    for partitions in (5, 6, 7, 8):
        topics.grow("flights", partitions)
        a.heartbeat()
    assert a.epoch == 5
    request = HeartbeatRequest("a", epoch, owned=partitions_of(a.owned))
    result = coordinator.heartbeat(request)
    assert result.error is ErrorCode.FENCED_MEMBER_EPOCH
    assert result.message is not None
    assert "rejoin" in result.message


def test_rejoining_at_epoch_0_gives_the_same_back(coordinator: Coordinator) -> None:
    a, b = joined(coordinator, "a", "b")
    before = sorted(a.owned)
    a.epoch, a.owned = 0, set()
    result = a.heartbeat()
    assert (result.member_epoch, sorted(a.owned)) == (b.epoch, before)


def test_offsets_are_committed_at_the_current_epoch_only(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a")
    group = coordinator.group
    assert group.validate_offset_commit("a", None, a.epoch) is ErrorCode.NONE
    assert group.validate_offset_fetch("a", a.epoch) is ErrorCode.NONE
    assert group.validate_offset_fetch(None, -1) is ErrorCode.NONE
    assert group.validate_offset_commit("a", None, 0) is ErrorCode.STALE_MEMBER_EPOCH
    assert group.validate_offset_fetch("a", 0) is ErrorCode.STALE_MEMBER_EPOCH
    assert group.validate_offset_fetch(None, 1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert group.validate_offset_commit("", None, -1) is ErrorCode.UNKNOWN_MEMBER_ID
    a.leave()
    assert group.validate_offset_commit("", None, -1) is ErrorCode.NONE


# Static members.


def test_a_static_member_comes_back_to_what_it_had(coordinator: Coordinator) -> None:
    a = Consumer(coordinator, "a1", instance_id="gate-a")
    b = Consumer(coordinator, "b")
    settle([a, b])
    before, epoch = sorted(a.owned), coordinator.state.epoch
    assert a.leave(for_now=True).member_epoch == -2
    b.heartbeat()
    assert len(b.reads) == 2, "its partitions are kept for it"
    again = Consumer(coordinator, "a2", instance_id="gate-a")
    assert again.heartbeat().error is ErrorCode.NONE
    assert sorted(again.owned) == before
    assert coordinator.state.epoch == epoch, "nobody else notices"
    assert set(coordinator.state.members) == {"a2", "b"}
    assert coordinator.state.targets == {
        "a2": partitions_of(again.owned),
        "b": partitions_of(b.owned),
    }
    assert MemberSilent("a1") not in coordinator.timers


def test_a_static_member_keeps_what_it_had_though_topics_changed(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    statics = [Consumer(coordinator, f"{m}1", instance_id=f"gate-{m}") for m in "abc"]
    settle(statics)
    before = [sorted(consumer.owned) for consumer in statics]
    statics[1].leave(for_now=True)
    topics.create("planes", 3)
    statics[1] = Consumer(coordinator, "b2", instance_id="gate-b")
    settle(statics)
    assert [sorted(consumer.owned) for consumer in statics] == before
    statics[1].leave(for_now=True)
    topics.grow("flights", 6)
    statics[1] = Consumer(coordinator, "b3", instance_id="gate-b")
    settle(statics)
    for had, consumer in zip(before, statics, strict=True):
        assert consumer.owned >= set(had)
        assert len(consumer.owned) == 2


def test_a_static_member_keeps_what_it_had_though_others_left(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    topics.grow("flights", 6)
    a, b, c = (Consumer(coordinator, f"{m}1", instance_id=f"gate-{m}") for m in "abc")
    settle([a, b, c])
    first, other = sorted([a, b], key=lambda consumer: consumer.reads)
    had = set(other.owned)
    first.leave()
    other.leave(for_now=True)
    again = Consumer(coordinator, "again", instance_id=other.instance_id)
    again.heartbeat()
    assert again.owned > had


def test_a_static_member_that_stays_away_is_removed(coordinator: Coordinator) -> None:
    a = Consumer(coordinator, "a1", instance_id="gate-a")
    a.heartbeat()
    a.leave(for_now=True)
    coordinator.advance(45_000)
    assert coordinator.group.is_empty


def test_an_instance_id_that_is_in_use_is_not_given_away(coordinator: Coordinator) -> None:
    a = Consumer(coordinator, "a1", instance_id="gate-a")
    a.heartbeat()
    other = Consumer(coordinator, "a2", instance_id="gate-a")
    assert other.heartbeat().error is ErrorCode.UNRELEASED_INSTANCE_ID
    a.leave(for_now=True)
    assert other.heartbeat().error is ErrorCode.NONE
    a.epoch, a.says_all = 1, True
    assert a.heartbeat().error is ErrorCode.FENCED_INSTANCE_ID
    assert a.heartbeat().error is ErrorCode.UNKNOWN_MEMBER_ID, "it did not say its instance id"
    commit = coordinator.group.validate_offset_commit
    assert commit("a1", "gate-a", 1) is ErrorCode.FENCED_INSTANCE_ID
    assert commit("a1", None, 1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert commit("a2", "gate-a", other.epoch) is ErrorCode.NONE


def test_what_a_static_member_was_to_give_up_is_free_when_it_leaves_for_now(
    coordinator: Coordinator,
) -> None:
    a = Consumer(coordinator, "a1", instance_id="gate-a")
    a.heartbeat()
    b = Consumer(coordinator, "b")
    b.heartbeat()
    a.heartbeat()
    a.leave(for_now=True)
    assert RevocationLate("a1") not in coordinator.timers
    b.heartbeat()
    assert len(b.reads) == 2


def test_a_static_member_is_told_apart(coordinator: Coordinator) -> None:
    unknown = HeartbeatRequest("a", 4, instance_id="gate-a")
    assert coordinator.heartbeat(unknown).error is ErrorCode.UNKNOWN_MEMBER_ID


# Subscriptions and topics.


def test_a_changed_subscription_gives_up_and_gets(coordinator: Coordinator) -> None:
    a, b = joined(coordinator, "a", "b")
    a.names, a.says_all = frozenset({"planes"}), True
    a.heartbeat()
    settle([a, b])
    assert a.owned == coordinator.topics.places({"planes"})
    assert b.owned == coordinator.topics.places({"flights"})


@pytest.mark.parametrize("change", ["grow", "delete", "create"])
def test_topics_that_change_are_assigned_anew(
    coordinator: Coordinator, topics: FakeTopics, change: str
) -> None:
    consumers = joined(coordinator, "a", "b", names=("flights", "weather"))
    match change:
        case "grow":
            topics.grow("flights", 9)
        case "delete":
            topics.delete("flights")
        case "create":
            topics.create("weather", 3)
    settle(consumers)
    read = sorted(place for consumer in consumers for place in consumer.owned)
    assert read == sorted(topics.places({"flights", "weather"}))


def test_topics_of_others_change_nothing(coordinator: Coordinator, topics: FakeTopics) -> None:
    (a,) = joined(coordinator, "a")
    before = len(coordinator.log)
    topics.grow("planes", 5)
    a.heartbeat()
    coordinator.fail_over()
    a.heartbeat()
    assert len(coordinator.log) == before


def test_topics_that_changed_while_nobody_coordinated(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    (a,) = joined(coordinator, "a")
    topics.grow("flights", 6)
    coordinator.fail_over()
    a.heartbeat()
    assert a.reads == [0, 1, 2, 3, 4, 5]


def test_a_regular_expression_matches_whole_names_now_and_later(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    topics.create("flights-late", 1)
    (a,) = joined(coordinator, "a", names=None, regex="flights(-.*)?|x")
    assert a.owned == topics.places({"flights", "flights-late"})
    topics.create("flights-early", 2)
    topics.create("old-flights", 2)
    a.heartbeat()
    assert len(a.owned) == 5, "not looked at again so soon"
    coordinator.advance(10_000)
    a.heartbeat()
    assert a.owned == topics.places({"flights", "flights-late", "flights-early"})
    coordinator.fail_over()
    topics.delete("flights-early")
    topics.create("flights-new", 1)
    a.heartbeat()
    a.revoke()
    a.heartbeat()
    assert a.owned == topics.places({"flights", "flights-late", "flights-new"}), "at once"


def test_a_regular_expression_of_nobody_is_forgotten(coordinator: Coordinator) -> None:
    a, b = joined(coordinator, "a", "b", names=None, regex="flights")
    a.regex, a.says_all = "", True
    a.heartbeat()
    assert set(coordinator.state.regexes) == {"flights"}
    assert a.wanted == set()
    b.leave()
    assert not coordinator.state.regexes


@pytest.mark.parametrize(
    "regex", ["(", "a{99999}", r"(?=x)", r"(a)\1", "x" * (GROUP_REGEX_CHARACTERS_MAX + 1),
              "((a{100}){100}){100}", "\udc80"]
)  # fmt: skip
def test_regular_expressions_that_are_refused(coordinator: Coordinator, regex: str) -> None:
    a = Consumer(coordinator, "a", None, regex=regex)
    assert a.heartbeat().error is ErrorCode.INVALID_REGULAR_EXPRESSION
    assert coordinator.log == []


def test_no_regular_expression_takes_for_ever() -> None:
    """By trying every way, as many engines do, it would: there are 2 to the power of 248."""
    assert matching("(a+)+b", ["a" * 249]) == frozenset()


def test_regular_expressions_of_one_group_are_bounded(coordinator: Coordinator) -> None:
    for n in range(GROUP_REGEXES_MAX):
        assert Consumer(coordinator, f"m{n}", None, regex=f"t{n}").heartbeat().error == 0
    one_more = Consumer(coordinator, "x", None, regex="more")
    assert one_more.heartbeat().error is ErrorCode.INVALID_REGULAR_EXPRESSION
    one_more.regex = "t3"
    assert one_more.heartbeat().error is ErrorCode.NONE


def test_the_assignor_that_most_ask_for_counts(coordinator: Coordinator) -> None:
    joined(coordinator, "a", "b", assignor="range", names=("flights", "planes"))
    topics = coordinator.topics
    assert coordinator.group.describe(topics).assignor == "range"
    flights = topics.find("flights")
    assert flights is not None
    assert coordinator.state.targets["a"][flights.topic_id] == {0, 1}
    assert coordinator.state.targets["b"][flights.topic_id] == {2, 3}


# What cannot be.


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (replace(JOIN, member_id="", needs_own_id=True), ErrorCode.INVALID_REQUEST),
        (HeartbeatRequest("", 3), ErrorCode.INVALID_REQUEST),
        (HeartbeatRequest("", -1), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, instance_id=""), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, rack_id=""), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, rebalance_timeout_ms=-1), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, owned=None), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, owned={bytes(16): frozenset({1})}), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, topic_names=None), ErrorCode.INVALID_REQUEST),
        (HeartbeatRequest("a", -2), ErrorCode.INVALID_REQUEST),
        (HeartbeatRequest("a", -3), ErrorCode.INVALID_REQUEST),
        (replace(JOIN, assignor="nearest"), ErrorCode.UNSUPPORTED_ASSIGNOR),
        (HeartbeatRequest("a", 5), ErrorCode.UNKNOWN_MEMBER_ID),
        (HeartbeatRequest("a", -1), ErrorCode.UNKNOWN_MEMBER_ID),
    ],
)
def test_requests_that_are_refused(
    coordinator: Coordinator, request_: HeartbeatRequest, error: ErrorCode
) -> None:
    result = coordinator.heartbeat(request_)
    assert (result.error, bool(result.message)) == (error, True)
    assert coordinator.log == []
    assert coordinator.timers == {}


def test_an_old_client_is_given_its_id(coordinator: Coordinator) -> None:
    result = coordinator.heartbeat(replace(JOIN, member_id="", new_member_id="made-up"))
    assert (result.error, result.member_id) == (ErrorCode.NONE, "made-up")


def test_a_full_group_lets_nobody_in_but_those_who_are(topics: FakeTopics) -> None:
    coordinator = Coordinator(topics, ConsumerGroupConfig(members_max=2))
    a = Consumer(coordinator, "a1", instance_id="gate-a")
    settle([a, Consumer(coordinator, "b")])
    c = Consumer(coordinator, "c")
    assert c.heartbeat().error is ErrorCode.GROUP_MAX_SIZE_REACHED
    a.leave(for_now=True)
    assert Consumer(coordinator, "a2", instance_id="gate-a").heartbeat().error == 0


def test_a_record_of_another_kind_is_not_taken_for_ours(coordinator: Coordinator) -> None:
    with pytest.raises(TypeError, match="GroupMetadataKey"):
        coordinator.group.replay(StateRecord(GroupMetadataKey(GROUP), None))


# Moves of the coordinator.


def test_a_new_coordinator_knows_everything_and_gives_everyone_time(
    coordinator: Coordinator,
) -> None:
    a, b = joined(coordinator, "a", "b", rebalance_timeout_ms=10_000)
    c = Consumer(coordinator, "c")
    c.heartbeat()
    a.heartbeat()
    b.heartbeat()
    before = picture(coordinator.state)
    coordinator.advance(9_000)
    coordinator.compact()
    coordinator.fail_over()
    assert picture(coordinator.state) == before
    assert coordinator.timers == {
        **{MemberSilent(m): coordinator.now_ms + 45_000 for m in "abc"},
        **{
            RevocationLate(m): coordinator.now_ms + 10_000
            for m, member in coordinator.state.members.items()
            if member.state is MemberState.UNREVOKED
        },
    }
    assert any(isinstance(timer, RevocationLate) for timer in coordinator.timers)
    settle([a, b, c])
    assert sorted(a.reads + b.reads + c.reads) == [0, 1, 2, 3]


def test_a_state_of_a_later_release_begins_anew(coordinator: Coordinator) -> None:
    (a,) = joined(coordinator, "a")
    record = coordinator.log[-1]
    key = GROUP_STATE.decode_key(record[0])
    assert isinstance(key, ConsumerGroupCurrentMemberAssignmentKey)
    value = GROUP_STATE.decode_value(key, record[1] or b"")
    value.state = 9
    coordinator.group.replay(StateRecord(key, value))
    assert coordinator.state.members["a"].state is MemberState.UNKNOWN
    assert a.heartbeat().error is ErrorCode.FENCED_MEMBER_EPOCH
    assert a.heartbeat().error is ErrorCode.NONE
    assert a.reads == [0, 1, 2, 3]


# What is seen.


def test_description(coordinator: Coordinator, topics: FakeTopics) -> None:
    a, _ = joined(coordinator, "a", "b", names=("flights",), regex="fl.*")
    found = coordinator.group.describe(topics)
    assert (found.state, found.epoch, found.assignment_epoch) == ("Stable", 2, 2)
    first = found.members[0]
    flights = topics.find("flights")
    assert flights is not None
    assert first.member_id == "a"
    assert first.assignment == ((flights.topic_id, "flights", tuple(a.reads)),) == first.target
    assert (first.topic_names, first.topic_regex) == (("flights",), "fl.*")
    assert not first.is_classic
    assert coordinator.group.is_subscribed("flights")
    assert not coordinator.group.is_subscribed("planes")
    topics.delete("flights")
    assert coordinator.group.describe(topics).members[0].assignment == ()


# Cost.


class Walled(dict[str, Any]):
    """Members that can be looked up, and not looked through."""

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("a heartbeat of a group at rest looks through all members")

    __iter__ = keys = values = items = copy = __or__ = _refuse  # type: ignore[assignment]


def test_a_heartbeat_at_rest_looks_at_no_other_member(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    topics.grow("flights", 9)
    a, *_ = joined(coordinator, *"abcdefghi")
    state = coordinator.state
    for name in ("members", "targets", "instances", "owners", "subscriptions", "regexes"):
        setattr(state, name, Walled(getattr(state, name)))
    with pytest.raises(AssertionError, match="looks through"):
        list(state.members)
    for _ in range(3):
        assert a.heartbeat().error is ErrorCode.NONE
        assert a.heartbeat(terse=True).error is ErrorCode.NONE
    topics.grow("flights", 10)
    with pytest.raises(AssertionError, match="looks through"):
        a.heartbeat()


def test_many_joins_at_once_share_a_target(topics: FakeTopics) -> None:
    topics.grow("flights", 40)
    coordinator = Coordinator(topics, ConsumerGroupConfig(assignment_pause_ms_per_member=10))
    consumers = [Consumer(coordinator, f"m{n:02}") for n in range(20)]
    targets = []
    for consumer in consumers:
        assert consumer.heartbeat().error is ErrorCode.NONE
        targets.append(coordinator.state.assignment_epoch)
        coordinator.now_ms += 20
    assert len(set(targets)) <= 10, "half as many targets as members"
    assert coordinator.group.state_name == "Assigning"
    consumers[7].heartbeat()
    assert coordinator.state.epoch > coordinator.state.assignment_epoch == targets[-1]
    coordinator.now_ms += 200
    settle(consumers)
    assert [len(consumer.reads) for consumer in consumers] == [2] * 20


def test_only_what_changed_is_written_of_a_target(
    coordinator: Coordinator, topics: FakeTopics
) -> None:
    consumers = joined(coordinator, "a", "b", "c", "d")
    before = len(coordinator.log)
    consumers[0].leave()
    consumers[1].heartbeat()
    written = record_types(coordinator)[before:]
    assert written.count("ConsumerGroupTargetAssignmentMemberKey") == 2, "a tombstone, and its heir"


def test_a_decision_changes_nothing_by_itself(topics: FakeTopics) -> None:
    group = ConsumerGroup(GROUP, ConsumerGroupConfig())
    before = {name: repr(value) for name, value in picture(group.state).items()}
    decision = group.heartbeat(JOIN, 1, Instant(0, 0), topics)
    assert any(isinstance(r.key, ConsumerGroupMetadataKey) for r in decision.records)
    assert {name: repr(value) for name, value in picture(group.state).items()} == before
