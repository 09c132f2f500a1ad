"""ListPartitionReassignments: the tenant's partitions that are on the move (KIP-455)."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.ids import PartitionIndex, TopicName
from brokers.metadata.reassignment import is_under_way
from brokers.metadata.records import TopicRecord
from brokers.node.administration import Deadline, check_count, refused_cluster
from brokers.node.session import RequestContext
from brokers.wire.messages.list_partition_reassignments_request import (
    ListPartitionReassignmentsRequest,
)
from brokers.wire.messages.list_partition_reassignments_response import (
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: ListPartitionReassignmentsRequest, context: RequestContext, node: "Node"
) -> ListPartitionReassignmentsResponse:
    """Whatever is not on the move, foreign and absent topics among it, has no row."""
    refused = await refused_cluster(context, node, Operation.DESCRIBE)
    refused = refused or check_count(len(request.topics or ()))
    if refused is not None:
        return ListPartitionReassignmentsResponse(
            error_code=refused.code, error_message=refused.message
        )
    await Deadline(request.timeout_ms).caught_up(node)
    tenant_id = context.session.tenant_id
    found: list[OngoingTopicReassignment] = []
    if request.topics is None:
        found = [_topic(topic, None, node) for topic in node.image.topics_of(tenant_id)]
    else:
        for asked in {each.name: each for each in request.topics}.values():
            topic = node.image.topic(tenant_id, TopicName(asked.name))
            if topic is not None:
                found.append(_topic(topic, asked.partition_indexes, node))
    return ListPartitionReassignmentsResponse(
        error_message=None, topics=[topic for topic in found if topic.partitions]
    )


def _topic(
    topic: TopicRecord, indexes: Collection[int] | None, node: "Node"
) -> OngoingTopicReassignment:
    records = node.image.partitions.get(topic.id, {})
    asked = sorted(records if indexes is None else {PartitionIndex(each) for each in indexes})
    return OngoingTopicReassignment(
        topic.name,
        [
            OngoingPartitionReassignment(
                index, [*record.replicas], [*record.adding], [*record.removing]
            )
            for index in asked
            if (record := records.get(index)) is not None and is_under_way(record)
        ],
    )
