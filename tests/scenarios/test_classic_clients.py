"""What real clients do with a classic group, from the first JoinGroup to the last LeaveGroup."""

import pytest

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.member import Protocol
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell, subscription
from tests.scenarios.classic_consumer import Consumer, run, shares


def test_kafka_python_two_consumers_share_and_one_takes_over() -> None:
    """JoinGroup 8: an id first."""
    shell = Shell()
    one, two = Consumer(shell, 8), Consumer(shell, 8)
    run(shell, one, two, seconds=10)
    assert shares(one, two) == [b"\0\2", b"\1\3"]
    assert {one.joins, two.joins} == {2}, "once for the id, once with it"
    one.close()
    run(shell, two, seconds=5)
    assert two.assignment == b"\0\1\2\3"
    two.close()
    assert shell.state is GroupState.EMPTY


def test_a_killed_consumer_s_partitions_are_read_again_after_its_session() -> None:
    shell = Shell()
    alive, killed = Consumer(shell, 8), Consumer(shell, 8)
    run(shell, alive, killed, seconds=10)
    run(shell, alive, seconds=9)
    assert len(alive.assignment or b"") == 2
    run(shell, alive, seconds=3)
    assert alive.assignment == b"\0\1\2\3"
    assert killed.heartbeat() is ErrorCode.UNKNOWN_MEMBER_ID
    run(shell, alive, killed, seconds=5)
    assert shares(alive, killed) == [b"\0\2", b"\1\3"]


def test_aiokafka_static_members_never_say_who_they_are_and_are_never_fenced() -> None:
    """JoinGroup 5 with an instance id, Heartbeat 1 and OffsetCommit 3 without."""
    shell = Shell()
    one = Consumer(shell, 5, instance_id="one", says_instance_in_heartbeat=False)
    two = Consumer(shell, 5, instance_id="two", says_instance_in_heartbeat=False)
    run(shell, one, two, seconds=10)
    assert shares(one, two) == [b"\0\2", b"\1\3"]
    assert shell.commit(one.member_id, one.generation) is ErrorCode.NONE
    assert one.errors == two.errors == []


def test_aiokafka_before_static_membership_joins_at_once() -> None:
    """JoinGroup 2: no id is asked for first."""
    shell = Shell()
    one = Consumer(shell, 2)
    run(shell, one, seconds=4)
    assert one.assignment == b"\0\1\2\3"
    assert one.joins == 1


def test_kafkajs_starts_at_once_where_there_is_no_initial_delay() -> None:
    shell = Shell(ClassicConfig(initial_rebalance_delay_ms=0))
    one, two = Consumer(shell, 5), Consumer(shell, 5)
    one.poll()
    shell.pass_time(0)
    one.poll()
    assert one.assignment == b"\0\1\2\3"
    two.poll()
    assert one.heartbeat() is ErrorCode.REBALANCE_IN_PROGRESS
    for consumer in (one, two, one):
        consumer.poll()
    assert shares(one, two) == [b"\0\2", b"\1\3"]
    assert shell.now_ms == 1_000, "no time has passed"


def cooperative(shell: Shell) -> Consumer:
    protocols = (Protocol("cooperative-sticky", subscription("orders", version=2)),)
    return Consumer(shell, 5, protocols=protocols)


def test_librdkafka_cooperative_takes_two_rebalances_to_move_partitions() -> None:
    """First the one that has everything gives up, then the other is given; each by a join."""
    shell = Shell()
    old, new = cooperative(shell), cooperative(shell)
    run(shell, old, seconds=5)
    assert old.assignment == b"\0\1\2\3"

    old.assign = lambda ids: {old.member_id: b"\0\1"}
    run(shell, old, new, seconds=3)
    assert shares(old, new) == [b"", b"\0\1"]
    assert old.generation == new.generation == 2

    # What it has revoked is in its metadata: the leader joins again, and everyone with it.
    old.assign = lambda ids: {old.member_id: b"\0\1", new.member_id: b"\2\3"}
    old.protocols = (Protocol("cooperative-sticky", subscription("orders", version=3)),)
    old.rejoin()
    assert new.heartbeat() is ErrorCode.REBALANCE_IN_PROGRESS
    run(shell, old, new, seconds=3)
    assert shares(old, new) == [b"\0\1", b"\2\3"]
    assert old.generation == new.generation == 3


@pytest.mark.parametrize("restarted", [0, 1])
def test_java_static_members_restart_one_after_the_other_and_nobody_rebalances(
    restarted: int,
) -> None:
    """A rolling restart (JoinGroup 9): clients close without leaving, and come back in time."""
    shell = Shell()
    fleet = [Consumer(shell, 9, instance_id=f"pod-{n}") for n in range(2)]
    run(shell, *fleet, seconds=10)
    before = fleet[restarted].assignment
    fleet[restarted] = Consumer(shell, 9, instance_id=f"pod-{restarted}")
    run(shell, *fleet, seconds=5)
    assert fleet[restarted].assignment == before
    assert {consumer.generation for consumer in fleet} == {1}
    assert {consumer.joins for consumer in fleet} == {1}
    assert all(consumer.errors == [] for consumer in fleet)


def test_two_java_clients_with_one_instance_id_the_newer_wins() -> None:
    shell = Shell()
    older = Consumer(shell, 9, instance_id="pod")
    run(shell, older, seconds=5)
    newer = Consumer(shell, 9, instance_id="pod")
    run(shell, newer, seconds=5)
    assert newer.assignment == b"\0\1\2\3"
    assert older.heartbeat() is ErrorCode.FENCED_INSTANCE_ID
    assert newer.errors == []


def test_consumers_live_through_a_failover_without_a_rebalance() -> None:
    shell = Shell()
    one, two = Consumer(shell, 9), Consumer(shell, 9)
    run(shell, one, two, seconds=10)
    shell.fail_over()
    run(shell, one, two, seconds=20)
    assert {one.generation, two.generation} == {1}
    assert shares(one, two) == [b"\0\2", b"\1\3"]


def test_a_failover_in_the_middle_of_a_rebalance_ends_in_another() -> None:
    """The generation that had begun was not recorded: its members are told so and join again."""
    shell = Shell()
    one, two = Consumer(shell, 9), Consumer(shell, 9)
    run(shell, one, seconds=5)
    two.poll()
    shell.join(one.member_id, version=9)
    assert shell.state is GroupState.COMPLETING_REBALANCE
    one.generation = 2
    shell.fail_over()
    assert one.heartbeat() is ErrorCode.ILLEGAL_GENERATION
    run(shell, one, two, seconds=20)
    assert shares(one, two) == [b"\0\2", b"\1\3"]
    assert one.generation == two.generation


def test_a_thousand_members_make_one_generation() -> None:
    shell = Shell(compares=False)
    tokens = [shell.join(version=3, rebalance_ms=300_000) for _ in range(1_000)]
    shell.pass_time(6_000)
    answers = [shell.joined(token) for token in tokens]
    assert {answer.generation for answer in answers} == {1}
    leader = answers[0].leader
    assert len(answers[0].members) == 1_000
    shell.sync(leader, 1, {answer.member_id: b"x" for answer in answers})
    assert shell.state is GroupState.STABLE
    assert shell.joined(shell.join(version=3)).error is ErrorCode.GROUP_MAX_SIZE_REACHED
