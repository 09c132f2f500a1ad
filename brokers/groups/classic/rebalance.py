"""From one generation to the next: begin, wait for joins, go on with who has come.

``begin`` and then ``go_on`` after whatever made the rebalance necessary. Source: Apache Kafka,
``GroupMetadataManager``: ``prepareRebalance``, ``completeClassicGroupJoin``.
"""

from brokers.groups.classic.draft import Draft
from brokers.groups.classic.events import (
    DelayExtended,
    GenerationBegan,
    GroupEmptied,
    JoinsScheduled,
    MemberIdForgotten,
    MemberRemoved,
    RebalanceBegan,
)
from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member
from brokers.groups.classic.record import empty_group
from brokers.groups.classic.results import JoinedMember, JoinResult, SyncResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import JoinTimer, SessionTimer, SyncTimer
from brokers.kernel.errors import ErrorCode


def begin(draft: Draft) -> None:
    """Ask everyone to join again. No effect while that is asked already."""
    group = draft.group
    if group.state is GroupState.PREPARING_REBALANCE:
        return
    if group.state is GroupState.COMPLETING_REBALANCE:
        for member in group.roster:
            if member.is_waiting:
                refuse_waiting(draft, member, ErrorCode.REBALANCE_IN_PROGRESS)
                draft.renew_session(member)
    draft.cancel_timer(SyncTimer(draft.group_id))
    draft.add(RebalanceBegan())


def go_on(draft: Draft) -> None:
    """While a rebalance waits for joins: end that if there is nobody to wait for, else see that it
    ends in time. In an empty group more members are waited for even when all have joined.
    """
    group = draft.group
    if group.state is not GroupState.PREPARING_REBALANCE:
        return
    if group.has_all_joined and not group.is_initial:
        complete(draft)
    elif group.join_deadline_ms is None:
        delay_ms = draft.config.initial_rebalance_delay_ms
        timeout_ms = group.roster.rebalance_timeout_ms()
        if group.is_initial:
            _wait_for_joins(draft, max(timeout_ms, delay_ms), delay_ms)
        else:
            _wait_for_joins(draft, timeout_ms, timeout_ms)


def _wait_for_joins(draft: Draft, timeout_ms: int, delay_ms: int) -> None:
    """For ``timeout_ms`` at most; look again after ``delay_ms``."""
    draft.add(JoinsScheduled(draft.now.monotonic_ms + timeout_ms))
    draft.set_timer(JoinTimer(draft.group_id), delay_ms)


def on_join_timer(draft: Draft) -> None:
    group = draft.group
    if group.state is not GroupState.PREPARING_REBALANCE or group.join_deadline_ms is None:
        return
    left_ms = group.join_deadline_ms - draft.now.monotonic_ms
    if group.is_initial and group.has_newcomers and left_ms > 0:
        draft.add(DelayExtended())
        draft.set_timer(
            JoinTimer(draft.group_id), min(draft.config.initial_rebalance_delay_ms, left_ms)
        )
    else:
        complete(draft)


def complete(draft: Draft) -> None:
    """Begin the next generation with those who have joined.

    Static members that have not are kept, until their session ends; of these alone no generation
    can be made, for none of them would lead.
    """
    for member in tuple(draft.group.roster):
        if not member.is_waiting and not member.is_static:
            remove(draft, member.member_id)
    draft.cancel_timer(JoinTimer(draft.group_id))
    if not draft.group.roster:
        _empty(draft)
    elif not draft.group.roster.waiting:
        timeout_ms = draft.group.roster.rebalance_timeout_ms()
        _wait_for_joins(draft, timeout_ms, timeout_ms)
    else:
        _begin_generation(draft)


def _empty(draft: Draft) -> None:
    group = draft.group
    generation = group.generation + 1
    draft.add(GroupEmptied(generation))
    draft.record(empty_group(group.group_id, generation, group.protocol_type, draft.now.wall_ms))


def _begin_generation(draft: Draft) -> None:
    joined = tuple(draft.group.roster)
    began = GenerationBegan(
        generation=draft.group.generation + 1,
        protocol_name=draft.group.roster.elected_protocol(),
        leader=_leader(draft.group),
    )
    draft.add(began)
    for member in joined:
        draft.reply(member.token, current_generation(draft.group, member.member_id))
        draft.renew_session(member)
    draft.set_timer(SyncTimer(draft.group_id), draft.group.roster.rebalance_timeout_ms())


def _leader(group: Group) -> str:
    """Who led stays leader, if it has joined."""
    known = group.roster.get(group.leader or "")
    if known is not None and known.is_waiting:
        return known.member_id
    elected = group.roster.first_waiting()
    assert elected is not None, "a generation begins when someone has joined"
    return elected.member_id


def current_generation(group: Group, member_id: str) -> JoinResult:
    """What a member of the current generation is told; its leader is told of everyone."""
    is_leader = member_id == group.leader
    return JoinResult(
        error=ErrorCode.NONE,
        member_id=member_id,
        generation=group.generation,
        protocol_type=group.protocol_type,
        protocol_name=group.protocol_name,
        leader=group.leader or "",
        members=joined_members(group) if is_leader else (),
    )


def joined_members(group: Group) -> tuple[JoinedMember, ...]:
    name = group.protocol_name or ""
    return tuple(
        JoinedMember(member.member_id, member.instance_id, member.metadata(name))
        for member in group.roster
    )


def refuse_waiting(draft: Draft, member: Member, error: ErrorCode) -> None:
    """Answer the member's waiting request, of whichever kind waits in this state, with an error."""
    if draft.group.state is GroupState.COMPLETING_REBALANCE:
        draft.reply(member.token, SyncResult(error))
    else:
        known_as = "" if error is ErrorCode.UNKNOWN_MEMBER_ID else member.member_id
        draft.reply(member.token, JoinResult(error, known_as))


def remove(draft: Draft, member_id: str) -> None:
    """The member is out. If it still is there after all, its answer has it join as a new one."""
    refuse_waiting(draft, draft.group.roster.members[member_id], ErrorCode.UNKNOWN_MEMBER_ID)
    draft.cancel_timer(SessionTimer(draft.group_id, member_id))
    draft.add(MemberRemoved(member_id))


def forget_issued_id(draft: Draft, member_id: str) -> None:
    draft.cancel_timer(SessionTimer(draft.group_id, member_id))
    draft.add(MemberIdForgotten(member_id))
