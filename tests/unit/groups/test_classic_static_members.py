"""Static members: a place in the group that outlives a restart (KIP-345, KIP-814)."""

import pytest

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell, assigning

BOTH = assigning("range", "orders") + assigning("sticky", "orders")


def stable(shell: Shell, *instances: str, **join: object) -> dict[str, str]:
    """A stable group of these static members, the first of them leading. Their member ids."""
    tokens = {
        name: shell.join(instance_id=name, version=5, **join)  # type: ignore[arg-type]
        for name in instances
    }
    shell.pass_time(6_000)
    ids = {name: shell.joined(token).member_id for name, token in tokens.items()}
    assert shell.joined(tokens[instances[0]]).leader == ids[instances[0]]
    for name in reversed(instances):
        shell.sync(ids[name], 1, {m: n.encode() for n, m in ids.items()}, instance_id=name)
    assert shell.state is GroupState.STABLE
    return ids


def test_a_static_member_joins_without_being_told_its_id_first() -> None:
    shell = Shell()
    token = shell.join(instance_id="a", version=9)
    shell.pass_time(3_000)
    assert shell.joined(token).member_id == "a-1"


def test_a_restarted_follower_has_its_assignment_back_and_nobody_notices() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    answer = shell.joined(shell.join(instance_id="b", version=5))
    assert answer.error is ErrorCode.NONE
    assert answer.member_id not in ids.values()
    assert (answer.generation, answer.leader) == (1, ids["a"])
    assert shell.heartbeat(ids["a"], 1, "a") is ErrorCode.NONE
    synced = shell.sync(answer.member_id, 1, instance_id="b")
    assert shell.answers[synced].assignment == b"b"


@pytest.mark.parametrize("verb", ["heartbeat", "commit", "sync", "join", "leave"])
def test_its_former_self_is_fenced(verb: str) -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    shell.join(instance_id="b")
    old = ids["b"]
    match verb:
        case "heartbeat":
            error = shell.heartbeat(old, 1, "b")
        case "commit":
            error = shell.commit(old, 1, "b")
        case "sync":
            error = shell.answers[shell.sync(old, 1, instance_id="b")].error
        case "join":
            error = shell.joined(shell.join(old, instance_id="b")).error
        case _:
            (error,) = shell.leave(Departure(old, "b"))
    assert error is ErrorCode.FENCED_INSTANCE_ID


def test_the_replacement_is_recorded_before_it_is_answered() -> None:
    shell = Shell()
    stable(shell, "a", "b")
    records = len(shell.log)
    new = shell.joined(shell.join(instance_id="b", protocols=BOTH)).member_id
    assert len(shell.log) == records + 1
    shell.fail_over()
    assert shell.heartbeat(new, 1, "b") is ErrorCode.NONE
    assert shell.answers[shell.sync(new, 1, instance_id="b")].assignment == b"b"


def test_a_replacement_that_cannot_be_recorded_has_not_happened() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    shell.can_append = False
    shell.join(instance_id="b")
    assert shell.heartbeat(ids["b"], 1, "b") is ErrorCode.NONE


def test_a_restarted_leader_that_understands_it_is_told_to_skip_the_assignment() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    answer = shell.joined(shell.join(instance_id="a", version=9))
    assert answer.skip_assignment
    assert answer.leader == answer.member_id
    assert {m.member_id for m in answer.members} == {answer.member_id, ids["b"]}
    synced = shell.sync(answer.member_id, 1, instance_id="a")
    assert shell.answers[synced].assignment == b"a"
    assert shell.state is GroupState.STABLE


def test_an_older_restarted_leader_is_told_that_its_former_self_leads() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    answer = shell.joined(shell.join(instance_id="a", version=8))
    assert not answer.skip_assignment
    assert answer.leader == ids["a"] != answer.member_id
    assert answer.members == ()
    # It is the leader all the same: joining again has everyone join again.
    assert shell.answer(shell.join(answer.member_id, instance_id="a", version=8)) is None
    assert shell.state is GroupState.PREPARING_REBALANCE


def test_a_restart_that_changes_the_elected_protocol_rebalances() -> None:
    shell = Shell()
    ids = stable(shell, "a", protocols=BOTH)
    token = shell.join(instance_id="a", protocols=tuple(reversed(BOTH)))
    assert shell.joined(token).generation == 2, "it is the only member, nobody is waited for"
    assert shell.joined(token).protocol_name == "sticky"
    assert shell.heartbeat(ids["a"], 2, "a") is ErrorCode.FENCED_INSTANCE_ID


def test_a_restart_while_joins_wait_takes_the_place_of_the_waiting_one() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b")
    first = shell.join(ids["a"], instance_id="a")
    second = shell.join(instance_id="a")
    assert shell.joined(first).error is ErrorCode.FENCED_INSTANCE_ID
    shell.join(ids["b"], instance_id="b")
    assert shell.joined(second).generation == 2
    assert shell.joined(second).leader == shell.joined(second).member_id


def test_a_restart_while_the_assignment_is_made_begins_another_rebalance() -> None:
    """The leader may be assigning to the former id at this moment."""
    shell = Shell()
    tokens = [shell.join(instance_id=name, version=5) for name in ("a", "b", "c")]
    shell.pass_time(6_000)
    ids = [shell.joined(token).member_id for token in tokens]
    waiting = [shell.sync(member_id, 1) for member_id in ids[1:]]
    shell.join(instance_id="b", version=5)
    assert shell.state is GroupState.PREPARING_REBALANCE
    assert [shell.answers[token].error for token in waiting] == [
        ErrorCode.FENCED_INSTANCE_ID,
        ErrorCode.REBALANCE_IN_PROGRESS,
    ]


def test_a_member_that_restarts_instead_of_syncing_must_sync_all_the_same() -> None:
    shell = Shell()
    join = {"version": 5, "rebalance_ms": 7_000, "session_ms": 30_000}
    tokens = [shell.join(instance_id=name, **join) for name in ("a", "b")]  # type: ignore[arg-type]
    shell.pass_time(6_000)
    shell.sync(shell.joined(tokens[0]).member_id, 1, {})
    shell.join(instance_id="b", **join)  # type: ignore[arg-type]
    assert shell.state is GroupState.STABLE
    shell.pass_time(7_000)
    assert {m.instance_id for m in shell.group.describe().members} == {"a"}


def test_a_static_member_that_is_away_during_a_rebalance_keeps_its_place() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b", rebalance_ms=7_000, session_ms=30_000)
    token = shell.join(ids["a"], instance_id="a", rebalance_ms=7_000, session_ms=30_000)
    shell.pass_time(7_000)
    assert {m.member_id for m in shell.joined(token).members} == set(ids.values())
    shell.sync(ids["a"], 2, {ids["b"]: b"for b"}, instance_id="a")
    shell.pass_time(6_000)
    synced = shell.sync(ids["b"], 2, instance_id="b")
    assert shell.answers[synced].assignment == b"for b"


def test_no_generation_is_made_of_absent_static_members_alone() -> None:
    shell = Shell()
    ids = stable(shell, "a", "b", rebalance_ms=7_000, session_ms=30_000)
    told = shell.join(version=3, rebalance_ms=7_000)
    (newcomer,) = {m.member_id for m in shell.group.describe().members} - set(ids.values())
    shell.leave(Departure(newcomer))
    assert shell.joined(told).error is ErrorCode.UNKNOWN_MEMBER_ID
    shell.pass_time(20_000)
    assert shell.state is GroupState.PREPARING_REBALANCE
    assert shell.heartbeat(ids["b"], 1, "b") is ErrorCode.REBALANCE_IN_PROGRESS
    token = shell.join(ids["b"], instance_id="b", rebalance_ms=7_000, session_ms=30_000)
    shell.pass_time(7_000)
    assert shell.joined(token).leader == ids["b"]


def test_an_administrator_removes_members_by_instance_id() -> None:
    shell = Shell()
    stable(shell, "a", "b")
    assert shell.leave(Departure("", "b"), Departure("", "z")) == [
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_MEMBER_ID,
    ]
    assert {m.instance_id for m in shell.group.describe().members} == {"a"}


def test_a_restart_needs_no_room_in_a_full_group() -> None:
    """Kafka turns a restarted static member of a full group away."""
    shell = Shell(ClassicConfig(members_max=2))
    stable(shell, "a", "b")
    assert shell.joined(shell.join(instance_id="b")).error is ErrorCode.NONE
    answer = shell.joined(shell.join(instance_id="c"))
    assert answer.error is ErrorCode.GROUP_MAX_SIZE_REACHED
