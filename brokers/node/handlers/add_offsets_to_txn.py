"""AddOffsetsToTxn: what a consumer group commits becomes part of a transaction.

That is: the partition that holds the group's offsets does. Its leader, the group's coordinator, is
sent the offsets by the client afterwards.
"""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ProducerEpoch, ProducerId
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.transaction_coordinator import ask_to_add, offsets_partition
from brokers.node.session import RequestContext
from brokers.transactions.requests import AddPartitions
from brokers.transactions.state import Producer
from brokers.wire.messages.add_offsets_to_txn_request import AddOffsetsToTxnRequest
from brokers.wire.messages.add_offsets_to_txn_response import AddOffsetsToTxnResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: AddOffsetsToTxnRequest, context: RequestContext, node: "Node"
) -> AddOffsetsToTxnResponse:
    if not request.transactional_id:
        return AddOffsetsToTxnResponse(error_code=ErrorCode.INVALID_REQUEST)
    if not request.group_id:
        return AddOffsetsToTxnResponse(error_code=ErrorCode.INVALID_GROUP_ID)
    tenant_id, transactional = context.session.tenant_id, ResourceType.TRANSACTIONAL_ID
    if not await may(context, node, Operation.WRITE, transactional, request.transactional_id):
        code = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        return AddOffsetsToTxnResponse(error_code=code)
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return AddOffsetsToTxnResponse(error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED)
    name = qualified(tenant_id, request.transactional_id)
    try:
        partition = offsets_partition(qualified(tenant_id, request.group_id), node)
        asked = AddPartitions(
            name,
            Producer(ProducerId(request.producer_id), ProducerEpoch(request.producer_epoch)),
            frozenset({partition}),
            context.api_version,
        )
        answer = await ask_to_add(asked, node)
    except Refusal as refusal:
        return AddOffsetsToTxnResponse(error_code=refusal.code)
    return AddOffsetsToTxnResponse(error_code=answer.errors[partition])
