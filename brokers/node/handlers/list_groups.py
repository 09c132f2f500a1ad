"""ListGroups: the tenant's groups that this broker coordinates; clients ask every broker."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType
from brokers.groups.listing import ListedGroup as Listing
from brokers.kernel.errors import Refusal
from brokers.node.coordination.internal_topics import qualifier, unqualified
from brokers.node.session import RequestContext
from brokers.wire.messages.list_groups_request import ListGroupsRequest
from brokers.wire.messages.list_groups_response import ListedGroup, ListGroupsResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: ListGroupsRequest, context: RequestContext, node: "Node"
) -> ListGroupsResponse:
    """Filtered by state (KIP-518) and type (KIP-848), whatever their case. While a coordinator
    here is loading the answer would lack groups, and says so instead. Who may describe the
    cluster sees all of the tenant's groups, others those that they may describe."""
    rights = context.rights
    sees_all = rights.allow(Operation.DESCRIBE, ResourceType.CLUSTER, CLUSTER_NAME)
    prefix = qualifier(context.session.tenant_id)
    states = {state.lower() for state in request.states_filter}
    types = {kind.lower() for kind in request.types_filter}
    found: list[Listing] = []
    try:
        for shard in node.groups:
            found += await shard.ask(lambda machine, token, now: machine.list_groups(prefix, token))
    except Refusal as refusal:
        return ListGroupsResponse(error_code=refusal.code)
    return ListGroupsResponse(
        groups=[
            ListedGroup(unqualified(each.group_id), each.protocol_type, each.state, each.kind)
            for each in found
            if (not states or each.state.lower() in states)
            and (not types or each.kind.lower() in types)
            and (
                sees_all
                or rights.allow(Operation.DESCRIBE, ResourceType.GROUP, unqualified(each.group_id))
            )
        ]
    )
