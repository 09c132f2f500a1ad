"""EndTxn: commit or abort. Answered once the outcome is recorded; the markers follow."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ProducerEpoch, ProducerId
from brokers.node.authorization import may
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.transaction_coordinator import ask_with_producer_id
from brokers.node.session import RequestContext
from brokers.transactions.requests import EndTxn
from brokers.transactions.state import Producer
from brokers.wire.messages.end_txn_request import EndTxnRequest
from brokers.wire.messages.end_txn_response import EndTxnResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(request: EndTxnRequest, context: RequestContext, node: "Node") -> EndTxnResponse:
    """From version 5 on the client goes on as the producer of the answer (KIP-890)."""
    if not request.transactional_id:
        return EndTxnResponse(error_code=ErrorCode.INVALID_REQUEST)
    transactional = ResourceType.TRANSACTIONAL_ID
    if not await may(context, node, Operation.WRITE, transactional, request.transactional_id):
        return EndTxnResponse(error_code=ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    asked = EndTxn(
        transactional_id=qualified(context.session.tenant_id, request.transactional_id),
        producer=Producer(ProducerId(request.producer_id), ProducerEpoch(request.producer_epoch)),
        commit=request.committed,
        version=context.api_version,
    )
    try:
        answer = await ask_with_producer_id(asked, node)
    except Refusal as refusal:
        return EndTxnResponse(error_code=refusal.code)
    if not asked.bumps_epoch:
        return EndTxnResponse(error_code=answer.error)
    return EndTxnResponse(
        error_code=answer.error,
        producer_id=answer.producer.id,
        producer_epoch=answer.producer.epoch,
    )
