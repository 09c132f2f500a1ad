"""JoinGroup: become a member of a classic group, or stay one through a rebalance."""

import uuid
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.classic.member import Protocol, name_member
from brokers.groups.classic.requests import JoinRequest
from brokers.groups.classic.results import JoinResult
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination import group_limit
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.join_group_request import JoinGroupRequest
from brokers.wire.messages.join_group_response import JoinGroupResponse, JoinGroupResponseMember

if TYPE_CHECKING:
    from brokers.node.node import Node

NO_TYPE_UNTIL_VERSION: Final = 6
"""Up to this version the protocol's name must not be null; nothing is an empty one."""


async def handle(
    request: JoinGroupRequest, context: RequestContext, node: "Node"
) -> JoinGroupResponse:
    """Answered once every member has joined, or those that have not were waited for long enough."""
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        refused = JoinResult(ErrorCode.GROUP_AUTHORIZATION_FAILED, request.member_id)
        return _response(refused, context)
    if not request.group_id:
        return _response(JoinResult(ErrorCode.INVALID_GROUP_ID, request.member_id), context)
    name = qualified(context.session.tenant_id, request.group_id)
    client_id = context.client_id or ""
    join = JoinRequest(
        member_id=request.member_id,
        instance_id=request.group_instance_id,
        new_member_id=name_member(client_id, request.group_instance_id, str(uuid.uuid4())),
        client_id=client_id,
        client_host=context.host,
        session_timeout_ms=request.session_timeout_ms,
        rebalance_timeout_ms=request.rebalance_timeout_ms,
        protocol_type=request.protocol_type,
        protocols=tuple(Protocol(each.name, each.metadata) for each in request.protocols),
        version=context.api_version,
    )
    try:
        await group_limit.admit(node, context.session, request.group_id)
        result: JoinResult = await node.groups.ask(
            name,
            lambda shard, token, now: shard.join(name, join, token, now),
            gone=lambda shard, token, now: shard.token_gone(token, name, now),
        )
    except Refusal as refusal:
        result = JoinResult(refusal.code, request.member_id)
    return _response(result, context)


def _response(result: JoinResult, context: RequestContext) -> JoinGroupResponse:
    protocol_name = result.protocol_name
    if protocol_name is None and context.api_version <= NO_TYPE_UNTIL_VERSION:
        protocol_name = ""
    return JoinGroupResponse(
        error_code=result.error,
        generation_id=result.generation,
        protocol_type=result.protocol_type,
        protocol_name=protocol_name,
        leader=result.leader,
        skip_assignment=result.skip_assignment,
        member_id=result.member_id,
        members=[
            JoinGroupResponseMember(member.member_id, member.instance_id, member.metadata)
            for member in result.members
        ],
    )
