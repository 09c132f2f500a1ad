"""DescribeAcls: the tenant's bindings that a filter matches, by what they are about."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.acl_requests import filter_of
from brokers.node.administration import refused_cluster
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_acls_request import DescribeAclsRequest
from brokers.wire.messages.describe_acls_response import (
    AclDescription,
    DescribeAclsResource,
    DescribeAclsResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeAclsRequest, context: RequestContext, node: "Node"
) -> DescribeAclsResponse:
    refused = await refused_cluster(context, node, Operation.DESCRIBE)
    if refused is not None:
        return DescribeAclsResponse(error_code=refused.code, error_message=refused.message)
    try:
        wanted = filter_of(request)
    except Refusal as refusal:
        return DescribeAclsResponse(error_code=refusal.code, error_message=refusal.message)
    await node.catch_up()
    authorizer = node.image.authorizers.get(context.session.tenant_id)
    resources: dict[tuple[int, str, int], DescribeAclsResource] = {}
    for _, binding in [] if authorizer is None else authorizer.bindings():
        if wanted.matches(binding):
            pattern = (binding.resource_type, binding.resource_name, binding.pattern_type)
            resources.setdefault(pattern, DescribeAclsResource(*pattern)).acls.append(
                AclDescription(
                    binding.principal, binding.host, binding.operation, binding.permission
                )
            )
    return DescribeAclsResponse(
        error_code=ErrorCode.NONE, error_message=None, resources=[*resources.values()]
    )
