"""Members that still speak the classic protocol, in a group that is KIP-848's already.

A classic member's generation is its member epoch. It has no leader and is never asked to assign:
JoinGroup moves it one step, SyncGroup tells it what it has, and Heartbeat tells it to join again
when another step is due. Source: KIP-848, "Supporting Online Consumer Group Upgrade".
"""

from collections.abc import Sequence
from dataclasses import replace

from brokers.groups.classic.requests import (
    ID_REQUIRED_SINCE,
    Departure,
    HeartbeatRequest,
    JoinRequest,
    SyncRequest,
)
from brokers.groups.classic.results import Departed, HeartbeatResult, JoinResult, SyncResult
from brokers.groups.classic.subscriptions import CONSUMER
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.embedded_protocol import (
    Said,
    by_id,
    read_subscription,
    write_assignment,
)
from brokers.groups.consumer.events import JoinAnswered, JoinDemanded, TopicsSeen
from brokers.groups.consumer.joining import Entry, check_room, new_member, succeed
from brokers.groups.consumer.member import NOTHING, ClassicMember, Member, MemberState
from brokers.groups.consumer.progress import Progress
from brokers.groups.consumer.state import GroupState, topics_of
from brokers.groups.consumer.subscription import Subscription
from brokers.groups.consumer.timers import (
    Effect,
    JoinLate,
    MemberSilent,
    SyncLate,
    cancel_timers,
)
from brokers.groups.consumer.topics import Topics, metadata_hash
from brokers.groups.consumer.validation import static_member, unknown_member
from brokers.groups.kept_bytes import Room
from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.state_record import StateRecord


def join(
    group: GroupState,
    request: JoinRequest,
    token: Token,
    *,
    topics: Topics,
    config: ConsumerGroupConfig,
    now_ms: int,
    wall_ms: int,
    room: Room,
) -> Decision[StateRecord, Effect]:
    """Raises ``Refusal`` for everything that the member is answered with an error."""
    _check_protocols(group, request)
    is_new = not request.member_id and request.instance_id is None
    if is_new and request.version >= ID_REQUIRED_SINCE:
        answer = JoinResult(ErrorCode.MEMBER_ID_REQUIRED, request.new_member_id)
        return Decision(effects=(Reply(token, answer),))
    said = read_subscription(request.protocols[0].metadata)
    entry = _enter(group, request, config)
    if entry.before is None and said.owned:
        # It was removed and does not know: what it reads may be another's by now.
        raise unknown_member(entry.member.member_id)
    member = _updated(entry.member, request, said)
    check_room(entry.before, member, room)
    progress = Progress(
        group, entry, member, by_id(said.owned, topics),
        topics=topics, config=config, now_ms=now_ms, wall_ms=wall_ms,
    )  # fmt: skip
    after = progress.advance()
    answer = JoinResult(
        ErrorCode.NONE,
        after.member_id,
        generation=after.epoch,
        protocol_type=CONSUMER,
        protocol_name=request.protocols[0].name,
    )
    sync_ms = now_ms + request.patience_ms
    timers: tuple[Effect, ...] = (
        *cancel_timers(entry.replaced_id),
        *cancel_timers(after.member_id),
        SetTimer(MemberSilent(after.member_id), now_ms + request.session_timeout_ms),
        SetTimer(SyncLate(after.member_id), sync_ms),
    )
    events = (*progress.events, JoinAnswered(after.member_id))
    return Decision(tuple(progress.records), events, (*timers, Reply(token, answer)))


def _check_protocols(group: GroupState, request: JoinRequest) -> None:
    """One of the member's protocols must be known to every classic member."""
    others = [m.classic for m in group.members.values() if m.classic is not None]
    common = {protocol.name for protocol in request.protocols}
    for classic in others:
        common &= {protocol.name for protocol in classic.protocols}
    if request.protocol_type != CONSUMER or not common:
        raise Refusal(
            ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
            f"member {request.member_id or request.new_member_id} of type "
            f"{request.protocol_type!r} has no protocol in common with the group's members",
        )


def _enter(group: GroupState, request: JoinRequest, config: ConsumerGroupConfig) -> Entry:
    member_id = request.member_id or request.new_member_id
    if request.instance_id is None:
        known = group.members.get(member_id)
    else:
        known = group.static_member(request.instance_id)
        if request.member_id:
            known = static_member(known, member_id, request.instance_id)
        elif known is not None:
            return succeed(group, known, member_id)
    if known is not None:
        return Entry(known, known, group.targets.get(member_id, NOTHING))
    return new_member(group, member_id, config)


def _updated(member: Member, request: JoinRequest, said: Said) -> Member:
    return replace(
        member,
        instance_id=request.instance_id or member.instance_id,
        rack_id=said.rack_id or member.rack_id,
        rebalance_timeout_ms=request.patience_ms,
        subscription=Subscription(said.topic_names),
        client_id=request.client_id,
        client_host=request.client_host,
        classic=ClassicMember(request.session_timeout_ms, request.protocols),
    )


def sync(
    group: GroupState, request: SyncRequest, token: Token, *, topics: Topics, now_ms: int
) -> Decision[StateRecord, Effect]:
    """Raises ``Refusal`` for everything that the member is answered with an error."""
    member, classic = _classic_member(group, request.member_id, request.instance_id)
    _check_generation(member, request.generation)
    names = [protocol.name for protocol in classic.protocols]
    if request.protocol_type not in (None, CONSUMER) or request.protocol_name not in (None, *names):
        raise Refusal(
            ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
            f"member {member.member_id} did not join with {request.protocol_name!r}",
        )
    silent = SetTimer(MemberSilent(member.member_id), now_ms + classic.session_timeout_ms)
    if group.epoch > member.epoch and member.state is not MemberState.UNREVOKED:
        events, timers = _demand_join(group, member, now_ms)
        answer = Reply(token, SyncResult(ErrorCode.REBALANCE_IN_PROGRESS))
        return Decision((), events, (silent, *timers, answer))
    version = read_subscription(classic.protocols[0].metadata).version
    assignment = write_assignment(member.assigned, version, topics)
    name = request.protocol_name or names[0]
    answer = Reply(token, SyncResult(ErrorCode.NONE, CONSUMER, name, assignment))
    return Decision((), (), (silent, CancelTimer(SyncLate(member.member_id)), answer))


def heartbeat(
    group: GroupState, request: HeartbeatRequest, token: Token, *, topics: Topics, now_ms: int
) -> Decision[StateRecord, Effect]:
    """Raises ``Refusal`` for everything but REBALANCE_IN_PROGRESS, which keeps the session."""
    member, classic = _classic_member(group, request.member_id, request.instance_id)
    _check_generation(member, request.generation)
    silent = SetTimer(MemberSilent(member.member_id), now_ms + classic.session_timeout_ms)
    if not _has_a_step_to_go(group, member) and not _topics_changed(group, topics):
        seen = (TopicsSeen(topics.version),) if group.topics_version != topics.version else ()
        return Decision((), seen, (silent, Reply(token, HeartbeatResult(ErrorCode.NONE))))
    events, timers = _demand_join(group, member, now_ms)
    answer = Reply(token, HeartbeatResult(ErrorCode.REBALANCE_IN_PROGRESS))
    return Decision((), events, (silent, *timers, answer))


def _has_a_step_to_go(group: GroupState, member: Member) -> bool:
    if group.epoch > member.epoch or member.state is MemberState.UNREVOKED:
        return True
    return member.state is MemberState.UNRELEASED and not any(
        group.owners.get((topic_id, partition), member.member_id) != member.member_id
        for topic_id, found in group.targets.get(member.member_id, NOTHING).items()
        for partition in found
    )


def _topics_changed(group: GroupState, topics: Topics) -> bool:
    """Whether a new target is due: the member's join will see to it."""
    if group.topics_version == topics.version:
        return False
    wanted = topics_of(group.subscriptions, group.regexes)
    return metadata_hash(wanted, topics) != group.metadata_hash


def _demand_join(
    group: GroupState, member: Member, now_ms: int
) -> tuple[tuple[JoinDemanded, ...], tuple[SetTimer, ...]]:
    """Once: its time runs from the first time it was told."""
    if member.member_id in group.joins_demanded:
        return (), ()
    late = SetTimer(JoinLate(member.member_id), now_ms + member.rebalance_timeout_ms)
    return (JoinDemanded(member.member_id),), (late,)


def leaving(
    group: GroupState, departures: Sequence[Departure]
) -> tuple[list[Member], tuple[Departed, ...]]:
    """The members to remove, and what each departure is answered.

    An administrator removes members of both protocols so. Source: Apache Kafka 4.2,
    ``GroupMetadataManager.classicGroupLeaveToConsumerGroup``.
    """
    members: dict[str, Member] = {}
    answers = []
    for departure in departures:
        member_id, instance_id = departure.member_id, departure.instance_id
        if instance_id is not None and not member_id:  # an administrator removes it
            static = group.static_member(instance_id)
            member_id = "" if static is None else static.member_id
        code = ErrorCode.NONE
        try:
            member = _member(group, member_id, instance_id)
            members[member.member_id] = member
        except Refusal as refusal:
            code = refusal.code
        answers.append(Departed(departure.member_id, instance_id, code))
    return list(members.values()), tuple(answers)


def _classic_member(
    group: GroupState, member_id: str, instance_id: str | None
) -> tuple[Member, ClassicMember]:
    member = _member(group, member_id, instance_id)
    if member.classic is None:
        raise unknown_member(member_id)
    return member, member.classic


def _member(group: GroupState, member_id: str, instance_id: str | None) -> Member:
    if instance_id is not None:
        return static_member(group.static_member(instance_id), member_id, instance_id)
    member = group.members.get(member_id)
    if member is None:
        raise unknown_member(member_id)
    return member


def _check_generation(member: Member, generation: int) -> None:
    if generation != member.epoch:
        raise Refusal(
            ErrorCode.ILLEGAL_GENERATION,
            f"member {member.member_id} is in generation {member.epoch} and says {generation}",
        )
