"""Joining a classic group: who gets in, when, and what they are told."""

import pytest

from brokers.groups.classic.config import ClassicConfig
from brokers.groups.classic.member import Protocol, name_member
from brokers.groups.classic.states import GroupState
from brokers.kernel.errors import ErrorCode
from tests.model.groups.classic_shell import Shell, assigning, subscription

RANGE_AND_STICKY = assigning("range", "orders") + assigning("sticky", "orders")


def stable(shell: Shell, count: int, **join: object) -> list[str]:
    """A stable group of so many dynamic members, the leader first."""
    tokens = [shell.join(version=3, **join) for _ in range(count)]  # type: ignore[arg-type]
    shell.pass_time(shell.config.initial_rebalance_delay_ms * 2)
    answers = [shell.joined(token) for token in tokens]
    ids = sorted((a.member_id for a in answers), key=lambda m: m != answers[0].leader)
    for member_id in reversed(ids):
        shell.sync(member_id, answers[0].generation, {m: m.encode() for m in ids})
    assert shell.state is GroupState.STABLE
    return ids


def test_a_dynamic_member_is_told_its_id_and_joins_with_it() -> None:
    shell = Shell()
    told = shell.joined(shell.join(version=4, client_id="app"))
    assert told.error is ErrorCode.MEMBER_ID_REQUIRED
    assert told.member_id == "app-1"
    assert told.generation == -1

    token = shell.join(told.member_id, version=4)
    assert shell.answer(token) is None, "an empty group waits for more members"
    shell.pass_time(3_000)
    joined = shell.joined(token)
    assert (joined.error, joined.generation) == (ErrorCode.NONE, 1)
    assert joined.leader == joined.member_id == "app-1"
    assert [m.member_id for m in joined.members] == ["app-1"]
    assert joined.members[0].metadata == subscription("orders")
    assert (joined.protocol_type, joined.protocol_name) == ("consumer", "range")
    assert not joined.skip_assignment


@pytest.mark.parametrize("version", [0, 3])
def test_an_old_client_is_let_in_without_an_id(version: int) -> None:
    shell = Shell()
    token = shell.join(version=version)
    shell.pass_time(3_000)
    assert shell.joined(token).error is ErrorCode.NONE


def test_an_id_that_nobody_was_told_is_unknown() -> None:
    shell = Shell()
    assert shell.joined(shell.join("made-up")).error is ErrorCode.UNKNOWN_MEMBER_ID
    assert shell.group.is_untouched
    assert shell.log == []


def test_an_issued_id_lapses_after_the_session_timeout() -> None:
    shell = Shell()
    told = shell.joined(shell.join(version=4, session_ms=6_000))
    shell.pass_time(5_999)
    assert not shell.group.is_untouched
    shell.pass_time(1)
    assert shell.joined(shell.join(told.member_id)).error is ErrorCode.UNKNOWN_MEMBER_ID


@pytest.mark.parametrize(
    ("session_ms", "error"),
    [
        (5_999, ErrorCode.INVALID_SESSION_TIMEOUT),
        (6_000, ErrorCode.MEMBER_ID_REQUIRED),
        (1_800_000, ErrorCode.MEMBER_ID_REQUIRED),
        (1_800_001, ErrorCode.INVALID_SESSION_TIMEOUT),
    ],
)
def test_the_session_timeout_has_bounds(session_ms: int, error: ErrorCode) -> None:
    shell = Shell()
    assert shell.joined(shell.join(session_ms=session_ms)).error is error


@pytest.mark.parametrize(
    ("protocol_type", "protocols"), [("", assigning("range")), ("consumer", ())]
)
def test_a_member_of_an_empty_group_must_name_a_protocol(
    protocol_type: str, protocols: tuple[Protocol, ...]
) -> None:
    shell = Shell()
    answer = shell.joined(shell.join(protocol_type=protocol_type, protocols=protocols))
    assert answer.error is ErrorCode.INCONSISTENT_GROUP_PROTOCOL


def test_nobody_joins_whose_kind_or_protocols_do_not_match() -> None:
    shell = Shell()
    stable(shell, 2)
    connect = shell.joined(shell.join(protocol_type="connect"))
    assert connect.error is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    other = shell.joined(shell.join(protocols=assigning("roundrobin")))
    assert other.error is ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    assert shell.state is GroupState.STABLE


def test_the_protocol_that_most_like_best_wins_among_those_that_all_support() -> None:
    shell = Shell()
    liked = assigning("sticky", "orders") + assigning("range", "orders")
    alone = assigning("cooperative") + assigning("range", "orders") + assigning("sticky", "orders")
    tokens = [shell.join(version=3, protocols=p) for p in (alone, liked, liked)]
    shell.pass_time(6_000)
    assert {shell.joined(token).protocol_name for token in tokens} == {"sticky"}


def test_the_initial_delay_is_extended_while_members_come_but_not_past_the_rebalance_timeout() -> (
    None
):
    shell = Shell()
    first = shell.join(version=3, rebalance_ms=8_000)
    for _ in range(4):
        shell.pass_time(2_000)
        shell.join(version=3, rebalance_ms=8_000)
        assert shell.waiting or shell.now_ms >= 9_000
    assert shell.joined(first).generation == 1
    # The last one came at the deadline itself, after the generation had begun.
    assert len(shell.joined(first).members) == 4


def test_a_lone_member_waits_for_one_delay_only() -> None:
    shell = Shell()
    token = shell.join(version=3)
    shell.pass_time(2_999)
    assert shell.answer(token) is None
    shell.pass_time(1)
    assert shell.joined(token).generation == 1


def test_a_new_member_makes_everyone_join_again() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2)
    newcomer = shell.join(version=3)
    assert shell.state is GroupState.PREPARING_REBALANCE
    assert shell.heartbeat(leader, 1) is ErrorCode.REBALANCE_IN_PROGRESS
    tokens = [shell.join(follower), shell.join(leader), newcomer]
    assert {shell.joined(token).generation for token in tokens} == {2}
    assert {shell.joined(token).leader for token in tokens} == {leader}
    assert shell.heartbeat(follower, 1) is ErrorCode.ILLEGAL_GENERATION
    assert shell.heartbeat(follower, 2) is ErrorCode.NONE


def test_whoever_does_not_join_again_in_time_is_out_and_another_leads() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2, rebalance_ms=7_000, session_ms=30_000)
    token = shell.join(follower, protocols=RANGE_AND_STICKY, rebalance_ms=7_000)
    shell.pass_time(6_999)
    assert shell.answer(token) is None
    shell.pass_time(1)
    assert shell.joined(token).leader == follower
    assert [m.member_id for m in shell.joined(token).members] == [follower]
    assert shell.joined(shell.join(leader)).error is ErrorCode.UNKNOWN_MEMBER_ID


def test_without_a_rebalance_timeout_the_session_timeout_counts() -> None:
    shell = Shell()
    _, follower = stable(shell, 2, rebalance_ms=-1, session_ms=9_000)
    token = shell.join(follower, protocols=RANGE_AND_STICKY, rebalance_ms=-1, session_ms=9_000)
    for _ in range(4):
        shell.pass_time(2_000)
    assert shell.answer(token) is None
    shell.pass_time(1_000)
    assert shell.joined(token).generation == 2


def test_a_follower_without_news_is_answered_at_once() -> None:
    shell = Shell()
    leader, follower = stable(shell, 2)
    answer = shell.joined(shell.join(follower))
    assert (answer.generation, answer.leader, answer.members) == (1, leader, ())
    assert shell.state is GroupState.STABLE


def test_a_follower_with_news_or_the_leader_rebalances() -> None:
    for joins in (0, 1):
        shell = Shell()
        ids = stable(shell, 2)
        protocols = (
            assigning("range", "orders", "payments") if joins else assigning("range", "orders")
        )
        assert shell.answer(shell.join(ids[joins], protocols=protocols)) is None
        assert shell.state is GroupState.PREPARING_REBALANCE


def test_a_join_repeated_before_the_assignment_gets_the_generation_again() -> None:
    shell = Shell()
    tokens = [shell.join(version=3), shell.join(version=3)]
    shell.pass_time(6_000)
    first = [shell.joined(token) for token in tokens]
    again = [shell.joined(shell.join(answer.member_id)) for answer in first]
    assert again == first
    assert shell.state is GroupState.COMPLETING_REBALANCE


def test_a_second_join_of_a_waiting_member_takes_over_and_the_first_is_answered() -> None:
    shell = Shell()
    told = shell.joined(shell.join(version=4))
    first = shell.join(told.member_id)
    second = shell.join(told.member_id)
    assert shell.joined(first).error is ErrorCode.REBALANCE_IN_PROGRESS
    shell.pass_time(6_000)
    assert shell.joined(second).error is ErrorCode.NONE
    assert shell.joined(second).leader == told.member_id


def test_a_full_group_takes_nobody_else() -> None:
    shell = Shell(ClassicConfig(members_max=2))
    stable(shell, 2)
    for version in (3, 9):
        answer = shell.joined(shell.join(version=version))
        assert (answer.error, answer.member_id) == (ErrorCode.GROUP_MAX_SIZE_REACHED, "")
    assert shell.state is GroupState.STABLE


def test_ids_that_were_issued_are_bounded_too() -> None:
    shell = Shell(ClassicConfig(members_max=2))
    answers = [shell.joined(shell.join()) for _ in range(3)]
    assert [a.error for a in answers] == [
        ErrorCode.MEMBER_ID_REQUIRED,
        ErrorCode.MEMBER_ID_REQUIRED,
        ErrorCode.GROUP_MAX_SIZE_REACHED,
    ]


def test_a_static_member_s_return_is_no_growth() -> None:
    shell = Shell(ClassicConfig(metadata_bytes_max=100))
    wide = (Protocol("range", bytes(60)),)
    shell.join(instance_id="a", version=5, protocols=wide)
    again = shell.join(instance_id="a", version=5, protocols=wide)
    shell.pass_time(3_000)
    assert shell.joined(again).error is ErrorCode.NONE


def test_what_members_say_is_bounded_together() -> None:
    shell = Shell(ClassicConfig(metadata_bytes_max=100))
    wide = (Protocol("range", bytes(60)),)
    shell.join(version=3, protocols=wide)
    assert shell.joined(shell.join(version=3, protocols=wide)).error is (
        ErrorCode.GROUP_MAX_SIZE_REACHED
    )
    shell.pass_time(3_000)
    assert shell.state is GroupState.COMPLETING_REBALANCE


def test_a_group_over_a_lowered_limit_drops_who_joins_last() -> None:
    shell = Shell()
    ids = stable(shell, 3)
    shell.fail_over(ClassicConfig(members_max=2))
    assert shell.state is GroupState.PREPARING_REBALANCE
    tokens = [shell.join(member_id) for member_id in ids]
    assert [shell.joined(token).error for token in tokens] == [
        ErrorCode.NONE,
        ErrorCode.NONE,
        ErrorCode.GROUP_MAX_SIZE_REACHED,
    ]


def test_a_static_member_s_id_begins_with_its_instance_id() -> None:
    assert name_member("app", "node-1", "c0ffee") == "node-1-c0ffee"
    assert name_member("app", None, "c0ffee") == "app-c0ffee"


def test_a_vanished_newcomer_is_waited_for_no_longer_than_its_session() -> None:
    """Kafka waits five minutes for it: it does not learn that a connection has closed."""
    shell = Shell()
    ids = stable(shell, 1, rebalance_ms=120_000)
    ghost = shell.join(version=3, session_ms=10_000, rebalance_ms=120_000)
    shell.drop_connection(ghost)
    told = shell.joined(shell.join(version=4, session_ms=60_000))
    token = shell.join(ids[0], rebalance_ms=120_000)
    assert shell.answer(token) is None
    shell.pass_time(10_000)
    assert {m.member_id for m in shell.group.describe().members} == {ids[0]}
    shell.join(told.member_id)
    assert [m.member_id for m in shell.joined(token).members] == [ids[0], told.member_id]


def test_a_newcomer_that_asks_again_after_its_connection_closed_has_its_time_back() -> None:
    shell = Shell()
    ids = stable(shell, 1, rebalance_ms=120_000, session_ms=200_000)
    told = shell.joined(shell.join(version=4))
    shell.drop_connection(shell.join(told.member_id, rebalance_ms=120_000))
    again = shell.join(told.member_id, rebalance_ms=120_000)
    shell.pass_time(60_000)
    shell.join(ids[0])
    assert shell.joined(again).generation == 2


def test_nothing_has_changed_when_the_first_record_cannot_be_appended() -> None:
    shell = Shell()
    shell.can_append = False
    shell.join(version=3)
    assert shell.group.is_untouched
    assert not shell.timers
    shell.can_append = True
    token = shell.join(version=3)
    shell.pass_time(3_000)
    assert shell.joined(token).error is ErrorCode.NONE
