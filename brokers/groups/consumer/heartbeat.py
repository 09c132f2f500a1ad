"""One heartbeat of a member that joins or stays: who it is, what that moves, what it is told."""

from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.joining import Entry, check_room, enter, updated
from brokers.groups.consumer.member import Member, MemberState
from brokers.groups.consumer.progress import Progress
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import HeartbeatResult
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.timers import Effect, MemberSilent, RevocationLate, cancel_timers
from brokers.groups.consumer.topics import Topics
from brokers.groups.consumer.validation import check_request
from brokers.groups.kept_bytes import Room
from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode
from brokers.wire.coordinator.state_record import StateRecord


def heartbeat(
    group: GroupState,
    request: HeartbeatRequest,
    token: Token,
    *,
    topics: Topics,
    config: ConsumerGroupConfig,
    now_ms: int,
    wall_ms: int,
    room: Room,
) -> Decision[StateRecord, Effect]:
    """Raises ``Refusal`` for everything that the member is answered with an error."""
    check_request(request)
    entry = enter(group, request, config)
    member = updated(entry.member, request)
    check_room(entry.before, member, room)
    progress = Progress(
        group, entry, member, request.owned,
        topics=topics, config=config, now_ms=now_ms, wall_ms=wall_ms,
        may_describe=request.may_describe,
    )  # fmt: skip
    after = progress.advance()
    answer = HeartbeatResult(
        error=ErrorCode.NONE,
        member_id=after.member_id,
        member_epoch=after.epoch,
        heartbeat_interval_ms=config.heartbeat_interval_ms,
        assignment=after.assigned
        if request.is_full or after.assigned != entry.member.assigned
        else None,
    )
    timers = (
        *cancel_timers(entry.replaced_id),
        SetTimer(MemberSilent(after.member_id), now_ms + config.session_timeout_ms),
        *_revocation_timer(entry, member, after, now_ms),
    )
    return Decision(
        tuple(progress.records), tuple(progress.events), (*timers, Reply(token, answer))
    )


def _revocation_timer(
    entry: Entry, member: Member, after: Member, now_ms: int
) -> tuple[SetTimer | CancelTimer, ...]:
    timer = RevocationLate(after.member_id)
    if after.state is MemberState.UNREVOKED:
        if after != member or entry.member.classic is not None:
            return (SetTimer(timer, now_ms + after.rebalance_timeout_ms),)
    elif member.state is MemberState.UNREVOKED:
        return (CancelTimer(timer),)
    return ()
