"""LeaveGroup: a member goes, or an administrator removes members (KIP-345)."""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.classic.requests import Departure
from brokers.groups.classic.results import LeaveResult
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.leave_group_request import LeaveGroupRequest
from brokers.wire.messages.leave_group_response import LeaveGroupResponse, MemberResponse

if TYPE_CHECKING:
    from brokers.node.node import Node

SEVERAL_SINCE_VERSION: Final = 3


async def handle(
    request: LeaveGroupRequest, context: RequestContext, node: "Node"
) -> LeaveGroupResponse:
    """One row per member from version 3 on; before, the one member's code."""
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return LeaveGroupResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    if not request.group_id:
        return LeaveGroupResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    name = qualified(context.session.tenant_id, request.group_id)
    is_several = context.api_version >= SEVERAL_SINCE_VERSION
    leaving = (
        tuple(Departure(each.member_id, each.group_instance_id) for each in request.members)
        if is_several
        else (Departure(request.member_id),)
    )
    try:
        result: LeaveResult = await node.groups.ask(
            name, lambda shard, token, now: shard.leave(name, leaving, token, now)
        )
    except Refusal as refusal:
        return LeaveGroupResponse(error_code=refusal.code)
    if not is_several:
        code = result.error or (result.members[0].error if result.members else ErrorCode.NONE)
        return LeaveGroupResponse(error_code=code)
    return LeaveGroupResponse(
        error_code=result.error,
        members=[
            MemberResponse(each.member_id, each.instance_id, each.error) for each in result.members
        ],
    )
