"""Groups with their members and what each of those reads."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal
from brokers.wire.coordinator import consumer_protocol_assignment
from brokers.wire.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from brokers.wire.messages.describe_groups_request import DescribeGroupsRequest
from brokers.wire.registry import ApiKey
from streaming.groups.coordinator import coordinators, following
from streaming.groups.model import CLASSIC, CONSUMER, DEAD, Group, Member, TopicPartition
from streaming.records.failures import refusal_of
from streaming.records.reader import Reader
from streaming.records.wire_request import UnsupportedByBroker, WireRequest

CONSUMER_PROTOCOL: Final = "consumer"
"""The protocol type of groups whose members are consumers; Connect, for one, has another."""
_CLASSIC_MEMBER: Final = 0
"""Told since version 1 of ConsumerGroupDescribe."""


async def describe_groups(reader: Reader, names: Iterable[str]) -> dict[str, Group]:
    """The groups among ``names`` that exist, by name.

    Raises ``Refusal`` (GROUP_AUTHORIZATION_FAILED among others) and ``BrokersUnavailable``.
    """
    wanted = list(names)

    async def attempt() -> dict[str, Group]:
        by_node = await coordinators(reader, wanted)
        described = await asyncio.gather(
            *(_of_coordinator(reader, node, groups) for node, groups in by_node.items())
        )
        return {group.name: group for groups in described for group in groups}

    return await following(attempt)


async def describe_group(reader: Reader, name: str) -> Group:
    """One group. Raises ``Refusal`` GROUP_ID_NOT_FOUND, and as ``describe_groups`` does."""
    group = (await describe_groups(reader, [name])).get(name)
    if group is None:
        raise refusal_of(ErrorCode.GROUP_ID_NOT_FOUND, f"group {name!r}")
    return group


async def _of_coordinator(reader: Reader, node: int, names: list[str]) -> list[Group]:
    """Classic groups are asked for first: every broker knows those, and most groups are."""
    request = WireRequest(ApiKey.DESCRIBE_GROUPS, DescribeGroupsRequest(groups=names))
    answer = await reader.ask(node, request, "groups")
    found, others = [], []
    for row in answer.groups:
        if row.error_code == ErrorCode.GROUP_ID_NOT_FOUND or row.group_state == DEAD:
            others.append(row.group_id)
        elif row.error_code:
            raise refusal_of(row.error_code, f"group {row.group_id!r}")
        else:
            found.append(_classic(row, node))
    return found + (await _of_new_type(reader, node, others) if others else [])


async def _of_new_type(reader: Reader, node: int, names: list[str]) -> list[Group]:
    """Those among ``names`` that are of type ``consumer`` (KIP-848)."""
    message = ConsumerGroupDescribeRequest(group_ids=names)
    try:
        answer = await reader.ask(
            node, WireRequest(ApiKey.CONSUMER_GROUP_DESCRIBE, message), "groups"
        )
    except UnsupportedByBroker:
        return []
    found = []
    for row in answer.groups:
        if row.error_code == ErrorCode.GROUP_ID_NOT_FOUND:
            continue
        if row.error_code:
            raise _told(row)
        found.append(_consumer(row, node))
    return found


def _told(row: Any) -> Refusal:
    """A refusal in the broker's own words, which name the topic that is hidden, say."""
    refusal = refusal_of(row.error_code, f"group {row.group_id!r}")
    if row.error_message:
        return Refusal(refusal.code, f"group {row.group_id!r}: {row.error_message}")
    return refusal


def _classic(row: Any, coordinator: int) -> Group:
    are_consumers = row.protocol_type == CONSUMER_PROTOCOL
    members = tuple(
        Member(
            id=member.member_id,
            instance_id=member.group_instance_id,
            client_id=member.client_id,
            host=member.client_host.lstrip("/"),
            epoch=None,
            assignment=_assignment(member.member_assignment) if are_consumers else None,
        )
        for member in row.members
    )
    return Group(
        name=row.group_id,
        group_type=CLASSIC,
        protocol_type=row.protocol_type,
        state=row.group_state,
        assignor=row.protocol_data,
        coordinator=coordinator,
        epoch=None,
        members=members,
    )


def _assignment(data: bytes) -> tuple[TopicPartition, ...] | None:
    """What the leader of a classic group assigned: any member's bytes. None when unreadable.

    Format: an int16 version and Kafka's ``ConsumerProtocolAssignment``; newer versions only add at
    the end (KIP-429).
    """
    if not data:
        return ()
    version = int.from_bytes(data[:2], "big", signed=True)
    known = min(version, consumer_protocol_assignment.MAX_VERSION)
    try:
        assignment = consumer_protocol_assignment.decode(known, memoryview(data), 2)
    except ProtocolError:
        return None
    return tuple(
        sorted(
            TopicPartition(each.topic, partition)
            for each in assignment.assigned_partitions
            for partition in each.partitions
        )
    )


def _consumer(row: Any, coordinator: int) -> Group:
    members = tuple(
        Member(
            id=member.member_id,
            instance_id=member.instance_id,
            client_id=member.client_id,
            host=member.client_host.lstrip("/"),
            epoch=member.member_epoch,
            assignment=_partitions(member.assignment),
            target=_partitions(member.target_assignment),
            is_classic=member.member_type == _CLASSIC_MEMBER,
        )
        for member in row.members
    )
    return Group(
        name=row.group_id,
        group_type=CONSUMER,
        protocol_type=CONSUMER_PROTOCOL,
        state=row.group_state,
        assignor=row.assignor_name,
        coordinator=coordinator,
        epoch=row.group_epoch,
        members=members,
    )


def _partitions(assignment: Any) -> tuple[TopicPartition, ...]:
    return tuple(
        sorted(
            TopicPartition(each.topic_name, partition)
            for each in assignment.topic_partitions
            for partition in each.partitions
        )
    )
