"""SyncGroup: the leader brings the assignment of a generation, everyone takes his part of it."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.classic.requests import SyncRequest
from brokers.groups.classic.results import SyncResult
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.sync_group_request import SyncGroupRequest
from brokers.wire.messages.sync_group_response import SyncGroupResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: SyncGroupRequest, context: RequestContext, node: "Node"
) -> SyncGroupResponse:
    """Followers are answered once the leader's assignment is committed."""
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return SyncGroupResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    if not request.group_id:
        return SyncGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    name = qualified(context.session.tenant_id, request.group_id)
    sync = SyncRequest(
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        generation=request.generation_id,
        protocol_type=request.protocol_type,
        protocol_name=request.protocol_name,
        assignments={each.member_id: each.assignment for each in request.assignments},
    )
    try:
        result: SyncResult = await node.groups.ask(
            name,
            lambda shard, token, now: shard.sync(name, sync, token, now),
            gone=lambda shard, token, now: shard.token_gone(token, name, now),
        )
    except Refusal as refusal:
        result = SyncResult(refusal.code)
    return SyncGroupResponse(
        error_code=result.error,
        protocol_type=result.protocol_type,
        protocol_name=result.protocol_name,
        assignment=result.assignment,
    )
