"""CreatePartitions: one row per topic."""

from functools import partial
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId, TopicName
from brokers.node.administration import (
    REPEATED,
    Deadline,
    check_count,
    note_if_over_quota,
    repeated,
    topic_refusal,
)
from brokers.node.authorization import allowed
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.create_partitions_request import (
    CreatePartitionsRequest,
    CreatePartitionsTopic,
)
from brokers.wire.messages.create_partitions_response import (
    CreatePartitionsResponse,
    CreatePartitionsTopicResult,
)
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: CreatePartitionsRequest, context: RequestContext, node: "Node"
) -> CreatePartitionsResponse:
    deadline = Deadline(request.timeout_ms)
    twice = repeated(topic.name for topic in request.topics)
    refused = check_count(len(request.topics))
    names = set() if refused else {topic.name for topic in request.topics}
    alterable = await allowed(context, node, Operation.ALTER, ResourceType.TOPIC, names)
    response = CreatePartitionsResponse()
    for topic in {topic.name: topic for topic in request.topics}.values():
        problem = refused or (REPEATED if topic.name in twice else None)
        if problem is None and topic.name not in alterable:
            problem = topic_refusal(Operation.ALTER)
        if problem is None:
            create = partial(_create, topic, request.validate_only, context, node, deadline)
            problem = await deadline.paced(ApiKey.CREATE_PARTITIONS, context.api_version, create)
        if problem is not None:
            response.throttle_time_ms = max(response.throttle_time_ms, problem.wait_ms)
        response.results.append(
            CreatePartitionsTopicResult(
                name=topic.name,
                error_code=ErrorCode.NONE if problem is None else problem.code,
                error_message=None if problem is None else problem.message,
            )
        )
    if not request.validate_only:
        await deadline.caught_up(node)
    return response


async def _create(
    topic: CreatePartitionsTopic,
    validate_only: bool,
    context: RequestContext,
    node: "Node",
    deadline: Deadline,
) -> Refused | None:
    by_hand = [[BrokerId(broker) for broker in each.broker_ids] for each in topic.assignments or []]
    verb = node.control.create_partitions(
        context.actor(),
        TopicName(topic.name),
        topic.count,
        validate_only,
        assignments=by_hand or None,
    )
    outcome = await deadline.done(verb)
    note_if_over_quota(context, node, outcome)
    return outcome
