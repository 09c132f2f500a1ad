"""DeleteAcls: per filter, the bindings that it ended."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from brokers.authorization.acl import AclBinding, AclFilter
from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.acl_requests import filter_of
from brokers.node.administration import Deadline, check_count, refused_cluster
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.delete_acls_request import DeleteAclsFilter, DeleteAclsRequest
from brokers.wire.messages.delete_acls_response import (
    DeleteAclsFilterResult,
    DeleteAclsMatchingAcl,
    DeleteAclsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DeleteAclsRequest, context: RequestContext, node: "Node"
) -> DeleteAclsResponse:
    deadline = Deadline()
    refused = await refused_cluster(context, node, Operation.ALTER)
    refused = refused or check_count(len(request.filters))
    asked = [refused or _read(each) for each in request.filters]
    filters = [each for each in asked if isinstance(each, AclFilter)]
    done = (
        await deadline.done(node.control.delete_acls(context.actor(), filters)) if filters else []
    )
    outcomes: Iterator[list[AclBinding] | Refused] = iter(
        [done] * len(filters) if isinstance(done, Refused) else done
    )
    rows = [_row(next(outcomes) if isinstance(each, AclFilter) else each) for each in asked]
    await deadline.caught_up(node)
    return DeleteAclsResponse(filter_results=rows)


def _read(asked: DeleteAclsFilter) -> AclFilter | Refused:
    try:
        return filter_of(asked)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)


def _row(outcome: list[AclBinding] | Refused) -> DeleteAclsFilterResult:
    if isinstance(outcome, Refused):
        return DeleteAclsFilterResult(outcome.code, outcome.message)
    return DeleteAclsFilterResult(
        error_message=None,
        matching_acls=[
            DeleteAclsMatchingAcl(
                ErrorCode.NONE,
                None,
                each.resource_type,
                each.resource_name,
                each.pattern_type,
                each.principal,
                each.host,
                each.operation,
                each.permission,
            )
            for each in outcome
        ],
    )
