"""SyncGroup, Heartbeat and LeaveGroup of a classic group, and its timers."""

from brokers.groups.classic.requests import Departure
from brokers.groups.classic.results import SyncResult
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell
from tests.unit.groups.test_classic_joining import stable


def assembled(shell: Shell, count: int, **join: object) -> list[str]:
    """A generation that waits for its leader's assignment, the leader first."""
    tokens = [shell.join(version=3, **join) for _ in range(count)]  # type: ignore[arg-type]
    shell.pass_time(6_000)
    answers = [shell.joined(token) for token in tokens]
    return sorted((a.member_id for a in answers), key=lambda m: m != answers[0].leader)


def test_followers_wait_for_the_leader_and_late_ones_do_not() -> None:
    shell = Shell()
    leader, early, late = assembled(shell, 3)
    waiting = shell.sync(early, 1)
    assert shell.answer(waiting) is None
    assert shell.heartbeat(early, 1) is ErrorCode.NONE, "a generation has begun"
    records = len(shell.log)
    led = shell.sync(leader, 1, {leader: b"L", early: b"E"})
    assert len(shell.log) == records + 1
    expected = [(ErrorCode.NONE, b"L"), (ErrorCode.NONE, b"E"), (ErrorCode.NONE, b"")]
    tokens = [led, waiting, shell.sync(late, 1)]
    assert [(shell.answers[t].error, shell.answers[t].assignment) for t in tokens] == expected
    assert shell.answers[led] == SyncResult(ErrorCode.NONE, "consumer", "range", b"L")


def test_whoever_the_leader_leaves_out_reads_nothing() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2)
    shell.join(leader)
    shell.join(follower)
    shell.sync(leader, 2, {leader: b"everything"})
    assert shell.answers[shell.sync(follower, 2)].assignment == b""


def test_only_this_generation_of_these_protocols_is_synced() -> None:
    shell = Shell()
    leader, follower = assembled(shell, 2)
    answers = [
        shell.sync("stranger", 1),
        shell.sync(follower, 0),
        shell.sync(follower, 2),
        shell.sync(follower, 1, protocol_type="connect"),
        shell.sync(follower, 1, protocol_type="consumer", protocol_name="sticky"),
    ]
    assert [shell.answers[token].error for token in answers] == [
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.ILLEGAL_GENERATION,
        ErrorCode.ILLEGAL_GENERATION,
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
        ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    ]
    good = shell.sync(leader, 1, protocol_type="consumer", protocol_name="range")
    assert shell.answers[good].error is ErrorCode.NONE


def test_syncs_that_wait_are_sent_to_join_when_someone_joins() -> None:
    shell = Shell()
    _, follower = assembled(shell, 2)
    waiting = shell.sync(follower, 1)
    shell.join(version=3)
    assert shell.answers[waiting].error is ErrorCode.REBALANCE_IN_PROGRESS
    asked = shell.sync(follower, 1)
    assert shell.answers[asked].error is ErrorCode.REBALANCE_IN_PROGRESS


def test_a_second_sync_of_a_waiting_member_takes_over() -> None:
    shell = Shell()
    leader, follower = assembled(shell, 2)
    first, second = shell.sync(follower, 1), shell.sync(follower, 1)
    assert shell.answers[first].error is ErrorCode.REBALANCE_IN_PROGRESS
    shell.sync(leader, 1, {follower: b"F"})
    assert shell.answers[second].assignment == b"F"


def test_an_assignment_that_cannot_be_recorded_is_given_to_nobody() -> None:
    shell = Shell()
    leader, follower = assembled(shell, 2)
    waiting = shell.sync(follower, 1)
    shell.can_append = False
    led = shell.sync(leader, 1, {follower: b"F"})
    assert shell.answers[led] is ErrorCode.UNKNOWN_SERVER_ERROR
    assert shell.answer(waiting) is None
    assert shell.state is GroupState.COMPLETING_REBALANCE
    shell.can_append = True
    shell.sync(leader, 1, {follower: b"F"})
    assert shell.answers[waiting].assignment == b"F"


def test_members_that_do_not_sync_in_time_are_out() -> None:
    shell = Shell()
    leader, follower, idle = assembled(shell, 3, rebalance_ms=9_000, session_ms=60_000)
    waiting = shell.sync(follower, 1)
    shell.sync(leader, 1, {})
    assert shell.answers[waiting].error is ErrorCode.NONE
    shell.pass_time(8_999)
    assert shell.state is GroupState.STABLE
    shell.pass_time(1)
    assert shell.state is GroupState.PREPARING_REBALANCE
    assert idle not in {m.member_id for m in shell.group.describe().members}


def test_members_that_have_synced_stay() -> None:
    shell = Shell()
    ids = stable(shell, 3, rebalance_ms=9_000)
    for _ in range(4):
        shell.pass_time(5_000)
        assert {shell.heartbeat(member_id, 1) for member_id in ids} == {ErrorCode.NONE}


def test_a_silent_member_is_out_after_its_session_and_the_others_join_again() -> None:
    shell = Shell()
    leader, silent = stable(shell, 2, session_ms=6_000)
    for _ in range(3):
        shell.pass_time(2_000)
        error = shell.heartbeat(leader, 1)
    assert error is ErrorCode.REBALANCE_IN_PROGRESS
    token = shell.join(leader)
    assert [m.member_id for m in shell.joined(token).members] == [leader]
    assert shell.heartbeat(silent, 1) is ErrorCode.UNKNOWN_MEMBER_ID


def test_a_member_whose_join_waits_is_not_silent() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2, session_ms=6_000, rebalance_ms=60_000)
    shell.join(version=3, session_ms=6_000)
    token = shell.join(leader, session_ms=6_000)
    for _ in range(10):
        shell.pass_time(5_000)
        shell.heartbeat(follower, 1)
    assert shell.answer(token) is None
    shell.join(follower)
    assert shell.joined(token).generation == 2
    assert len(shell.joined(token).members) == 3


def test_a_commit_is_a_sign_of_life() -> None:
    shell = Shell()
    (member_id,) = stable(shell, 1, session_ms=6_000)
    for _ in range(4):
        shell.pass_time(5_000)
        assert shell.commit(member_id, 1) is ErrorCode.NONE
    shell.pass_time(6_000)
    assert shell.state is GroupState.EMPTY


def test_leaving_is_noticed_at_once() -> None:
    shell = Shell()
    leader, other, third = stable(shell, 3)
    assert shell.leave(Departure(leader), Departure("stranger"), Departure(other)) == [
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_MEMBER_ID,
        ErrorCode.NONE,
    ]
    assert shell.heartbeat(third, 1) is ErrorCode.REBALANCE_IN_PROGRESS
    assert shell.joined(shell.join(third)).leader == third


def test_the_last_to_leave_empties_the_group_for_good() -> None:
    shell = Shell()
    (member_id,) = stable(shell, 1)
    shell.pass_time(1_000)
    shell.leave(Departure(member_id))
    assert shell.state is GroupState.EMPTY
    assert shell.group.recorded_ms == shell.wall_ms
    shell.fail_over()
    assert shell.state is GroupState.EMPTY
    assert shell.group.listing().protocol_type == "consumer"
    token = shell.join(version=3)
    shell.pass_time(3_000)
    assert shell.joined(token).generation == 3, "an empty generation counts too"


def test_someone_who_has_an_id_but_has_not_joined_may_leave() -> None:
    shell = Shell()
    stable(shell, 1)
    told = shell.joined(shell.join(version=4))
    assert shell.leave(Departure(told.member_id)) == [ErrorCode.NONE]
    assert shell.state is GroupState.STABLE
    assert shell.joined(shell.join(told.member_id)).error is ErrorCode.UNKNOWN_MEMBER_ID


def test_whoever_leaves_while_it_waits_is_answered() -> None:
    shell = Shell()
    leader, follower = assembled(shell, 2)
    synced = shell.sync(follower, 1)
    shell.leave(Departure(follower))
    assert shell.answers[synced].error is ErrorCode.UNKNOWN_MEMBER_ID
    newcomer = shell.join(version=3)
    (newcomer_id,) = [m.member_id for m in shell.group.describe().members if m.member_id != leader]
    shell.leave(Departure(newcomer_id))
    assert shell.joined(newcomer).error is ErrorCode.UNKNOWN_MEMBER_ID
    assert shell.joined(newcomer).member_id == ""


def test_a_closed_connection_s_sync_counts_and_is_answered_to_nobody() -> None:
    shell = Shell()
    leader, follower = assembled(shell, 2)
    shell.drop_connection(shell.sync(follower, 1))
    shell.sync(leader, 1, {follower: b"F"})
    assert shell.answers[shell.sync(follower, 1)].assignment == b"F"
