"""AlterClientQuotas (KIP-546): quotas of the tenant's principals, clients and addresses.

One row per entity. What the tenant as a whole may use stays as it is.
"""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.node.administration import Deadline, check_count
from brokers.node.authorization import may_on_cluster
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.alter_client_quotas_request import (
    AlterClientQuotasRequest,
    EntryData,
)
from brokers.wire.messages.alter_client_quotas_response import (
    AlterClientQuotasResponse,
    EntityData,
)
from brokers.wire.messages.alter_client_quotas_response import EntryData as Row

if TYPE_CHECKING:
    from brokers.node.node import Node

NOT_ALLOWED = Refused(
    ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
    "quotas are changed with the key of the tenant's administrator",
)


async def handle(
    request: AlterClientQuotasRequest, context: RequestContext, node: "Node"
) -> AlterClientQuotasResponse:
    deadline = Deadline()
    is_allowed = await may_on_cluster(context, node, Operation.ALTER_CONFIGS)
    refused = check_count(len(request.entries)) if is_allowed else NOT_ALLOWED
    rows = []
    for entry in request.entries:
        outcome = refused or await _altered(
            entry, context, node, deadline, validate_only=request.validate_only
        )
        rows.append(_row(entry, outcome))
    if not request.validate_only:
        await deadline.caught_up(node)
    return AlterClientQuotasResponse(entries=rows)


async def _altered(
    entry: EntryData,
    context: RequestContext,
    node: "Node",
    deadline: Deadline,
    *,
    validate_only: bool,
) -> Refused | None:
    entity = {each.entity_type: each.entity_name for each in entry.entity}
    values = {each.key: None if each.remove else each.value for each in entry.ops}
    if len(entity) != len(entry.entity) or len(values) != len(entry.ops):
        return Refused(
            ErrorCode.INVALID_REQUEST, "a type of entity or a quota stands in an entry twice"
        )
    verb = node.control.alter_client_quotas(context.actor(), entity, values, validate_only)
    return await deadline.done(verb)


def _row(entry: EntryData, refused: Refused | None) -> Row:
    entity = [EntityData(each.entity_type, each.entity_name) for each in entry.entity]
    if refused is None:
        return Row(error_message=None, entity=entity)
    return Row(refused.code, refused.message, entity)
