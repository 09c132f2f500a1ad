"""DescribeProducers: who wrote to a partition lately, and which transactions are open there."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.node.authorization import note_refused_topics
from brokers.node.partition_lookup import WORTH_CATCHING_UP, find_led, find_topic_for
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
    response = _answer(request, context, node)
    if any(
        row.error_code in WORTH_CATCHING_UP for topic in response.topics for row in topic.partitions
    ):
        await node.catch_up()
        response = _answer(request, context, node)
    answered = (
        (topic.name, row.error_code) for topic in response.topics for row in topic.partitions
    )
    note_refused_topics(context, node, Operation.READ, answered)
    return response


def _answer(
    request: DescribeProducersRequest, context: RequestContext, node: "Node"
) -> DescribeProducersResponse:
    response = DescribeProducersResponse()
    for topic in request.topics:
        rows = [_row(topic.name, index, context, node) for index in topic.partition_indexes]
        response.topics.append(TopicResponse(topic.name, rows))
    return response


def _row(name: str, index: int, context: RequestContext, node: "Node") -> PartitionResponse:
    place = _find(name, index, context, node)
    if isinstance(place, ErrorCode):
        return PartitionResponse(index, place)
    return PartitionResponse(index, active_producers=producers_of(place))


def _find(
    name: str, index: int, context: RequestContext, node: "Node"
) -> PartitionRuntime | ErrorCode:
    topic_id = find_topic_for(Operation.READ, context.rights, node, name)
    return topic_id if isinstance(topic_id, ErrorCode) else find_led(node, topic_id, index)


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
