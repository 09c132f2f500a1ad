"""The records that a group is kept in; ``state.py`` reads them back."""

from collections.abc import Iterable

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.member import Member
from brokers.groups.consumer.subscription import ResolvedRegex
from brokers.wire.coordinator import (
    consumer_group_current_member_assignment_value as current_assignment,
)
from brokers.wire.coordinator import (
    consumer_group_target_assignment_member_value as target_assignment,
)
from brokers.wire.coordinator.consumer_group_current_member_assignment_key import (
    ConsumerGroupCurrentMemberAssignmentKey,
)
from brokers.wire.coordinator.consumer_group_member_metadata_key import (
    ConsumerGroupMemberMetadataKey,
)
from brokers.wire.coordinator.consumer_group_member_metadata_value import (
    ClassicMemberMetadata,
    ClassicProtocol,
    ConsumerGroupMemberMetadataValue,
)
from brokers.wire.coordinator.consumer_group_metadata_key import ConsumerGroupMetadataKey
from brokers.wire.coordinator.consumer_group_metadata_value import ConsumerGroupMetadataValue
from brokers.wire.coordinator.consumer_group_regular_expression_key import (
    ConsumerGroupRegularExpressionKey,
)
from brokers.wire.coordinator.consumer_group_regular_expression_value import (
    ConsumerGroupRegularExpressionValue,
)
from brokers.wire.coordinator.consumer_group_target_assignment_member_key import (
    ConsumerGroupTargetAssignmentMemberKey,
)
from brokers.wire.coordinator.consumer_group_target_assignment_metadata_key import (
    ConsumerGroupTargetAssignmentMetadataKey,
)
from brokers.wire.coordinator.consumer_group_target_assignment_metadata_value import (
    ConsumerGroupTargetAssignmentMetadataValue,
)
from brokers.wire.coordinator.state_record import StateRecord


def member_record(group_id: str, member: Member) -> StateRecord:
    """Who a member is and what it wants."""
    classic = member.classic
    return StateRecord(
        ConsumerGroupMemberMetadataKey(group_id, member.member_id),
        ConsumerGroupMemberMetadataValue(
            instance_id=member.instance_id,
            rack_id=member.rack_id,
            client_id=member.client_id,
            client_host=member.client_host,
            subscribed_topic_names=sorted(member.subscription.names),
            subscribed_topic_regex=member.subscription.regex,
            rebalance_timeout_ms=member.rebalance_timeout_ms,
            server_assignor=member.assignor,
            classic_member_metadata=None
            if classic is None
            else ClassicMemberMetadata(
                classic.session_timeout_ms,
                [ClassicProtocol(p.name, p.metadata) for p in classic.protocols],
            ),
        ),
    )


def current_record(group_id: str, member: Member) -> StateRecord:
    """How far a member has come."""
    return StateRecord(
        ConsumerGroupCurrentMemberAssignmentKey(group_id, member.member_id),
        current_assignment.ConsumerGroupCurrentMemberAssignmentValue(
            member_epoch=member.epoch,
            previous_member_epoch=member.previous_epoch,
            state=member.state,
            assigned_partitions=_current(member.assigned),
            partitions_pending_revocation=_current(member.revoking),
        ),
    )


def _current(partitions: Partitions) -> list[current_assignment.TopicPartitions]:
    return [
        current_assignment.TopicPartitions(topic_id, sorted(found))
        for topic_id, found in sorted(partitions.items())
    ]


def target_record(group_id: str, member_id: str, target: Partitions) -> StateRecord:
    """What a member is to have in the end."""
    return StateRecord(
        ConsumerGroupTargetAssignmentMemberKey(group_id, member_id),
        target_assignment.ConsumerGroupTargetAssignmentMemberValue([
            target_assignment.TopicPartition(topic_id, sorted(found))
            for topic_id, found in sorted(target.items())
        ]),
    )  # fmt: skip


def member_tombstones(group_id: str, member_id: str) -> list[StateRecord]:
    """Kafka's reader wants them in this order."""
    return [
        StateRecord(ConsumerGroupCurrentMemberAssignmentKey(group_id, member_id), None),
        StateRecord(ConsumerGroupTargetAssignmentMemberKey(group_id, member_id), None),
        StateRecord(ConsumerGroupMemberMetadataKey(group_id, member_id), None),
    ]


def epoch_record(group_id: str, epoch: int, metadata_hash: int) -> StateRecord:
    return StateRecord(
        ConsumerGroupMetadataKey(group_id), ConsumerGroupMetadataValue(epoch, metadata_hash)
    )


def assignment_epoch_record(group_id: str, epoch: int) -> StateRecord:
    """The target of that group epoch is complete."""
    return StateRecord(
        ConsumerGroupTargetAssignmentMetadataKey(group_id),
        ConsumerGroupTargetAssignmentMetadataValue(epoch),
    )


def regex_record(group_id: str, regex: str, resolved: ResolvedRegex) -> StateRecord:
    return StateRecord(
        ConsumerGroupRegularExpressionKey(group_id, regex),
        ConsumerGroupRegularExpressionValue(
            sorted(resolved.topics), resolved.version, resolved.timestamp_ms
        ),
    )


def regex_tombstone(group_id: str, regex: str) -> StateRecord:
    return StateRecord(ConsumerGroupRegularExpressionKey(group_id, regex), None)


def group_tombstones(group_id: str, regexes: Iterable[str]) -> list[StateRecord]:
    """Of a group without members."""
    return [
        *(regex_tombstone(group_id, regex) for regex in sorted(regexes)),
        StateRecord(ConsumerGroupTargetAssignmentMetadataKey(group_id), None),
        StateRecord(ConsumerGroupMetadataKey(group_id), None),
    ]
