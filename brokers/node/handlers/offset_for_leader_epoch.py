"""OffsetForLeaderEpoch: where an epoch ended here, so that a client finds out what it lost
(KIP-320)."""

from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.node.partition_answers import answer_surely
from brokers.node.partition_lookup import epoch_fault, find_led_for
from brokers.node.session import RequestContext
from brokers.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
)
from brokers.wire.messages.offset_for_leader_epoch_response import (
    EpochEndOffset,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderTopicResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: OffsetForLeaderEpochRequest, context: RequestContext, node: "Node"
) -> OffsetForLeaderEpochResponse:
    """Epoch and end offset -1 where nothing is known of the epoch that was asked for."""
    return await answer_surely(
        lambda: _answer(request, context, node), _codes, Operation.DESCRIBE, context, node
    )


def _answer(
    request: OffsetForLeaderEpochRequest, context: RequestContext, node: "Node"
) -> OffsetForLeaderEpochResponse:
    response = OffsetForLeaderEpochResponse()
    for topic in request.topics:
        rows = [_row(topic.topic, asked, context, node) for asked in topic.partitions]
        response.topics.append(OffsetForLeaderTopicResult(topic.topic, rows))
    return response


def _codes(response: OffsetForLeaderEpochResponse) -> list[tuple[str, int]]:
    return [(topic.topic, row.error_code) for topic in response.topics for row in topic.partitions]


def _row(
    name: str, asked: OffsetForLeaderPartition, context: RequestContext, node: "Node"
) -> EpochEndOffset:
    place = find_led_for(Operation.DESCRIBE, context.rights, node, name, asked.partition)
    if isinstance(place, ErrorCode):
        return EpochEndOffset(place, asked.partition)
    fault = epoch_fault(place, asked.current_leader_epoch)
    if fault is not None:
        return EpochEndOffset(fault, asked.partition)
    epoch, end_offset = place.log.epoch_end(asked.leader_epoch)
    return EpochEndOffset(0, asked.partition, epoch, end_offset)
