"""DeleteRecords: move the start of partitions that this broker leads."""

import logging
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode, Refusal, StorageError
from brokers.node.authorization import note_refused_topics
from brokers.node.partition_lookup import WORTH_CATCHING_UP, find_led_for
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.session import RequestContext
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
)
from brokers.wire.messages.delete_records_response import (
    DeleteRecordsPartitionResult,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

HIGH_WATERMARK: Final = -1
"""In place of an offset: everything that is committed."""


async def handle(
    request: DeleteRecordsRequest, context: RequestContext, node: "Node"
) -> DeleteRecordsResponse:
    """One row per partition; ``low_watermark`` is where the log starts afterwards, -1 on errors."""
    if _is_anything_unknown(request, context, node):
        await node.catch_up()
    response = DeleteRecordsResponse()
    for topic in request.topics:
        rows = [_row(topic.name, asked, context, node) for asked in topic.partitions]
        response.topics.append(DeleteRecordsTopicResult(topic.name, rows))
        if not all(row.error_code for row in rows):
            node.deeds.done(context, "topic.delete_records", topic.name)
    answered = (
        (topic.name, row.error_code) for topic in response.topics for row in topic.partitions
    )
    note_refused_topics(context, node, Operation.DELETE, answered)
    return response


def _is_anything_unknown(
    request: DeleteRecordsRequest, context: RequestContext, node: "Node"
) -> bool:
    return any(
        find_led_for(Operation.DELETE, context.rights, node, topic.name, asked.partition_index)
        in WORTH_CATCHING_UP
        for topic in request.topics
        for asked in topic.partitions
    )


def _row(
    name: str, asked: DeleteRecordsPartition, context: RequestContext, node: "Node"
) -> DeleteRecordsPartitionResult:
    index = asked.partition_index
    found = find_led_for(Operation.DELETE, context.rights, node, name, index)
    outcome = found if isinstance(found, ErrorCode) else _delete(found, asked.offset)
    if isinstance(outcome, ErrorCode):
        return DeleteRecordsPartitionResult(index, -1, outcome)
    return DeleteRecordsPartitionResult(index, outcome)


def _delete(place: PartitionRuntime, asked: int) -> int | ErrorCode:
    """The log start afterwards."""
    if not place.log.config.deletes_old_records:
        return ErrorCode.POLICY_VIOLATION
    offset = place.high_watermark if asked == HIGH_WATERMARK else asked
    if not 0 <= offset <= place.high_watermark:
        return ErrorCode.OFFSET_OUT_OF_RANGE
    try:
        start = place.log.delete_records_before(offset)
    except Refusal as refusal:
        return refusal.code
    except StorageError as error:
        log.error("%s: DeleteRecords failed: %s", place, error)
        return ErrorCode.KAFKA_STORAGE_ERROR
    place.log_start_moved()
    return start
