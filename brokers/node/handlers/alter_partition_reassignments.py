"""AlterPartitionReassignments: begin or cancel moves (KIP-455); one row per partition."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, PartitionIndex, TopicName
from brokers.metadata.reassignment import target_of
from brokers.node.administration import Deadline, check_count, refused_cluster
from brokers.node.ports import PartitionAssignment, Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
)
from brokers.wire.messages.alter_partition_reassignments_response import (
    AlterPartitionReassignmentsResponse,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: AlterPartitionReassignmentsRequest, context: RequestContext, node: "Node"
) -> AlterPartitionReassignmentsResponse:
    deadline = Deadline(request.timeout_ms)
    wanted = [*_wanted(request)]
    response = AlterPartitionReassignmentsResponse(
        allow_replication_factor_change=request.allow_replication_factor_change,
        error_message=None,
    )
    refused = await refused_cluster(context, node, Operation.ALTER) or check_count(len(wanted))
    if refused is None:
        done = await _reassign(request, wanted, deadline, context, node)
        await deadline.caught_up(node)
        if not isinstance(done, Refused):
            response.responses = _rows(request, done)
            return response
        refused = done
    response.error_code = refused.code
    response.error_message = refused.message
    return response


def _wanted(request: AlterPartitionReassignmentsRequest) -> Iterator[PartitionAssignment]:
    for topic in request.topics:
        for partition in topic.partitions:
            target = partition.replicas
            yield PartitionAssignment(
                TopicName(topic.name),
                PartitionIndex(partition.partition_index),
                None if target is None else tuple(BrokerId(each) for each in target),
            )


async def _reassign(
    request: AlterPartitionReassignmentsRequest,
    wanted: list[PartitionAssignment],
    deadline: Deadline,
    context: RequestContext,
    node: "Node",
) -> list[Refused | None] | Refused:
    """An outcome for each that was ``wanted``, in their order."""
    faults: list[Refused | None] = [None] * len(wanted)
    if not request.allow_replication_factor_change:
        await deadline.caught_up(node)
        faults = [_factor_fault(each, context, node) for each in wanted]
    asked = [each for each, fault in zip(wanted, faults, strict=True) if fault is None]
    done = await deadline.done(node.control.reassign_partitions(context.actor(), asked))
    if isinstance(done, Refused):
        return done
    outcomes = iter(done)
    return [fault or next(outcomes) for fault in faults]


def _factor_fault(
    wanted: PartitionAssignment, context: RequestContext, node: "Node"
) -> Refused | None:
    """Refuses another number of replicas (KIP-860); what is absent the verb refuses."""
    topic = node.image.topic(context.session.tenant_id, wanted.topic_name)
    record = None if topic is None else node.image.partition(topic.id, wanted.index)
    if record is None or wanted.replicas is None:
        return None
    present = len(target_of(record))
    if len(wanted.replicas) == present:
        return None
    return Refused(
        ErrorCode.INVALID_REPLICATION_FACTOR,
        f"partition {wanted.index} has {present} replicas and the request does not allow "
        f"{len(wanted.replicas)}",
    )


def _rows(
    request: AlterPartitionReassignmentsRequest, outcomes: list[Refused | None]
) -> list[ReassignableTopicResponse]:
    remaining = iter(outcomes)
    return [
        ReassignableTopicResponse(
            topic.name,
            [_row(each.partition_index, next(remaining)) for each in topic.partitions],
        )
        for topic in request.topics
    ]


def _row(index: int, refused: Refused | None) -> ReassignablePartitionResponse:
    if refused is None:
        return ReassignablePartitionResponse(index, ErrorCode.NONE, None)
    return ReassignablePartitionResponse(index, refused.code, refused.message)
