"""Who a heartbeat comes from: a member that is known, a new one, or a static one's successor."""

from dataclasses import dataclass, replace

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.member import AWAY, NOTHING, Member
from brokers.groups.consumer.records import (
    current_record,
    member_record,
    member_tombstones,
    target_record,
)
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.subscription import Subscription
from brokers.groups.consumer.validation import check_epoch, static_member, unknown_member
from brokers.groups.kept_bytes import Room
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.state_record import StateRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """The member as it is before the heartbeat's own changes."""

    member: Member
    before: Member | None
    """Whose place it has in the group: itself, whom it replaces, or None for a new one."""
    target: Partitions
    """What it is to have, until a new target is computed."""
    records: tuple[StateRecord, ...] = ()
    """Of the replacement."""

    @property
    def replaced_id(self) -> str | None:
        """The static member that goes, if that had another id."""
        if self.before is None or self.before.member_id == self.member.member_id:
            return None
        return self.before.member_id


def enter(group: GroupState, request: HeartbeatRequest, config: ConsumerGroupConfig) -> Entry:
    """Raises ``Refusal``: UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_MAX_SIZE_REACHED, and for
    static members FENCED_INSTANCE_ID and UNRELEASED_INSTANCE_ID.
    """
    member_id = request.member_id or request.new_member_id
    if request.instance_id is not None:
        known = group.static_member(request.instance_id)
        if request.member_epoch != 0:
            known = static_member(known, member_id, request.instance_id)
        elif known is not None:
            _check_released(known, member_id)
            return succeed(group, known, member_id)
    else:
        known = group.members.get(member_id)
        if known is None and request.member_epoch != 0:
            raise unknown_member(member_id)
    if known is not None:
        check_epoch(known, request.member_epoch, request.owned)
        return Entry(known, known, group.targets.get(known.member_id, NOTHING))
    return new_member(group, member_id, config)


def new_member(group: GroupState, member_id: str, config: ConsumerGroupConfig) -> Entry:
    """Raises ``Refusal``: GROUP_MAX_SIZE_REACHED. A dynamic member that rejoins as a static one
    keeps its place.
    """
    before = group.members.get(member_id)
    if before is None and len(group.members) >= config.members_max:
        raise Refusal(
            ErrorCode.GROUP_MAX_SIZE_REACHED,
            f"the group has {len(group.members)} members, which is the most it may have",
        )
    target = group.targets.get(member_id, NOTHING)
    return Entry(before or Member(member_id), before, target)


def _check_released(old: Member, member_id: str) -> None:
    """A member that speaks the consumer protocol says when it leaves, if only for now."""
    if old.classic is None and old.epoch != AWAY and old.member_id != member_id:
        raise Refusal(
            ErrorCode.UNRELEASED_INSTANCE_ID,
            f"instance id {old.instance_id} is held by member {old.member_id}; "
            f"member {member_id} must wait until that has left",
        )


def succeed(group: GroupState, old: Member, member_id: str) -> Entry:
    """A static member comes (back): it takes over what the one before it had."""
    if old.member_id == member_id and old.epoch != AWAY:
        return Entry(old, old, group.targets.get(member_id, NOTHING))
    member = replace(old, member_id=member_id, epoch=0, previous_epoch=0)
    target = group.targets.get(old.member_id, NOTHING)
    return Entry(
        member,
        old,
        target,
        (
            *member_tombstones(group.group_id, old.member_id),
            member_record(group.group_id, member),
            target_record(group.group_id, member_id, target),
            current_record(group.group_id, member),
        ),
    )


def check_room(before: Member | None, after: Member, room: Room) -> None:
    """Raises ``Refusal``: GROUP_MAX_SIZE_REACHED, where the member says more than its tenant has
    room for."""
    if after is before:
        return
    growth = after.kept_bytes - (0 if before is None else before.kept_bytes)
    if growth > max(room(), 0):
        raise Refusal(
            ErrorCode.GROUP_MAX_SIZE_REACHED,
            "the members of the tenant's groups say more of themselves than a broker keeps: "
            "subscribe to fewer topics by name, or have fewer members",
        )


def updated(member: Member, request: HeartbeatRequest) -> Member:
    """The member with what the request says; itself when that is nothing new."""
    names, regex = request.topic_names, request.topic_regex
    subscription = member.subscription
    if (names is not None and names != subscription.names) or (
        regex is not None and regex != subscription.regex
    ):
        subscription = Subscription(
            subscription.names if names is None else names,
            subscription.regex if regex is None else regex,
        )
    timeout = request.rebalance_timeout_ms
    after = replace(
        member,
        instance_id=_said(request.instance_id, member.instance_id),
        rack_id=_said(request.rack_id, member.rack_id),
        rebalance_timeout_ms=member.rebalance_timeout_ms if timeout == -1 else timeout,
        assignor=_said(request.assignor, member.assignor),
        subscription=subscription,
        client_id=request.client_id,
        client_host=request.client_host,
        classic=None,
    )
    return member if after == member else after


def _said(new: str | None, old: str | None) -> str | None:
    return old if new is None else new
