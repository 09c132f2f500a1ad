"""A classic group's record, ``GroupMetadataKey`` and its value, to and from members."""

from collections.abc import Iterable
from dataclasses import replace

from brokers.groups.classic.member import Member, Protocol
from brokers.wire.coordinator.group_metadata_key import GroupMetadataKey
from brokers.wire.coordinator.group_metadata_value import GroupMetadataValue, MemberMetadata
from brokers.wire.coordinator.state_record import StateRecord


def empty_group(
    group_id: str, generation: int, protocol_type: str | None, wall_ms: int
) -> StateRecord:
    """A generation without members; generation 0 with no protocol type: a group not used yet."""
    value = GroupMetadataValue(
        protocol_type=protocol_type or "",
        generation=generation,
        protocol=None,
        leader=None,
        current_state_timestamp=wall_ms,
    )
    return StateRecord(GroupMetadataKey(group_id), value)


def stable_group(
    *,
    group_id: str,
    generation: int,
    protocol_type: str,
    protocol_name: str,
    leader: str | None,
    members: Iterable[Member],
    wall_ms: int,
) -> StateRecord:
    """A generation with its members and assignments. Raises ``KeyError`` when one of the members
    does not support the protocol.
    """
    value = GroupMetadataValue(
        protocol_type=protocol_type,
        generation=generation,
        protocol=protocol_name,
        leader=leader,
        current_state_timestamp=wall_ms,
        members=[_recorded(member, protocol_name) for member in members],
    )
    return StateRecord(GroupMetadataKey(group_id), value)


def tombstone(group_id: str) -> StateRecord:
    return StateRecord(GroupMetadataKey(group_id), None)


def member_of(recorded: MemberMetadata, value: GroupMetadataValue, known: Member | None) -> Member:
    """The member that ``value`` records, with what only memory knows where it is ``known``."""
    spoken = Protocol(value.protocol or "", recorded.subscription)
    if known is None:
        known = Member(
            member_id=recorded.member_id,
            instance_id=None,
            client_id="",
            client_host="",
            session_timeout_ms=0,
            rebalance_timeout_ms=0,
            protocol_type="",
            protocols=(),
        )
    timeout_ms = recorded.rebalance_timeout
    return replace(
        known,
        instance_id=recorded.group_instance_id,
        client_id=recorded.client_id,
        client_host=recorded.client_host,
        session_timeout_ms=recorded.session_timeout,
        rebalance_timeout_ms=recorded.session_timeout if timeout_ms < 0 else timeout_ms,
        protocol_type=value.protocol_type,
        protocols=known.protocols if spoken in known.protocols else (spoken,),
        assignment=recorded.assignment,
    )


def _recorded(member: Member, protocol_name: str) -> MemberMetadata:
    return MemberMetadata(
        member_id=member.member_id,
        group_instance_id=member.instance_id,
        client_id=member.client_id,
        client_host=member.client_host,
        rebalance_timeout=member.rebalance_timeout_ms,
        session_timeout=member.session_timeout_ms,
        subscription=member.metadata(protocol_name),
        assignment=member.assignment,
    )
