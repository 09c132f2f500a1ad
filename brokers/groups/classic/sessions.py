"""Members that are heard, and those that are not."""

from brokers.groups.classic import rebalance
from brokers.groups.classic.draft import Draft
from brokers.groups.classic.events import TokenGone
from brokers.groups.classic.group import Group
from brokers.groups.classic.requests import HeartbeatRequest
from brokers.groups.classic.results import HeartbeatResult
from brokers.groups.classic.states import GroupState
from brokers.kernel.decision import Token
from brokers.kernel.errors import ErrorCode


def heartbeat(draft: Draft, request: HeartbeatRequest, token: Token) -> None:
    """Once a generation has begun its members' heartbeats are good, assignment or not."""
    error = _heartbeat_error(draft.group, request)
    if error in {ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS}:
        draft.renew_session(draft.group.roster.members[request.member_id])
    draft.reply(token, HeartbeatResult(error))


def _heartbeat_error(group: Group, request: HeartbeatRequest) -> ErrorCode:
    if group.state is GroupState.DEAD:
        return ErrorCode.COORDINATOR_NOT_AVAILABLE
    error = group.identity_error(request.member_id, request.instance_id)
    if error is not ErrorCode.NONE:
        return error
    if request.generation != group.generation:
        return ErrorCode.ILLEGAL_GENERATION
    if group.state is GroupState.PREPARING_REBALANCE:
        return ErrorCode.REBALANCE_IN_PROGRESS
    return ErrorCode.NONE


def on_session_timer(draft: Draft, member_id: str) -> None:
    """Silence. While a join or sync waits it is the group's turn and not the member's, except for
    one that never had a generation: its time to wait is over.
    """
    if member_id in draft.group.issued_ids:
        rebalance.forget_issued_id(draft, member_id)
        rebalance.go_on(draft)
        return
    member = draft.group.roster.get(member_id)
    if member is None or (member.is_waiting and not member.is_new):
        return
    rebalance.remove(draft, member_id)
    rebalance.begin(draft)
    rebalance.go_on(draft)


def on_sync_timer(draft: Draft) -> None:
    """Whoever has not asked for its assignment by now is out."""
    late = tuple(sorted(draft.group.unsynced))
    for member_id in late:
        rebalance.remove(draft, member_id)
    if late:
        rebalance.begin(draft)
        rebalance.go_on(draft)


def on_token_gone(draft: Draft, token: Token) -> None:
    """The connection of a waiting request has closed. Its member counts as come all the same, for
    it may be about to ask again; but a new one, which perhaps never learned its id, is waited for
    no longer than its session timeout.
    """
    for member in draft.group.roster:
        if member.token == token:
            draft.add(TokenGone(member.member_id))
            if member.is_new:
                draft.renew_session(member)
            return
