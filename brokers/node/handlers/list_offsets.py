"""ListOffsets: the earliest, the latest, the one with the largest timestamp, or by timestamp."""

import logging
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.node.partition_answers import answer_surely
from brokers.node.partition_lookup import epoch_fault, find_led_for
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.session import RequestContext
from brokers.wire.messages.list_offsets_request import ListOffsetsPartition, ListOffsetsRequest
from brokers.wire.messages.list_offsets_response import (
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

LATEST: Final = -1
EARLIEST: Final = -2
MAX_TIMESTAMP: Final = -3
EARLIEST_LOCAL: Final = -4
LATEST_TIERED: Final = -5
"""KIP-405. Nothing is tiered here: the earliest local record is the earliest, none is tiered."""

READ_COMMITTED: Final = 1
LEADER_EPOCH_SINCE_VERSION: Final = 4
OFFSET_NOT_AVAILABLE_SINCE_VERSION: Final = 5
_NONE_FOUND: Final = (-1, -1, -1)


async def handle(
    request: ListOffsetsRequest, context: RequestContext, node: "Node"
) -> ListOffsetsResponse:
    """One row per partition; what the image does not know is looked up once more."""
    return await answer_surely(
        lambda: _answer(request, context, node), _codes, Operation.DESCRIBE, context, node
    )


def _answer(
    request: ListOffsetsRequest, context: RequestContext, node: "Node"
) -> ListOffsetsResponse:
    response = ListOffsetsResponse()
    committed = request.isolation_level == READ_COMMITTED
    for topic in request.topics:
        rows = [
            _row(topic.name, asked, context, node, committed=committed)
            for asked in topic.partitions
        ]
        response.topics.append(ListOffsetsTopicResponse(topic.name, rows))
    return response


def _codes(response: ListOffsetsResponse) -> list[tuple[str, int]]:
    return [(topic.name, row.error_code) for topic in response.topics for row in topic.partitions]


def _row(
    name: str,
    asked: ListOffsetsPartition,
    context: RequestContext,
    node: "Node",
    *,
    committed: bool,
) -> ListOffsetsPartitionResponse:
    index = asked.partition_index
    try:
        place = _find(name, asked, context, node)
        end_offset = place.last_stable_offset if committed else place.high_watermark
        timestamp, offset, epoch = _offset(place, asked.timestamp, end_offset, context.api_version)
    except Refusal as refusal:
        return ListOffsetsPartitionResponse(index, refusal.code)
    except StorageError as error:
        log.error("%s-%d: ListOffsets failed: %s", name, index, error)
        return ListOffsetsPartitionResponse(index, ErrorCode.KAFKA_STORAGE_ERROR)
    row = ListOffsetsPartitionResponse(index, timestamp=timestamp, offset=offset)
    if context.api_version >= LEADER_EPOCH_SINCE_VERSION:
        row.leader_epoch = epoch
    return row


def _find(
    name: str, asked: ListOffsetsPartition, context: RequestContext, node: "Node"
) -> PartitionRuntime:
    place = find_led_for(Operation.DESCRIBE, context.rights, node, name, asked.partition_index)
    if isinstance(place, ErrorCode):
        raise Refusal(place, "this login may not describe such a partition here")
    fault = epoch_fault(place, asked.current_leader_epoch)
    if fault is not None:
        raise Refusal(fault, "the leader epoch is not the one in force")
    return place


def _offset(
    place: PartitionRuntime, asked: int, end_offset: int, version: int
) -> tuple[int, int, int]:
    """(timestamp, offset, leader epoch), -1 each for none. Only records below ``end_offset``, the
    high watermark or the last stable offset, count."""
    if asked in {EARLIEST, EARLIEST_LOCAL}:
        return -1, place.log.log_start_offset, place.log.earliest_epoch
    if asked == LATEST_TIERED:
        return _NONE_FOUND
    if asked == LATEST:
        _check_latest_is_known(place, version)
        return -1, end_offset, place.leader_epoch
    if asked == MAX_TIMESTAMP:
        found = place.log.max_timestamp()
    elif asked >= 0:
        found = place.log.offset_for_timestamp(asked)
    else:
        raise Refusal(ErrorCode.UNSUPPORTED_VERSION, f"timestamp {asked} asks for nothing known")
    if found is None:
        return _NONE_FOUND
    if found.offset >= end_offset:
        _check_latest_is_known(place, version)
        return _NONE_FOUND
    return found.timestamp_ms, found.offset, found.leader_epoch


def _check_latest_is_known(place: PartitionRuntime, version: int) -> None:
    if not place.knows_latest_offset:
        code = (
            ErrorCode.OFFSET_NOT_AVAILABLE
            if version >= OFFSET_NOT_AVAILABLE_SINCE_VERSION
            else ErrorCode.LEADER_NOT_AVAILABLE
        )
        raise Refusal(code, "the high watermark has not reached the leader epoch's start yet")
