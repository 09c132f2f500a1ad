"""Heartbeat: a member of a classic group lives, and learns whether it has to join again."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.classic.requests import HeartbeatRequest as Beat
from brokers.groups.classic.results import HeartbeatResult
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.heartbeat_request import HeartbeatRequest
from brokers.wire.messages.heartbeat_response import HeartbeatResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: HeartbeatRequest, context: RequestContext, node: "Node"
) -> HeartbeatResponse:
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return HeartbeatResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    if not request.group_id:
        return HeartbeatResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    name = qualified(context.session.tenant_id, request.group_id)
    beat = Beat(request.member_id, request.group_instance_id, request.generation_id)
    try:
        result: HeartbeatResult = await node.groups.ask(
            name, lambda shard, token, now: shard.heartbeat(name, beat, token, now)
        )
    except Refusal as refusal:
        # Kafka answers a coordinator that is loading as one where all is well: the member is
        # known there, and telling it otherwise would make it look for another one.
        loading = refusal.code is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        return HeartbeatResponse(error_code=ErrorCode.NONE if loading else refusal.code)
    return HeartbeatResponse(error_code=result.error)
