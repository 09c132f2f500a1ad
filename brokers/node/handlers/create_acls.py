"""CreateAcls: one row per binding; what was made counts here when the answer goes out."""

from typing import TYPE_CHECKING

from brokers.authorization.acl import AclBinding
from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.acl_requests import binding_of
from brokers.node.administration import (
    Deadline,
    check_count,
    note_if_over_quota,
    refused_cluster,
)
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.create_acls_request import AclCreation, CreateAclsRequest
from brokers.wire.messages.create_acls_response import AclCreationResult, CreateAclsResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: CreateAclsRequest, context: RequestContext, node: "Node"
) -> CreateAclsResponse:
    deadline = Deadline()
    refused = await refused_cluster(context, node, Operation.ALTER)
    refused = refused or check_count(len(request.creations))
    asked = [refused or _read(each) for each in request.creations]
    bindings = [each for each in asked if isinstance(each, AclBinding)]
    done = (
        await deadline.done(node.control.create_acls(context.actor(), bindings)) if bindings else []
    )
    for outcome in done if isinstance(done, list) else [done]:
        note_if_over_quota(context, node, outcome)
    outcomes = iter([done] * len(bindings) if isinstance(done, Refused) else done)
    rows = [_row(next(outcomes) if isinstance(each, AclBinding) else each) for each in asked]
    await deadline.caught_up(node)
    return CreateAclsResponse(results=rows)


def _read(asked: AclCreation) -> AclBinding | Refused:
    try:
        return binding_of(asked)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)


def _row(outcome: Refused | None) -> AclCreationResult:
    if outcome is None:
        return AclCreationResult(ErrorCode.NONE, None)
    return AclCreationResult(outcome.code, outcome.message)
