"""DescribeProducers: who wrote to a partition lately, and which transactions are open there."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.node.partition_answers import answer_surely
from brokers.node.partition_lookup import find_led_for
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_producers_request import DescribeProducersRequest
from brokers.wire.messages.describe_producers_response import (
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeProducersRequest, context: RequestContext, node: "Node"
) -> DescribeProducersResponse:
    """One row per partition; what the image does not know is looked up once more."""
    return await answer_surely(
        lambda: _answer(request, context, node), _codes, Operation.READ, context, node
    )


def _answer(
    request: DescribeProducersRequest, context: RequestContext, node: "Node"
) -> DescribeProducersResponse:
    response = DescribeProducersResponse()
    for topic in request.topics:
        rows = [_row(topic.name, index, context, node) for index in topic.partition_indexes]
        response.topics.append(TopicResponse(topic.name, rows))
    return response


def _codes(response: DescribeProducersResponse) -> list[tuple[str, int]]:
    return [(topic.name, row.error_code) for topic in response.topics for row in topic.partitions]


def _row(name: str, index: int, context: RequestContext, node: "Node") -> PartitionResponse:
    place = find_led_for(Operation.READ, context.rights, node, name, index)
    if isinstance(place, ErrorCode):
        return PartitionResponse(index, place)
    return PartitionResponse(index, active_producers=producers_of(place))


def producers_of(place: PartitionRuntime) -> list[ProducerState]:
    """Whoever wrote there within a day; -1 for what is not known of a producer."""
    return [
        ProducerState(
            producer_id,
            state.epoch,
            state.batches[-1].last_sequence if state.batches else -1,
            state.heard_ms,
            state.coordinator_epoch,
            state.transaction_start,
        )
        for producer_id, state in place.log.producer_states()
    ]
