"""DeleteGroups: groups without members, and everything that they have committed."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.delete_groups_request import DeleteGroupsRequest
from brokers.wire.messages.delete_groups_response import (
    DeletableGroupResult,
    DeleteGroupsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DeleteGroupsRequest, context: RequestContext, node: "Node"
) -> DeleteGroupsResponse:
    rows = []
    for group_id in request.groups_names:
        rows.append(DeletableGroupResult(group_id, await _delete(group_id, context, node)))
    return DeleteGroupsResponse(results=rows)


async def _delete(group_id: str, context: RequestContext, node: "Node") -> ErrorCode:
    if not await may(context, node, Operation.DELETE, ResourceType.GROUP, group_id):
        return ErrorCode.GROUP_AUTHORIZATION_FAILED
    name = qualified(context.session.tenant_id, group_id)
    try:
        code: ErrorCode = await node.groups.ask(
            name, lambda shard, token, now: shard.delete_group(name, token, now)
        )
    except Refusal as refusal:
        return refusal.code
    if not code:
        node.deeds.done(context, "group.delete", group_id)
    return code
