"""What administrators see of a group."""

from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.member import NOTHING, Member
from brokers.groups.consumer.results import DescribedMember, GroupDescription, NamedPartitions
from brokers.groups.consumer.state import GroupState
from brokers.groups.consumer.target import preferred_assignor
from brokers.groups.consumer.topics import Topics


def state_name(group: GroupState) -> str:
    """``Empty``, ``Assigning``, ``Reconciling`` or ``Stable``, as Kafka's tools show it."""
    if not group.members:
        return "Empty"
    if group.epoch > group.assignment_epoch:
        return "Assigning"
    if all(m.is_reconciled_to(group.assignment_epoch) for m in group.members.values()):
        return "Stable"
    return "Reconciling"


def describe(group: GroupState, topics: Topics) -> GroupDescription:
    return GroupDescription(
        state=state_name(group),
        epoch=group.epoch,
        assignment_epoch=group.assignment_epoch,
        assignor=preferred_assignor(group.members),
        members=tuple(
            _describe(member, group.targets.get(member_id, NOTHING), topics)
            for member_id, member in sorted(group.members.items())
        ),
    )


def _describe(member: Member, target: Partitions, topics: Topics) -> DescribedMember:
    return DescribedMember(
        member_id=member.member_id,
        instance_id=member.instance_id,
        rack_id=member.rack_id,
        member_epoch=member.epoch,
        client_id=member.client_id,
        client_host=member.client_host,
        topic_names=tuple(sorted(member.subscription.names)),
        topic_regex=member.subscription.regex or None,
        assignment=_named(member.assigned, topics),
        target=_named(target, topics),
        is_classic=member.classic is not None,
    )


def _named(partitions: Partitions, topics: Topics) -> NamedPartitions:
    """Without the topics that are deleted: they have no name any more."""
    return tuple(
        (topic_id, name, tuple(sorted(found)))
        for topic_id, found in sorted(partitions.items())
        if (name := topics.name_of(topic_id)) is not None
    )
