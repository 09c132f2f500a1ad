"""OffsetDelete: forget what a group has committed, where it does not read any more (KIP-496)."""

from typing import TYPE_CHECKING

from brokers.groups.offset_requests import DeletedOffsets, DeleteOffsets
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext, Scope
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
    if Scope.READ not in context.session.scope:
        return OffsetDeleteResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    name = qualified(context.session.tenant_id, request.group_id)
    places = [
        (topic.name, partition.partition_index)
        for topic in request.topics
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
    codes = iter(deleted.codes)
    return OffsetDeleteResponse(
        topics=[
            OffsetDeleteResponseTopic(
                topic.name,
                [
                    OffsetDeleteResponsePartition(partition.partition_index, next(codes))
                    for partition in topic.partitions
                ],
            )
            for topic in request.topics
        ]
    )
