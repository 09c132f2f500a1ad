"""DescribeGroups: classic groups with their members and assignments."""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.classic.results import GroupDescription
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_groups_request import DescribeGroupsRequest
from brokers.wire.messages.describe_groups_response import (
    DescribedGroup,
    DescribedGroupMember,
    DescribeGroupsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

GROUP_ID_NOT_FOUND_SINCE_VERSION: Final = 6
"""Before, a group that is not there is a dead one (KIP-1043)."""


async def handle(
    request: DescribeGroupsRequest, context: RequestContext, node: "Node"
) -> DescribeGroupsResponse:
    rows = []
    for group_id in request.groups:
        row = await _row(group_id, context, node)
        if request.include_authorized_operations and not row.error_code:
            row.authorized_operations = context.rights.operations(ResourceType.GROUP, group_id)
        rows.append(row)
    return DescribeGroupsResponse(groups=rows)


async def _row(group_id: str, context: RequestContext, node: "Node") -> DescribedGroup:
    if not await may(context, node, Operation.DESCRIBE, ResourceType.GROUP, group_id):
        return DescribedGroup(ErrorCode.GROUP_AUTHORIZATION_FAILED, None, group_id)
    name = qualified(context.session.tenant_id, group_id)
    try:
        found: GroupDescription | None = await node.groups.ask(
            name, lambda shard, token, now: shard.describe_group(name, token)
        )
    except Refusal as refusal:
        return DescribedGroup(refusal.code, None, group_id)
    if found is None:
        if context.api_version >= GROUP_ID_NOT_FOUND_SINCE_VERSION:
            message = f"Group {group_id} not found."
            return DescribedGroup(ErrorCode.GROUP_ID_NOT_FOUND, message, group_id, "Dead")
        return DescribedGroup(ErrorCode.NONE, None, group_id, "Dead")
    return DescribedGroup(
        ErrorCode.NONE,
        None,
        group_id,
        found.state,
        found.protocol_type,
        found.protocol_name,
        [
            DescribedGroupMember(
                member.member_id,
                member.instance_id,
                member.client_id,
                member.client_host,
                member.metadata,
                member.assignment,
            )
            for member in found.members
        ],
    )
