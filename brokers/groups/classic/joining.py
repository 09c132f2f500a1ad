"""JoinGroup. Source: Apache Kafka, ``GroupMetadataManager.classicGroupJoinToClassicGroup``."""

from dataclasses import replace

from brokers.groups.classic import rebalance
from brokers.groups.classic.draft import Draft
from brokers.groups.classic.events import (
    MemberIdIssued,
    MemberJoined,
    StaticMemberReplaced,
    TokenGone,
)
from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member, metadata_bytes
from brokers.groups.classic.record import empty_group
from brokers.groups.classic.requests import (
    ID_REQUIRED_SINCE,
    SKIP_ASSIGNMENT_SINCE,
    JoinRequest,
)
from brokers.groups.classic.results import JoinResult
from brokers.groups.classic.states import GroupState
from brokers.groups.classic.timers import SessionTimer
from brokers.groups.kept_bytes import Room
from brokers.kernel.decision import Token
from brokers.kernel.errors import ErrorCode


def join(draft: Draft, request: JoinRequest, token: Token, room: Room) -> None:
    config = draft.config
    timeout_ms = request.session_timeout_ms
    if not config.session_timeout_min_ms <= timeout_ms <= config.session_timeout_max_ms:
        _refuse(draft, request, token, ErrorCode.INVALID_SESSION_TIMEOUT)
    elif draft.group.state is GroupState.DEAD:
        _refuse(draft, request, token, ErrorCode.COORDINATOR_NOT_AVAILABLE)
    elif not _has_room(draft, request, room):
        _turn_away(draft, request, token)
    elif not draft.group.supports(request.protocol_type, request.protocols):
        _refuse(draft, request, token, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    elif request.member_id:
        _join_again(draft, request, token)
    elif request.instance_id in draft.group.roster.instances:
        _replace_static(draft, request, token)
    elif request.instance_id is None and request.version >= ID_REQUIRED_SINCE:
        _issue_id(draft, request, token)
    else:
        _add(draft, request, request.new_member_id, token)


def _refuse(draft: Draft, request: JoinRequest, token: Token, error: ErrorCode) -> None:
    draft.reply(token, JoinResult(error, request.member_id))


# Room.


def _has_room(draft: Draft, request: JoinRequest, room: Room) -> bool:
    """In the group, and for what its tenant says in all. While joins wait, those that wait are
    counted and not all members: a group that is over its size, because the limit was lowered, so
    drops whoever joins last.
    """
    group, members_max = draft.group, draft.config.members_max
    known = _known(group, request)
    had = 0 if known is None else known.metadata_bytes
    grown = group.roster.metadata_bytes - had + metadata_bytes(request.protocols)
    if grown > draft.config.metadata_bytes_max or _growth(request, known) > max(room(), 0):
        return False
    if not request.member_id and len(group.issued_ids) >= members_max:
        return False
    if group.state is GroupState.PREPARING_REBALANCE:
        is_waiting = known is not None and known.is_waiting
        return is_waiting or group.roster.waiting < members_max
    return known is not None or len(group.roster) < members_max


def _growth(request: JoinRequest, known: Member | None) -> int:
    """Bytes that the member will take beyond what it takes now."""
    grown = _member(request, request.member_id or request.new_member_id).kept_bytes
    return grown if known is None else grown - known.kept_bytes + len(known.assignment)


def _known(group: Group, request: JoinRequest) -> Member | None:
    """The member that asks, or whose place a static one without an id would take."""
    if request.member_id or request.instance_id is None:
        return group.roster.get(request.member_id)
    return group.roster.get(group.roster.instances.get(request.instance_id, ""))


def _turn_away(draft: Draft, request: JoinRequest, token: Token) -> None:
    """Whoever finds no room is no member any more, and is not waited for."""
    group, member_id = draft.group, request.member_id
    draft.reply(token, JoinResult(ErrorCode.GROUP_MAX_SIZE_REACHED, ""))
    if group.identity_error(member_id, request.instance_id) is ErrorCode.NONE:
        rebalance.begin(draft)
        rebalance.remove(draft, member_id)
    elif member_id in group.issued_ids:
        rebalance.forget_issued_id(draft, member_id)
    rebalance.go_on(draft)


# A new member.


def _issue_id(draft: Draft, request: JoinRequest, token: Token) -> None:
    """Tell the id first and let it join with that: a client that repeats a join whose answer it
    missed would otherwise be a new member each time (KIP-394).
    """
    _record_first_use(draft)
    draft.add(MemberIdIssued(request.new_member_id))
    draft.set_timer(SessionTimer(draft.group_id, request.new_member_id), request.session_timeout_ms)
    draft.reply(token, JoinResult(ErrorCode.MEMBER_ID_REQUIRED, request.new_member_id))


def _add(draft: Draft, request: JoinRequest, member_id: str, token: Token) -> None:
    _record_first_use(draft)
    was_initial = draft.group.is_initial
    rebalance.begin(draft)
    member = replace(_member(request, member_id), is_new=True, is_waiting=True, token=token)
    _come(draft, MemberJoined(member, extends_delay=was_initial))


def _record_first_use(draft: Draft) -> None:
    """So that a group that was told of a member is there after a failover, if only empty."""
    group = draft.group
    if not group.is_recorded:
        draft.record(empty_group(group.group_id, 0, None, draft.now.wall_ms))


def _member(request: JoinRequest, member_id: str) -> Member:
    return Member(
        member_id=member_id,
        instance_id=request.instance_id,
        client_id=request.client_id,
        client_host=request.client_host,
        session_timeout_ms=request.session_timeout_ms,
        rebalance_timeout_ms=request.patience_ms,
        protocol_type=request.protocol_type,
        protocols=request.protocols,
    )


# A member that says its id.


def _join_again(draft: Draft, request: JoinRequest, token: Token) -> None:
    group = draft.group
    if request.member_id in group.issued_ids and request.instance_id is None:
        _add(draft, request, request.member_id, token)
        return
    error = group.identity_error(request.member_id, request.instance_id)
    if error is not ErrorCode.NONE:
        _refuse(draft, request, token, error)
    elif _needs_rebalance(draft, request):
        _update(draft, request, token)
    else:
        # It missed its answer, or looks whether there is news.
        draft.reply(token, rebalance.current_generation(group, request.member_id))


def _needs_rebalance(draft: Draft, request: JoinRequest) -> bool:
    """The leader of a stable group asks for one by joining: only it watches topics' partitions."""
    group = draft.group
    if group.roster.members[request.member_id].protocols != request.protocols:
        return True
    match group.state:
        case GroupState.PREPARING_REBALANCE:
            return True
        case GroupState.STABLE:
            return group.leader == request.member_id
        case _:
            return False


def _update(draft: Draft, request: JoinRequest, token: Token) -> None:
    """A join of this member that still waits is answered too, with an error that has a client join
    again. Kafka forgets it instead, and its client waits in vain.
    """
    rebalance.begin(draft)
    known = draft.group.roster.members[request.member_id]
    rebalance.refuse_waiting(draft, known, ErrorCode.REBALANCE_IN_PROGRESS)
    member = replace(
        known,
        session_timeout_ms=request.session_timeout_ms,
        rebalance_timeout_ms=request.patience_ms,
        protocols=request.protocols,
        is_waiting=True,
        token=token,
    )
    _come(draft, MemberJoined(member))


def _come(draft: Draft, joined: MemberJoined) -> None:
    """Of a thousand members that join, all but the last change nothing for the others: asking
    before, and not the draft after, spares a copy of the group each time.
    """
    member = joined.member
    awaits_others = draft.group.awaits_others(member.member_id)
    draft.add(joined)
    if member.is_new:
        draft.set_timer(
            SessionTimer(draft.group_id, member.member_id), draft.config.new_member_timeout_ms
        )
    if not awaits_others:
        rebalance.go_on(draft)


# A static member that comes back without its id.


def _replace_static(draft: Draft, request: JoinRequest, token: Token) -> None:
    """It gets a new id and its old place; whoever still speaks under the old id is fenced."""
    group = draft.group
    old = group.roster.members[group.roster.instances[request.instance_id or ""]]
    member = replace(_member(request, request.new_member_id), assignment=old.assignment)
    if group.state is GroupState.STABLE and _keeps_protocol(draft, old, member):
        _take_place_quietly(draft, old, member, request, token)
    else:
        rebalance.refuse_waiting(draft, old, ErrorCode.FENCED_INSTANCE_ID)
        draft.add(TokenGone(old.member_id))
        rebalance.begin(draft)
        waiting = replace(member, is_waiting=True, token=token)
        draft.add(StaticMemberReplaced(old.member_id, waiting))
        rebalance.go_on(draft)
    draft.cancel_timer(SessionTimer(draft.group_id, old.member_id))
    draft.renew_session(member)


def _keeps_protocol(draft: Draft, old: Member, member: Member) -> bool:
    """Whether the group would elect the same protocol with ``member`` in the place of ``old``."""
    roster = draft.group.roster.copy()
    roster.remove(old.member_id)
    roster.put(member)
    return roster.elected_protocol() == draft.group.protocol_name


def _take_place_quietly(
    draft: Draft, old: Member, member: Member, request: JoinRequest, token: Token
) -> None:
    """Nobody else notices. A leader that comes back is told so only if it can be told as well not
    to assign (KIP-814); else its answer names its former id as the leader.
    """
    leader_before = draft.group.leader or ""
    draft.add(StaticMemberReplaced(old.member_id, member))
    draft.record(draft.group.stable_record(draft.group.roster, draft.now.wall_ms))
    answer = rebalance.current_generation(draft.group, member.member_id)
    if request.version >= SKIP_ASSIGNMENT_SINCE:
        is_leader = answer.leader == member.member_id
        draft.reply(token, replace(answer, skip_assignment=is_leader))
    else:
        draft.reply(token, replace(answer, leader=leader_before, members=()))
