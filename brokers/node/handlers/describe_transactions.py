"""DescribeTransactions (KIP-664): what a transactional id's coordinator knows of it."""

from collections import defaultdict
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.transactions.requests import Described
from brokers.transactions.state import TransactionPartition
from brokers.wire.messages.describe_transactions_request import DescribeTransactionsRequest
from brokers.wire.messages.describe_transactions_response import (
    DescribeTransactionsResponse,
    TopicData,
    TransactionState,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeTransactionsRequest, context: RequestContext, node: "Node"
) -> DescribeTransactionsResponse:
    rows = [await _row(each, context, node) for each in request.transactional_ids]
    return DescribeTransactionsResponse(transaction_states=rows)


async def _row(transactional_id: str, context: RequestContext, node: "Node") -> TransactionState:
    row = TransactionState(transactional_id=transactional_id, producer_id=-1, producer_epoch=-1)
    if not transactional_id:
        row.error_code = ErrorCode.INVALID_REQUEST
        return row
    transactional = ResourceType.TRANSACTIONAL_ID
    if not await may(context, node, Operation.DESCRIBE, transactional, transactional_id):
        row.error_code = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return row
    name = qualified(context.session.tenant_id, transactional_id)
    try:
        found: Described | ErrorCode = await node.transaction_coordinator.ask(
            name, lambda machine, token, now: machine.describe(name, token)
        )
    except Refusal as refusal:
        found = refusal.code
    if isinstance(found, ErrorCode):
        row.error_code = found
        return row
    row.transaction_state = found.state.title
    row.transaction_timeout_ms = found.timeout_ms
    row.transaction_start_time_ms = found.started_ms
    row.producer_id, row.producer_epoch = found.producer
    row.topics = _topics(found.partitions, context)
    return row


def _topics(
    partitions: frozenset[TransactionPartition], context: RequestContext
) -> list[TopicData]:
    """Those that this login may describe."""
    indexes: defaultdict[str, list[int]] = defaultdict(list)
    for partition in sorted(partitions):
        if context.rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, partition.topic):
            indexes[partition.topic].append(partition.partition)
    return [TopicData(topic, members) for topic, members in indexes.items()]
