"""ListTransactions (KIP-664): the tenant's transactional ids that this broker coordinates; clients
ask every broker."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.consumer.regular_expressions import compile_regex
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.coordination.internal_topics import qualifier, unqualified
from brokers.node.session import RequestContext
from brokers.transactions.requests import Described, ListTransactions
from brokers.transactions.state import TransactionState as State
from brokers.wire.messages.list_transactions_request import ListTransactionsRequest
from brokers.wire.messages.list_transactions_response import (
    ListTransactionsResponse,
    TransactionState,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

_STATES = {state.title: state for state in State}


async def handle(
    request: ListTransactionsRequest, context: RequestContext, node: "Node"
) -> ListTransactionsResponse:
    """Filtered by state, producer id, duration (KIP-994) and a pattern that whole ids match
    (KIP-1152), and by what this login may describe. Unknown states are named, and let nothing
    pass."""
    states = {_STATES[name] for name in request.state_filters if name in _STATES}
    unknown = [name for name in request.state_filters if name not in _STATES]
    if unknown and not states:
        return ListTransactionsResponse(unknown_state_filters=unknown)
    asked = ListTransactions(
        id_prefix=qualifier(context.session.tenant_id),
        states=frozenset(states),
        producer_ids=frozenset(request.producer_id_filters),
        duration_ms=request.duration_filter,
    )
    found: list[Described] = []
    pattern = request.transactional_id_pattern or "(?s).*"
    try:
        matches = compile_regex(pattern).fullmatch
        for shard in node.transaction_coordinator:
            found += await shard.ask(
                lambda machine, token, now: machine.list_transactions(asked, token, now)
            )
    except Refusal as refusal:
        return ListTransactionsResponse(error_code=refusal.code)
    rows = [
        TransactionState(name, each.producer.id, each.state.title)
        for each in found
        if matches(name := unqualified(each.transactional_id))
        and context.rights.allow(Operation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, name)
    ]
    return ListTransactionsResponse(
        error_code=ErrorCode.NONE, unknown_state_filters=unknown, transaction_states=rows
    )
