"""LeaveGroup. Source: Apache Kafka, ``GroupMetadataManager.classicGroupLeaveToClassicGroup``."""

from collections.abc import Sequence

from brokers.groups.classic import rebalance
from brokers.groups.classic.draft import Draft
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.results import Departed, LeaveResult
from brokers.groups.classic.states import GroupState
from brokers.kernel.decision import Token
from brokers.kernel.errors import ErrorCode


def leave(draft: Draft, departures: Sequence[Departure], token: Token) -> None:
    """All leave together, and one rebalance follows."""
    if draft.group.state is GroupState.DEAD:
        draft.reply(token, LeaveResult(ErrorCode.COORDINATOR_NOT_AVAILABLE))
        return
    members_before = len(draft.group.roster)
    departed = tuple(_leave(draft, departure) for departure in departures)
    if len(draft.group.roster) < members_before:
        rebalance.begin(draft)
    rebalance.go_on(draft)
    draft.reply(token, LeaveResult(ErrorCode.NONE, departed))


def _leave(draft: Draft, departure: Departure) -> Departed:
    group = draft.group
    member_id, instance_id = departure.member_id, departure.instance_id
    error = ErrorCode.NONE
    if not member_id and instance_id in group.roster.instances:
        rebalance.remove(draft, group.roster.instances[instance_id])
    elif member_id in group.issued_ids:
        rebalance.forget_issued_id(draft, member_id)
    else:
        error = group.identity_error(member_id, instance_id)
        if error is ErrorCode.NONE:
            rebalance.remove(draft, member_id)
    return Departed(member_id, instance_id, error)
