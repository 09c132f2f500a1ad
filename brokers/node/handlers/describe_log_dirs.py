"""DescribeLogDirs: how large the tenant's partitions on this broker are."""

from collections import defaultdict
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.node.authorization import may_on_cluster
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.session import RequestContext
from brokers.wire.messages.describe_log_dirs_request import DescribeLogDirsRequest
from brokers.wire.messages.describe_log_dirs_response import (
    DescribeLogDirsPartition,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: DescribeLogDirsRequest, context: RequestContext, node: "Node"
) -> DescribeLogDirsResponse:
    """One log directory, the broker's volume, under its id: paths are the operator's business, and
    so is the space that is left."""
    if not await may_on_cluster(context, node, Operation.DESCRIBE):
        return DescribeLogDirsResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED)
    topics: dict[str, list[DescribeLogDirsPartition]] = defaultdict(list)
    for partition in node.partitions:
        if _is_asked_for(partition, request, context):
            size = partition.log.describe().size_bytes
            topics[partition.topic.name].append(DescribeLogDirsPartition(partition.index, size))
    volume = DescribeLogDirsResult(
        log_dir=str(node.volume.id),
        topics=[
            DescribeLogDirsTopic(name, sorted(rows, key=lambda row: row.partition_index))
            for name, rows in sorted(topics.items())
        ],
    )
    return DescribeLogDirsResponse(results=[volume])


def _is_asked_for(
    partition: PartitionRuntime, request: DescribeLogDirsRequest, context: RequestContext
) -> bool:
    if partition.topic.tenant_id != context.session.tenant_id:
        return False
    return request.topics is None or any(
        topic.topic == partition.topic.name and partition.index in topic.partitions
        for topic in request.topics
    )
