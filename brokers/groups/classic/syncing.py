"""SyncGroup. Source: Apache Kafka, ``GroupMetadataManager.classicGroupSyncToClassicGroup``."""

from dataclasses import replace

from brokers.groups.classic import rebalance
from brokers.groups.classic.draft import Draft
from brokers.groups.classic.events import MemberSynced, SyncsAnswered, SyncWaits
from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member
from brokers.groups.classic.requests import SyncRequest
from brokers.groups.classic.results import SyncResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import SyncTimer
from brokers.groups.kept_bytes import Room
from brokers.kernel.decision import Token
from brokers.kernel.errors import ErrorCode


def sync(draft: Draft, request: SyncRequest, token: Token, room: Room) -> None:
    group = draft.group
    error = _error(group, request)
    if error is not ErrorCode.NONE:
        draft.reply(token, SyncResult(error))
    elif group.state is GroupState.STABLE:
        _note_synced(draft, request.member_id)
        draft.reply(token, _assigned(group, group.roster.members[request.member_id]))
    elif group.leader == request.member_id:
        _assign(draft, request, token, room)
    else:
        _wait(draft, request.member_id, token)


def _error(group: Group, request: SyncRequest) -> ErrorCode:
    if group.state is GroupState.DEAD:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    error = group.identity_error(request.member_id, request.instance_id)
    if error is not ErrorCode.NONE:
        return error
    if request.generation != group.generation:
        return ErrorCode.ILLEGAL_GENERATION
    if _differ(request.protocol_type, group.protocol_type):
        return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    if _differ(request.protocol_name, group.protocol_name):
        return ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    if group.state is GroupState.PREPARING_REBALANCE:
        return ErrorCode.REBALANCE_IN_PROGRESS
    return ErrorCode.NONE


def _differ(said: str | None, known: str | None) -> bool:
    return said is not None and known is not None and said != known


def _assigned(group: Group, member: Member) -> SyncResult:
    return SyncResult(ErrorCode.NONE, group.protocol_type, group.protocol_name, member.assignment)


def _note_synced(draft: Draft, member_id: str) -> None:
    if member_id in draft.group.unsynced:
        draft.add(MemberSynced(member_id))
        if not draft.group.unsynced:
            draft.cancel_timer(SyncTimer(draft.group_id))


def _wait(draft: Draft, member_id: str, token: Token) -> None:
    """For the leader's assignment. An earlier SyncGroup of this member that still waits is answered
    as if there were a rebalance: whoever still reads that answer asks again.
    """
    known = draft.group.roster.members[member_id]
    rebalance.refuse_waiting(draft, known, ErrorCode.REBALANCE_IN_PROGRESS)
    draft.add(SyncWaits(member_id, token))


def _assign(draft: Draft, request: SyncRequest, token: Token, room: Room) -> None:
    """The leader's assignment is recorded, and given to all who wait; whoever it leaves out is
    given nothing to read. For one that the tenant has no room for the leader hears that, and the
    others wait until it has left or their time is over.
    """
    group = draft.group
    assigned = [
        replace(member, assignment=request.assignments.get(member.member_id, b""))
        for member in group.roster
    ]
    if sum(map(_size, assigned)) - sum(map(_size, group.roster)) > max(room(), 0):
        draft.reply(token, SyncResult(ErrorCode.GROUP_MAX_SIZE_REACHED))
        return
    _note_synced(draft, request.member_id)
    draft.record(group.stable_record(assigned, draft.now.wall_ms))
    draft.add(SyncsAnswered())
    for member in assigned:
        answered = token if member.member_id == request.member_id else member.token
        draft.reply(answered, _assigned(group, member))
        if member.is_waiting or member.member_id == request.member_id:
            draft.renew_session(member)


def _size(member: Member) -> int:
    return len(member.assignment)
