"""Offsets of a classic group, and what it shows and records of itself."""

import pytest

from brokers.groups.classic.commits import OffsetExpiry
from brokers.groups.classic.member import Protocol
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.group_metadata_value import GroupMetadataValue, MemberMetadata
from brokers.wire.coordinator.state_record import GROUP_STATE, StateRecord
from tests.model.groups.classic_shell import GROUP_ID, WALL_MS, Shell, assigning, subscription
from tests.unit.groups.test_classic_joining import stable
from tests.unit.groups.test_classic_syncing import assembled


def txn_commit(shell: Shell, member_id: str, generation: int) -> ErrorCode:
    return shell.group.validate_txn_offset_commit(member_id, None, generation)


def test_without_a_generation_offsets_are_committed_while_nobody_is_there() -> None:
    shell = Shell()
    assert shell.commit("", -1) is ErrorCode.NONE
    assert txn_commit(shell, "", -1) is ErrorCode.NONE
    stable(shell, 1)
    assert shell.commit("", -1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert txn_commit(shell, "", -1) is ErrorCode.NONE


def test_members_of_this_generation_commit() -> None:
    shell = Shell()
    leader, _ = stable(shell, 2)
    assert shell.commit(leader, 1) is ErrorCode.NONE
    assert shell.commit(leader, 0) is ErrorCode.ILLEGAL_GENERATION
    assert shell.commit("stranger", 1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert shell.commit("", 1) is ErrorCode.UNKNOWN_MEMBER_ID
    assert shell.commit(leader, 1, "z") is ErrorCode.UNKNOWN_MEMBER_ID
    shell.join(version=3)
    assert shell.state is GroupState.PREPARING_REBALANCE
    assert shell.commit(leader, 1) is ErrorCode.NONE, "before it gives its partitions up"


def test_between_join_and_assignment_only_transactions_commit() -> None:
    shell = Shell()
    leader, _ = assembled(shell, 2)
    assert shell.commit(leader, 1) is ErrorCode.REBALANCE_IN_PROGRESS
    assert txn_commit(shell, leader, 1) is ErrorCode.NONE
    assert txn_commit(shell, leader, 0) is ErrorCode.ILLEGAL_GENERATION


def test_a_deleted_group_sends_everyone_away() -> None:
    shell = Shell()
    shell.delete()
    assert shell.commit("", -1) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert txn_commit(shell, "", -1) is ErrorCode.COORDINATOR_NOT_AVAILABLE
    answer = shell.joined(shell.join())
    assert answer.error is ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert shell.group.validate_offset_delete() is ErrorCode.GROUP_ID_NOT_FOUND
    assert shell.group.validate_delete() is ErrorCode.GROUP_ID_NOT_FOUND


def test_a_group_with_members_is_not_deleted() -> None:
    shell = Shell()
    stable(shell, 1)
    assert shell.group.validate_delete() is ErrorCode.NON_EMPTY_GROUP
    with pytest.raises(ValueError, match="not Empty"):
        shell.delete()


def test_deleting_writes_a_tombstone_and_forgets_issued_ids() -> None:
    shell = Shell()
    shell.join(version=4)
    shell.delete()
    assert shell.log[-1][1] is None
    assert not shell.timers


def test_topics_of_the_current_generation_are_subscribed() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2)
    assert shell.group.is_subscribed("orders")
    assert not shell.group.is_subscribed("payments")
    shell.join(follower, protocols=assigning("range", "payments"))
    assert not shell.group.is_subscribed("payments"), "no generation with it has begun"
    shell.join(leader)
    assert shell.group.is_subscribed("payments")


def test_subscriptions_are_known_after_a_failover() -> None:
    shell = Shell()
    stable(shell, 2)
    shell.fail_over()
    assert shell.group.is_subscribed("orders")
    assert not shell.group.is_subscribed("payments")


@pytest.mark.parametrize(
    "metadata",
    [b"", b"\0", b"\xff\xff\0\0\0\0", b"\0\0\x7f\xff\xff\xff", subscription("orders")[:-6]],
)
def test_what_cannot_be_read_counts_as_subscribed_to_everything(metadata: bytes) -> None:
    shell = Shell()
    stable(shell, 1, protocols=(Protocol("range", metadata),))
    assert shell.group.is_subscribed("anything")
    assert shell.group.offset_expiry() is OffsetExpiry.NEVER


def test_a_newer_subscription_is_read_by_what_all_versions_begin_with() -> None:
    shell = Shell()
    newer = b"\0\x09" + subscription("orders", version=0)[2:] + b"whatever follows"
    stable(shell, 1, protocols=(Protocol("range", newer),))
    assert not shell.group.is_subscribed("payments")
    assert shell.group.is_subscribed("orders")


def test_of_other_kinds_of_group_no_topic_is_subscribed_and_no_offset_is_deleted() -> None:
    shell = Shell()
    stable(shell, 1, protocol_type="connect", protocols=(Protocol("sessioned", b"?"),))
    assert not shell.group.is_subscribed("orders")
    assert shell.group.validate_offset_delete() is ErrorCode.NON_EMPTY_GROUP


def test_when_offsets_expire() -> None:
    shell = Shell()
    assert shell.group.offset_expiry() is OffsetExpiry.FROM_COMMIT
    (member_id,) = stable(shell, 1)
    assert shell.group.offset_expiry() is OffsetExpiry.FROM_COMMIT
    shell.join(member_id, protocols=assigning("range", "orders", "payments"))
    assert shell.state is GroupState.COMPLETING_REBALANCE
    assert shell.group.offset_expiry() is OffsetExpiry.NEVER
    shell.pass_time(100_000)
    assert shell.state is GroupState.EMPTY
    assert shell.group.offset_expiry() is OffsetExpiry.FROM_EMPTY


def test_what_is_shown() -> None:
    shell = Shell()
    assert shell.group.describe().members == ()
    leader, _ = assembled(shell, 2)
    before = shell.group.describe()
    assert (before.state, before.protocol_type) == ("CompletingRebalance", "consumer")
    assert before.protocol_name == ""
    assert before.members[0].metadata == b""
    shell.sync(leader, 1, {leader: b"L"})
    after = shell.group.describe()
    assert (after.state, after.protocol_name) == ("Stable", "range")
    (led,) = [member for member in after.members if member.member_id == leader]
    assert (led.metadata, led.assignment) == (subscription("orders"), b"L")
    assert (led.client_id, led.client_host) == ("app", "/10.0.0.1")
    assert shell.group.listing().state == "Stable"


def test_what_is_recorded_is_what_kafka_records() -> None:
    shell = Shell()
    token = shell.join(version=5, instance_id="a", rebalance_ms=40_000)
    shell.pass_time(3_000)
    shell.sync("a-1", 1, {"a-1": b"A"})
    assert shell.joined(token).generation == 1
    records = []
    for key_bytes, value_bytes in shell.log:
        key = GROUP_STATE.decode_key(key_bytes)
        assert value_bytes is not None
        records.append(StateRecord(key, GROUP_STATE.decode_value(key, value_bytes)))
    unused = GroupMetadataValue(
        protocol_type="", generation=0, protocol=None, leader=None,
        current_state_timestamp=WALL_MS + 1_000, members=[],
    )  # fmt: skip
    member = MemberMetadata(
        member_id="a-1", group_instance_id="a", client_id="app", client_host="/10.0.0.1",
        rebalance_timeout=40_000, session_timeout=10_000,
        subscription=subscription("orders"), assignment=b"A",
    )  # fmt: skip
    used = GroupMetadataValue(
        protocol_type="consumer", generation=1, protocol="range", leader="a-1",
        current_state_timestamp=WALL_MS + 4_000, members=[member],
    )  # fmt: skip
    key = GroupMetadataKey(GROUP_ID)
    assert records == [StateRecord(key, unused), StateRecord(key, used)]


def test_a_record_of_before_rebalance_timeouts_counts_the_session_timeout() -> None:
    shell = Shell()
    member = MemberMetadata(
        member_id="m", rebalance_timeout=-1, session_timeout=7_000, subscription=b"?"
    )
    value = GroupMetadataValue("consumer", 4, "range", "m", -1, [member])
    shell.group.replay(StateRecord(GroupMetadataKey(GROUP_ID), value))
    assert shell.group._group.roster.rebalance_timeout_ms() == 7_000
    assert shell.heartbeat("m", 4) is ErrorCode.NONE
