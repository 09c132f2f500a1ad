"""A group that changes its protocol while members read: classic to KIP-848's and back.

It becomes KIP-848's with the first member that speaks it, and classic again when the last one of
these goes and classic ones stay; nobody's partitions change by that alone. Only records are made
here: replayed, they end one group and begin the other. Source: KIP-848, "Migration"; Apache
Kafka's ``ConsumerGroupMigrationPolicy``, ``ConsumerGroup.fromClassicGroup`` and
``ClassicGroup.fromConsumerGroup``.
"""

from collections.abc import Iterable, Sequence
from enum import Enum

from brokers.groups.classic import member as classic
from brokers.groups.classic.subscriptions import CONSUMER
from brokers.groups.consumer.config import ConsumerGroupConfig
from brokers.groups.consumer.embedded_protocol import (
    by_id,
    read_assignment,
    read_subscription,
    write_assignment,
)
from brokers.groups.consumer.member import ClassicMember, Member
from brokers.groups.consumer.records import (
    assignment_epoch_record,
    current_record,
    epoch_record,
    group_tombstones,
    member_record,
    member_tombstones,
    target_record,
)
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.subscription import Subscription
from brokers.groups.consumer.topics import Topics, metadata_hash
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.group_metadata_value import GroupMetadataValue, MemberMetadata
from brokers.wire.coordinator.state_record import StateRecord


class MigrationPolicy(Enum):
    """``group.consumer.migration.policy``"""

    DISABLED = "disabled"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    BIDIRECTIONAL = "bidirectional"

    @property
    def may_upgrade(self) -> bool:
        return self in (MigrationPolicy.UPGRADE, MigrationPolicy.BIDIRECTIONAL)

    @property
    def may_downgrade(self) -> bool:
        return self in (MigrationPolicy.DOWNGRADE, MigrationPolicy.BIDIRECTIONAL)


def upgrade(
    group_id: str,
    generation: int,
    protocol_type: str | None,
    members: Sequence[classic.Member],
    *,
    topics: Topics,
    config: ConsumerGroupConfig,
    policy: MigrationPolicy,
) -> list[StateRecord]:
    """A classic group's records as a KIP-848 group. A fresh machine that replays them can be asked
    for the heartbeat that caused this; both go into one decision. Whoever waits for a classic
    answer is told REBALANCE_IN_PROGRESS, and all timers are set as after loading.

    Without members nothing but the classic group's end. Raises ``Refusal``: GROUP_ID_NOT_FOUND, as
    Kafka does when a group cannot be upgraded; INCONSISTENT_GROUP_PROTOCOL.
    """
    end = StateRecord(GroupMetadataKey(group_id), None)
    if not members:
        return [end]
    reason = None
    if not policy.may_upgrade:
        reason = "online upgrade is disabled"
    elif protocol_type != CONSUMER:
        reason = "its members are no consumers"
    elif len(members) > config.members_max:
        reason = f"it has {len(members)} members, and at most {config.members_max} are allowed"
    if reason is not None:
        raise Refusal(
            ErrorCode.GROUP_ID_NOT_FOUND,
            f"the classic group cannot become one of the consumer protocol: {reason}",
        )
    return [
        end,
        *_records(
            group_id, generation, [_from_classic(m, generation, topics) for m in members], topics
        ),
    ]


def _from_classic(member: classic.Member, generation: int, topics: Topics) -> Member:
    said = read_subscription(member.protocols[0].metadata)
    return Member(
        member_id=member.member_id,
        instance_id=member.instance_id,
        rack_id=said.rack_id,
        client_id=member.client_id,
        client_host=member.client_host,
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        subscription=Subscription(said.topic_names),
        classic=ClassicMember(member.session_timeout_ms, member.protocols),
        epoch=generation,
        previous_epoch=generation,
        assigned=by_id(read_assignment(member.assignment), topics),
    )


def _records(
    group_id: str, epoch: int, members: Sequence[Member], topics: Topics
) -> list[StateRecord]:
    """Everyone has what it is to have: the target is what the classic leader assigned."""
    names: set[str] = set()
    for member in members:
        names |= member.subscription.names
    return [
        *(member_record(group_id, member) for member in members),
        epoch_record(group_id, epoch, metadata_hash(names, topics)),
        *(target_record(group_id, member.member_id, member.assigned) for member in members),
        assignment_epoch_record(group_id, epoch),
        *(current_record(group_id, member) for member in members),
    ]


def may_downgrade(
    group: GroupState, going: Iterable[str], policy: MigrationPolicy, classic_members_max: int
) -> bool:
    """Whether classic members alone are left once those ``going`` (member ids) are gone."""
    gone = set(going)
    left = [member for member_id, member in group.members.items() if member_id not in gone]
    was_mixed = any(m.classic is None for m in group.members.values())
    return (
        policy.may_downgrade
        and was_mixed
        and 0 < len(left) <= classic_members_max
        and all(member.classic is not None for member in left)
    )


def downgrade(
    group: GroupState, going: Iterable[str], *, topics: Topics, wall_ms: int
) -> list[StateRecord]:
    """The group as a classic one without those ``going``, stable in the generation of the group
    epoch. The classic machine that replays it must begin a rebalance, since what was theirs is
    nobody's.
    """
    gone = set(going)
    left = [m for member_id, m in sorted(group.members.items()) if member_id not in gone]
    records = [
        record
        for member_id in sorted(group.members)
        for record in member_tombstones(group.group_id, member_id)
    ]
    records += group_tombstones(group.group_id, group.regexes)
    protocol = _common_protocol(left)
    value = GroupMetadataValue(
        protocol_type=CONSUMER,
        generation=group.epoch,
        protocol=protocol,
        leader=left[0].member_id,
        current_state_timestamp=wall_ms,
        members=[_to_classic(member, protocol, topics) for member in left],
    )
    records.append(StateRecord(GroupMetadataKey(group.group_id), value))
    return records


def _common_protocol(members: Sequence[Member]) -> str:
    """The first member's favourite of those that all support; who had none could not join."""
    common = set.intersection(*({p.name for p in _spoken(m).protocols} for m in members))
    return next(p.name for p in _spoken(members[0]).protocols if p.name in common)


def _to_classic(member: Member, protocol: str, topics: Topics) -> MemberMetadata:
    spoken = _spoken(member)
    metadata = next(p.metadata for p in spoken.protocols if p.name == protocol)
    version = read_subscription(metadata).version
    return MemberMetadata(
        member_id=member.member_id,
        group_instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        rebalance_timeout=member.rebalance_timeout_ms,
        session_timeout=spoken.session_timeout_ms,
        subscription=metadata,
        assignment=write_assignment(member.assigned, version, topics),
    )


def _spoken(member: Member) -> ClassicMember:
    if member.classic is None:
        raise ValueError(f"member {member.member_id} does not speak the classic protocol")
    return member.classic
