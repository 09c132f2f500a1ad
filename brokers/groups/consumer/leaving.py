"""Members that leave, or are made to: for good, or as static members for now."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from brokers.groups.consumer.member import AWAY, NOTHING, Member, MemberState
from brokers.groups.consumer.records import (
    current_record,
    epoch_record,
    member_tombstones,
    regex_tombstone,
)
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import HeartbeatResult
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.timers import Effect, RevocationLate, cancel_timers
from brokers.groups.consumer.validation import check_request, static_member, unknown_member
from brokers.kernel.decision import CancelTimer, Decision, Reply
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.state_record import StateRecord


def leave(
    group: GroupState, request: HeartbeatRequest, token: int
) -> Decision[StateRecord, Effect]:
    """Raises ``Refusal``: INVALID_REQUEST, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID."""
    check_request(request)
    if request.instance_id is None:
        member = group.members.get(request.member_id)
        if member is None:
            raise unknown_member(request.member_id)
    else:
        found = group.static_member(request.instance_id)
        member = static_member(found, request.member_id, request.instance_id)
    answer = Reply(
        token,
        HeartbeatResult(
            ErrorCode.NONE, member_id=member.member_id, member_epoch=request.member_epoch
        ),
    )
    if request.member_epoch == AWAY:
        return _leave_for_now(group, member, answer)
    return remove(group, [member], answer)


def _leave_for_now(
    group: GroupState, member: Member, answer: Reply
) -> Decision[StateRecord, Effect]:
    """Its partitions stay with it until its session ends, but for those it was to give up."""
    away = replace(member, epoch=AWAY, state=MemberState.STABLE, revoking=NOTHING)
    return Decision(
        (current_record(group.group_id, away),),
        (),
        (CancelTimer(RevocationLate(member.member_id)), answer),
    )


def remove(
    group: GroupState, members: Sequence[Member], answer: Reply | None = None
) -> Decision[StateRecord, Effect]:
    """Without these members. The next request of another one computes the new target."""
    records: list[StateRecord] = []
    timers: list[Effect] = []
    regexes: Counter[str] = Counter()
    for member in members:
        records += member_tombstones(group.group_id, member.member_id)
        timers += cancel_timers(member.member_id)
        regexes[member.subscription.regex] += 1
    for regex, gone in sorted(regexes.items()):
        if regex in group.regexes and group.uses_of_regex(regex) == gone:
            records.append(regex_tombstone(group.group_id, regex))
    if members:
        records.append(epoch_record(group.group_id, group.epoch + 1, group.metadata_hash))
    return Decision(tuple(records), (), tuple(timers) if answer is None else (*timers, answer))
