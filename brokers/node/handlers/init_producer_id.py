"""InitProducerId: an id for an idempotent producer, epoch 0.

Transactions are not offered here; asking for one is refused with an error that clients do not
retry.
"""

from typing import TYPE_CHECKING

from brokers.kernel.errors import ErrorCode
from brokers.node.session import RequestContext, Scope
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.init_producer_id_response import InitProducerIdResponse

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: InitProducerIdRequest, context: RequestContext, node: "Node"
) -> InitProducerIdResponse:
    """COORDINATOR_LOAD_IN_PROGRESS, which clients retry, while no id can be had."""
    if request.transactional_id == "":
        return _refused(ErrorCode.INVALID_REQUEST)
    if request.transactional_id is not None:
        return _refused(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    if Scope.WRITE not in context.session.scope:
        return _refused(ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    producer_id = await node.producer_ids.next()
    if producer_id is None:
        return _refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
    return InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)


def _refused(code: ErrorCode) -> InitProducerIdResponse:
    return InitProducerIdResponse(error_code=code, producer_id=-1, producer_epoch=-1)
