"""ConsumerGroupDescribe: KIP-848 groups, what their members read and are to read."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.consumer import results
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import allowed, may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from brokers.wire.messages.consumer_group_describe_response import (
    Assignment,
    ConsumerGroupDescribeResponse,
    DescribedGroup,
    Member,
    TopicPartitions,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: ConsumerGroupDescribeRequest, context: RequestContext, node: "Node"
) -> ConsumerGroupDescribeResponse:
    rows = []
    for group_id in request.group_ids:
        row = await _row(group_id, context, node)
        if request.include_authorized_operations and not row.error_code:
            row.authorized_operations = context.rights.operations(ResourceType.GROUP, group_id)
        rows.append(row)
    return ConsumerGroupDescribeResponse(groups=rows)


async def _row(group_id: str, context: RequestContext, node: "Node") -> DescribedGroup:
    if not await may(context, node, Operation.DESCRIBE, ResourceType.GROUP, group_id):
        return DescribedGroup(ErrorCode.GROUP_AUTHORIZATION_FAILED, None, group_id)
    name = qualified(context.session.tenant_id, group_id)
    try:
        found: results.GroupDescription | None = await node.groups.ask(
            name, lambda shard, token, now: shard.describe_consumer_group(name, token)
        )
    except Refusal as refusal:
        return DescribedGroup(refusal.code, None, group_id)
    if found is None:
        message = f"Group {group_id} is not a consumer group."
        return DescribedGroup(ErrorCode.GROUP_ID_NOT_FOUND, message, group_id)
    topics = {name for member in found.members for name in _topics(member)}
    described = await allowed(context, node, Operation.DESCRIBE, ResourceType.TOPIC, topics)
    if described != topics:
        message = "the group reads topics that this login may not describe"
        return DescribedGroup(ErrorCode.TOPIC_AUTHORIZATION_FAILED, message, group_id)
    return DescribedGroup(
        group_id=group_id,
        group_state=found.state,
        group_epoch=found.epoch,
        assignment_epoch=found.assignment_epoch,
        assignor_name=found.assignor,
        members=[_member(member) for member in found.members],
    )


def _topics(member: results.DescribedMember) -> set[str]:
    """Those that it has or is to have."""
    return {name for _, name, _ in (*member.assignment, *member.target)}


def _member(member: results.DescribedMember) -> Member:
    return Member(
        member.member_id,
        member.instance_id,
        member.rack_id,
        member.member_epoch,
        member.client_id,
        member.client_host,
        [*member.topic_names],
        member.topic_regex,
        _assignment(member.assignment),
        _assignment(member.target),
        0 if member.is_classic else 1,
    )


def _assignment(partitions: results.NamedPartitions) -> Assignment:
    return Assignment(
        [TopicPartitions(topic_id, name, [*indexes]) for topic_id, name, indexes in partitions]
    )
