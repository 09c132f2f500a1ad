"""Classic members in a KIP-848 group, and groups that change their protocol while members read."""

from typing import Any

import pytest

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.machine import ClassicGroup
from brokers.groups.classic.member import Member, Protocol
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.states import GroupState
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.embedded_protocol import read_assignment, read_subscription
from brokers.groups.consumer.member import MemberState
from brokers.groups.consumer.timers import JoinLate, MemberSilent, SyncLate
from brokers.groups.conversion import (
    MigrationPolicy,
    downgrade,
    may_downgrade,
    upgrade,
)
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.state_record import StateRecord, encode_key, encode_value
from tests.unit.groups.classic_consumer import SESSION_MS, ClassicConsumer
from tests.unit.groups.consumer import Consumer, settle
from tests.unit.groups.coordinator import GROUP, Coordinator, FakeTopics, read_record, replayed


@pytest.fixture
def coordinator() -> Coordinator:
    return Coordinator(FakeTopics(flights=4, planes=2))


# Classic members.


def test_a_classic_member_shares_with_others(coordinator: Coordinator) -> None:
    modern = Consumer(coordinator, "a")
    modern.heartbeat()
    classic = ClassicConsumer(coordinator, "c")
    classic.heartbeat()
    assert classic.reads == []
    settle([modern, classic])
    assert sorted(modern.reads + classic.reads) == [0, 1, 2, 3]
    assert len(classic.reads) == 2
    described = {m.member_id: m for m in coordinator.group.describe(coordinator.topics).members}
    assert (described["a"].is_classic, described["c"].is_classic) == (False, True)


def test_a_classic_member_is_told_to_join_again_and_not_forever(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    classic.heartbeat()
    assert SyncLate("c") not in coordinator.timers
    Consumer(coordinator, "a").heartbeat()
    for _ in range(3):
        assert classic.ask_heartbeat() is ErrorCode.REBALANCE_IN_PROGRESS
        coordinator.advance(20_000)
    assert "c" not in coordinator.state.members, "60 s, its rebalance timeout, are over"
    assert classic.ask_heartbeat() is ErrorCode.UNKNOWN_MEMBER_ID


def test_joining_again_in_time_is_enough(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    classic.heartbeat()
    modern = Consumer(coordinator, "a")
    modern.heartbeat()
    classic.heartbeat()
    assert JoinLate("c") not in coordinator.timers
    assert coordinator.state.joins_demanded == set()
    assert coordinator.state.members["c"].state is MemberState.UNREVOKED
    assert classic.ask_heartbeat() is ErrorCode.REBALANCE_IN_PROGRESS
    assert coordinator.state.joins_demanded == {"c"}


def test_who_joins_and_does_not_sync_is_removed(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    assert classic.ask_to_join().error is ErrorCode.NONE
    assert coordinator.timers[SyncLate("c")] == coordinator.now_ms + 60_000
    assert coordinator.timers[MemberSilent("c")] == coordinator.now_ms + SESSION_MS
    coordinator.advance(SESSION_MS)
    assert coordinator.group.is_empty


def test_an_assignment_that_is_out_of_date_is_not_given_out(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    classic.epoch = classic.ask_to_join().generation
    Consumer(coordinator, "a").heartbeat()
    assert classic.ask_to_sync().error is ErrorCode.REBALANCE_IN_PROGRESS
    assert JoinLate("c") in coordinator.timers


def test_topics_are_watched_though_all_members_are_classic(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    settle([classic])
    before = len(coordinator.log)
    coordinator.topics.grow("planes", 3)
    assert classic.ask_heartbeat() is ErrorCode.NONE, "it does not read those"
    assert len(coordinator.log) == before
    coordinator.topics.grow("flights", 5)
    classic.heartbeat()
    assert classic.reads == [0, 1, 2, 3, 4]


def test_who_was_removed_and_does_not_know_begins_anew(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    settle([classic])
    coordinator.advance(SESSION_MS)
    classic.says_all = True
    classic.heartbeat()
    assert classic.error is ErrorCode.UNKNOWN_MEMBER_ID
    assert coordinator.group.is_empty
    classic.heartbeat()
    assert classic.reads == [0, 1, 2, 3]


def test_an_eager_member_gives_up_everything_by_joining(coordinator: Coordinator) -> None:
    eager = ClassicConsumer(coordinator, "c", is_eager=True, version=0)
    eager.heartbeat()
    assert eager.reads == [0, 1, 2, 3]
    modern = Consumer(coordinator, "a")
    modern.heartbeat()
    eager.heartbeat()
    assert coordinator.state.members["c"].state is MemberState.STABLE
    modern.heartbeat()
    assert sorted(modern.reads + eager.reads) == [0, 1, 2, 3]


def test_a_member_id_is_issued_first(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "")
    joined = classic.ask_to_join()
    assert (joined.error, joined.member_id) == (ErrorCode.MEMBER_ID_REQUIRED, "new-id")
    assert coordinator.group.is_untouched


def test_a_static_classic_member_is_replaced(coordinator: Coordinator) -> None:
    first = ClassicConsumer(coordinator, "", instance_id="gate-a")
    first.heartbeat()
    assert first.member_id == "new-id"
    modern = Consumer(coordinator, "a1", instance_id="gate-a")
    assert modern.heartbeat().error is ErrorCode.NONE, "it need not leave before"
    assert set(coordinator.state.members) == {"a1"}
    assert modern.reads == [0, 1, 2, 3]
    assert first.ask_heartbeat() is ErrorCode.FENCED_INSTANCE_ID


def test_protocols_must_have_one_in_common(coordinator: Coordinator) -> None:
    a, b = ClassicConsumer(coordinator, "a"), ClassicConsumer(coordinator, "b", is_eager=True)
    a.heartbeat()
    b.heartbeat()
    assert b.error is ErrorCode.NONE, "both support x"
    odd = ClassicConsumer(coordinator, "c", only_protocol=Protocol("y", a.protocols[0].metadata))
    assert odd.ask_to_join().error is ErrorCode.INCONSISTENT_GROUP_PROTOCOL


@pytest.mark.parametrize(
    "metadata", [b"", b"\0", b"\xff\xff", b"\0\0\x7f\xff\xff\xff", b"\0\3\0\0"]
)
def test_subscriptions_that_cannot_be_read(coordinator: Coordinator, metadata: bytes) -> None:
    odd = ClassicConsumer(coordinator, "c", only_protocol=Protocol("y", metadata))
    assert odd.ask_to_join().error is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert coordinator.log == []


def test_generations_that_are_over(coordinator: Coordinator) -> None:
    classic = ClassicConsumer(coordinator, "c")
    classic.heartbeat()
    classic.epoch += 1
    assert classic.ask_heartbeat() is ErrorCode.ILLEGAL_GENERATION
    assert classic.ask_to_sync().error is ErrorCode.ILLEGAL_GENERATION
    commit = coordinator.group.validate_offset_commit
    assert commit("c", None, classic.epoch) is ErrorCode.ILLEGAL_GENERATION
    assert commit("c", None, classic.epoch - 1) is ErrorCode.NONE


def test_members_of_both_protocols_leave_and_are_removed(coordinator: Coordinator) -> None:
    a, b = ClassicConsumer(coordinator, "a"), ClassicConsumer(coordinator, "", instance_id="i")
    modern = [Consumer(coordinator, "m"), Consumer(coordinator, "s", instance_id="k")]
    settle([a, b, *modern, Consumer(coordinator, "stays")])
    epoch = coordinator.state.epoch
    departures = [
        Departure("a"),
        Departure("", "i"),
        Departure("m"),
        Departure("", "k"),
        Departure("x", "i"),
        Departure("", "nobody"),
    ]
    (result,) = coordinator.carry_out(
        coordinator.group.classic_leave(departures, coordinator.token())
    )
    assert [(m.member_id, m.instance_id) for m in result.members] == [
        (d.member_id, d.instance_id) for d in departures
    ]
    assert [m.error for m in result.members] == [
        *[ErrorCode.NONE] * 4,
        ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.UNKNOWN_MEMBER_ID,
    ]
    assert set(coordinator.state.members) == {"stays"}
    assert coordinator.state.epoch == epoch + 1


# Conversion.


def classic_members(coordinator: Coordinator) -> list[Member]:
    """As a classic group has them, each with two partitions."""
    return [
        Member(
            member_id=member_id,
            instance_id=None,
            client_id="test",
            client_host="/127.0.0.1",
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=60_000,
            protocol_type="consumer",
            protocols=ClassicConsumer(coordinator, member_id).protocols,
            assignment=bytes.fromhex(assignment),
        )
        for member_id, assignment in (("c0", FIRST_TWO), ("c1", LAST_TWO))
    ]


FIRST_TWO = "0001 00000001 0007 666c6967687473 00000002 00000000 00000001 ffffffff"
LAST_TWO = "0001 00000001 0007 666c6967687473 00000002 00000002 00000003 ffffffff"
BOTH = MigrationPolicy.BIDIRECTIONAL


def upgraded(coordinator: Coordinator, **changes: Any) -> list[StateRecord]:
    members = classic_members(coordinator)
    arguments = {
        "generation": 7, "protocol_type": "consumer", "members": members,
        "topics": coordinator.topics, "config": coordinator.config, "policy": BOTH,
    }  # fmt: skip
    return upgrade(GROUP, **{**arguments, **changes})


def adopt(coordinator: Coordinator, records: list[StateRecord]) -> None:
    """Write the records to the log, and have the machine take over."""
    for record in records:
        value = None if record.value is None else encode_value(record.value)
        coordinator.log.append((encode_key(record.key), value))
    coordinator.log = [entry for entry in coordinator.log if entry[0][:2] != b"\0\2"]
    coordinator.fail_over()


def test_a_classic_group_becomes_a_new_one_and_nothing_moves(coordinator: Coordinator) -> None:
    records = upgraded(coordinator)
    assert records[0] == StateRecord(GroupMetadataKey(GROUP), None)
    adopt(coordinator, records)
    state = coordinator.state
    assert coordinator.group.state_name == "Stable"
    assert (state.epoch, state.assignment_epoch) == (7, 7)
    flights = coordinator.topics.find("flights")
    assert flights is not None
    assert state.members["c0"].assigned == {flights.topic_id: {0, 1}} == state.targets["c0"]
    classic = ClassicConsumer(coordinator, "c0")
    classic.epoch, classic.says_all = 7, False
    before = len(coordinator.log)
    classic.heartbeat()
    assert classic.error is ErrorCode.NONE
    assert len(coordinator.log) == before
    assert coordinator.timers[MemberSilent("c0")] == coordinator.now_ms + SESSION_MS


def test_a_rolling_upgrade(coordinator: Coordinator) -> None:
    adopt(coordinator, upgraded(coordinator))
    old = [ClassicConsumer(coordinator, "c0"), ClassicConsumer(coordinator, "c1")]
    for consumer in old:
        consumer.epoch, consumer.says_all = 7, False
        member = coordinator.state.members[consumer.member_id]
        consumer.owned = {(t, p) for t, found in member.assigned.items() for p in found}
        consumer.wanted = set(consumer.owned)
    new = Consumer(coordinator, "new0")
    new.heartbeat()
    settle([*old, new])
    assert sorted(p for c in (*old, new) for p in c.reads) == [0, 1, 2, 3]
    assert old[0].leave() is ErrorCode.NONE
    settle([old[1], new])
    assert (len(old[1].reads), len(new.reads)) == (2, 2)
    assert old[1].leave() is ErrorCode.NONE
    settle([new])
    assert new.reads == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"policy": MigrationPolicy.DOWNGRADE}, "disabled"),
        ({"policy": MigrationPolicy.DISABLED}, "disabled"),
        ({"protocol_type": "connect"}, "no consumers"),
        ({"config": ConsumerGroupConfig(members_max=1)}, "at most 1"),
    ],
)
def test_groups_that_are_not_upgraded(
    coordinator: Coordinator, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refusal, match=reason) as refused:
        upgraded(coordinator, **changes)
    assert refused.value.code is ErrorCode.GROUP_ID_NOT_FOUND
    assert len(upgraded(coordinator, **changes, members=[])) == 1, "an empty one just ends"


def test_the_last_modern_member_goes_and_the_group_is_classic_again(
    coordinator: Coordinator,
) -> None:
    a, b = ClassicConsumer(coordinator, "a"), ClassicConsumer(coordinator, "b")
    modern = Consumer(coordinator, "m", regex="pl.*")
    settle([a, b, modern], rounds=10)
    state = coordinator.state
    assert may_downgrade(state, ["m"], BOTH, 2)
    assert not may_downgrade(state, ["m"], BOTH, 1)
    assert not may_downgrade(state, ["m"], MigrationPolicy.UPGRADE, 2)
    assert not may_downgrade(state, ["a"], BOTH, 2)
    assert not may_downgrade(state, ["a", "b", "m"], BOTH, 2)
    records = downgrade(state, ["m"], topics=coordinator.topics, wall_ms=5)
    value = records[-1].value
    assert (value.protocol_type, value.generation, value.protocol) == (
        "consumer", state.epoch, "cooperative-sticky",
    )  # fmt: skip
    assert [m.member_id for m in value.members] == ["a", "b"]
    for consumer, member in zip((a, b), value.members, strict=True):
        assert read_assignment(member.assignment) == {"flights": set(consumer.reads)}
        assert read_subscription(member.subscription).topic_names == {"flights"}
        assert member.session_timeout == SESSION_MS
    log = list(coordinator.log)
    for record in records[:-1]:
        assert record.value is None
        log.append((encode_key(record.key), None))
    assert replayed(log, coordinator.config).is_untouched
    again = ClassicGroup(GROUP, ClassicConfig())
    again.replay(read_record(encode_key(records[-1].key), encode_value(value)))
    assert again.state is GroupState.STABLE
    assert [m.member_id for m in again.describe().members] == ["a", "b"]
    commit = again.validate_offset_commit("a", None, state.epoch, coordinator.now)
    assert commit[0] is ErrorCode.NONE, "its generation goes on"


def test_a_group_that_was_always_classic_members_is_left_alone(coordinator: Coordinator) -> None:
    settle([ClassicConsumer(coordinator, "a"), ClassicConsumer(coordinator, "b")])
    assert not may_downgrade(coordinator.state, ["a"], BOTH, 9)
