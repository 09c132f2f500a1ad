"""DescribeGroups and ListGroups."""

from brokers.groups.classic.group import Group
from brokers.groups.classic.member import Member
from brokers.groups.classic.results import DescribedMember, GroupDescription, GroupListing
from brokers.groups.classic.states import GroupState


def describe(group: Group) -> GroupDescription:
    name = group.protocol_name if group.state is GroupState.STABLE else None
    return GroupDescription(
        state=group.state.value,
        protocol_type=group.protocol_type or "",
        protocol_name=name or "",
        members=tuple(_described(member, name) for member in group.roster),
    )


def _described(member: Member, protocol_name: str | None) -> DescribedMember:
    return DescribedMember(
        member_id=member.member_id,
        instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        metadata=b"" if protocol_name is None else member.metadata(protocol_name),
        assignment=member.assignment,
    )


def listing(group: Group) -> GroupListing:
    return GroupListing(group.state.value, group.protocol_type or "")
