"""DescribeGroups: classic groups with their members and assignments."""

from typing import TYPE_CHECKING, Final

from brokers.groups.classic.results import GroupDescription
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext, Scope
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

GROUP_OPERATIONS: Final = 1 << 3 | 1 << 6 | 1 << 8
"""Read, delete and describe, as bits of ``AclOperation`` (KIP-430)."""


async def handle(
    request: DescribeGroupsRequest, context: RequestContext, node: "Node"
) -> DescribeGroupsResponse:
    rows = []
    for group_id in request.groups:
        row = await _row(group_id, context, node)
        if request.include_authorized_operations and not row.error_code:
            row.authorized_operations = GROUP_OPERATIONS
        rows.append(row)
    return DescribeGroupsResponse(groups=rows)


async def _row(group_id: str, context: RequestContext, node: "Node") -> DescribedGroup:
    if Scope.READ not in context.session.scope:
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
