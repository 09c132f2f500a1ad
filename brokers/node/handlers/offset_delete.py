"""OffsetDelete: forget what a group has committed, where it does not read any more (KIP-496)."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.offset_requests import DeletedOffsets, DeleteOffsets
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import allowed, may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.offset_delete_request import OffsetDeleteRequest
from brokers.wire.messages.offset_delete_response import (
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: OffsetDeleteRequest, context: RequestContext, node: "Node"
) -> OffsetDeleteResponse:
    """Topics that are gone may be named: that is when this is wanted most."""
    if not await may(context, node, Operation.DELETE, ResourceType.GROUP, request.group_id):
        return OffsetDeleteResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    name = qualified(context.session.tenant_id, request.group_id)
    names = {topic.name for topic in request.topics}
    readable = await allowed(context, node, Operation.READ, ResourceType.TOPIC, names)
    places = [
        (topic.name, partition.partition_index)
        for topic in request.topics
        if topic.name in readable
        for partition in topic.partitions
    ]
    try:
        deleted: DeletedOffsets = await node.groups.ask(
            name,
            lambda shard, token, now: shard.delete_offsets(DeleteOffsets(name, places), token),
        )
    except Refusal as refusal:
        return OffsetDeleteResponse(error_code=refusal.code)
    if deleted.code:
        return OffsetDeleteResponse(error_code=deleted.code)
    if not all(deleted.codes):
        node.deeds.done(context, "group.delete_offsets", request.group_id)
    codes = iter(deleted.codes)
    return OffsetDeleteResponse(
        topics=[
            OffsetDeleteResponseTopic(
                topic.name,
                [
                    OffsetDeleteResponsePartition(
                        partition.partition_index,
                        next(codes)
                        if topic.name in readable
                        else ErrorCode.TOPIC_AUTHORIZATION_FAILED,
                    )
                    for partition in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    )
