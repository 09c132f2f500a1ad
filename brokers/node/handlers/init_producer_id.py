"""InitProducerId: an id for an idempotent producer, or the next epoch of a transactional one."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ProducerEpoch, ProducerId
from brokers.kernel.limits import NAME_CHARACTERS_MAX
from brokers.node.authorization import may, may_on_cluster
from brokers.node.coordination.internal_topics import qualified
from brokers.node.coordination.transaction_coordinator import ask_with_producer_id
from brokers.node.session import RequestContext
from brokers.transactions.requests import InitProducerId
from brokers.transactions.state import NO_PRODUCER_ID, Producer
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.init_producer_id_response import InitProducerIdResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: InitProducerIdRequest, context: RequestContext, node: "Node"
) -> InitProducerIdResponse:
    """COORDINATOR_LOAD_IN_PROGRESS, which clients retry, while no id can be had."""
    if request.transactional_id is not None and not (
        0 < len(request.transactional_id) <= NAME_CHARACTERS_MAX
    ):
        return _refused(ErrorCode.INVALID_REQUEST)
    if request.transactional_id is not None:
        if not await _may_begin(request, request.transactional_id, context, node):
            return _refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        return await _transactional(request, request.transactional_id, context, node)
    # KIP-679: whoever may write anywhere may do so idempotently.
    if not context.rights.allow_any(
        Operation.WRITE, ResourceType.TOPIC
    ) and not await may_on_cluster(context, node, Operation.IDEMPOTENT_WRITE):
        return _refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    producer_id = await node.producer_ids.next()
    if producer_id is None:
        return _refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)


async def _may_begin(
    request: InitProducerIdRequest, transactional_id: str, context: RequestContext, node: "Node"
) -> bool:
    operations = [Operation.WRITE, Operation.TWO_PHASE_COMMIT]
    for operation in operations if request.enable2_pc else operations[:1]:
        if not await may(context, node, operation, ResourceType.TRANSACTIONAL_ID, transactional_id):
            return False
    return True


async def _transactional(
    request: InitProducerIdRequest, transactional_id: str, context: RequestContext, node: "Node"
) -> InitProducerIdResponse:
    expected = Producer(ProducerId(request.producer_id), ProducerEpoch(request.producer_epoch))
    if (expected.id == NO_PRODUCER_ID) != (expected.epoch == -1):
        return _refused(ErrorCode.INVALID_REQUEST)
    asked = InitProducerId(
        transactional_id=qualified(context.session.tenant_id, transactional_id),
        timeout_ms=request.transaction_timeout_ms,
        version=context.api_version,
        expected=expected,
        enable_two_phase_commit=request.enable2_pc,
        keep_prepared=request.keep_prepared_txn,
    )
    try:
        answer = await ask_with_producer_id(asked, node)
    except Refusal as refusal:
        return _refused(refusal.code)
    return InitProducerIdResponse(
        error_code=answer.error,
        producer_id=answer.producer.id,
        producer_epoch=answer.producer.epoch,
    )


def _refused(code: ErrorCode) -> InitProducerIdResponse:
    return InitProducerIdResponse(error_code=code, producer_id=-1, producer_epoch=-1)
