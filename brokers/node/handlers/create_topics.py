"""CreateTopics: one row per name, and what was created can be used when the answer goes out."""

from functools import partial
from typing import TYPE_CHECKING

from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType
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
from brokers.node.config_entries import topic_entries
from brokers.node.ports import NewTopic, Refused, TopicCreated
from brokers.node.session import RequestContext
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.create_topics_response import (
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsResponse,
)
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node


async def handle(
    request: CreateTopicsRequest, context: RequestContext, node: "Node"
) -> CreateTopicsResponse:
    deadline = Deadline(request.timeout_ms)
    twice = repeated(topic.name for topic in request.topics)
    refused = check_count(len(request.topics))
    names = {topic.name for topic in request.topics}
    creatable = names if refused else await _creatable(names, context, node)
    response = CreateTopicsResponse()
    for topic in {topic.name: topic for topic in request.topics}.values():
        outcome: TopicCreated | Refused
        if refused is not None:
            outcome = refused
        elif topic.name not in creatable:
            outcome = topic_refusal(Operation.CREATE)
        elif topic.name in twice:
            outcome = REPEATED
        else:
            create = partial(_create, topic, request.validate_only, context, node, deadline)
            outcome = await deadline.paced(ApiKey.CREATE_TOPICS, context.api_version, create)
        response.topics.append(_row(topic.name, outcome, context))
        if isinstance(outcome, Refused):
            response.throttle_time_ms = max(response.throttle_time_ms, outcome.wait_ms)
    if not request.validate_only:
        await deadline.caught_up(node)
    return response


async def _creatable(names: set[str], context: RequestContext, node: "Node") -> set[str]:
    """By a right to create on the cluster, or on topics of these names."""
    if context.rights.allow(Operation.CREATE, ResourceType.CLUSTER, CLUSTER_NAME):
        return names
    found = await allowed(context, node, Operation.CREATE, ResourceType.TOPIC, names)
    # The image is up to date now, where it mattered.
    if context.rights.allow(Operation.CREATE, ResourceType.CLUSTER, CLUSTER_NAME):
        return names
    return found


async def _create(
    topic: CreatableTopic,
    validate_only: bool,
    context: RequestContext,
    node: "Node",
    deadline: Deadline,
) -> TopicCreated | Refused:
    assignments = {
        each.partition_index: tuple(BrokerId(broker) for broker in each.broker_ids)
        for each in topic.assignments
    }
    if len(assignments) != len(topic.assignments):
        return Refused(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT, "a partition was assigned replicas twice"
        )
    wanted = NewTopic(
        name=TopicName(topic.name),
        partition_count=topic.num_partitions,
        replication_factor=topic.replication_factor,
        assignments=assignments,
        configs={config.name: config.value for config in topic.configs},
    )
    verb = node.control.create_topics(context.actor(), [wanted], validate_only)
    done = await deadline.done(verb)
    outcome = done if isinstance(done, Refused) else done[0]
    note_if_over_quota(context, node, outcome)
    return outcome


def _row(
    name: str, outcome: TopicCreated | Refused, context: RequestContext
) -> CreatableTopicResult:
    if isinstance(outcome, Refused):
        return CreatableTopicResult(
            name=name,
            error_code=outcome.code,
            error_message=outcome.message,
            configs=[],
        )
    if not context.rights.allow(Operation.DESCRIBE_CONFIGS, ResourceType.TOPIC, name):
        return CreatableTopicResult(
            name=name,
            topic_id=outcome.topic_id,
            error_message=None,
            topic_config_error_code=ErrorCode.TOPIC_AUTHORIZATION_FAILED,
            configs=None,
        )
    return CreatableTopicResult(
        name=name,
        topic_id=outcome.topic_id,
        error_message=None,
        num_partitions=outcome.partition_count,
        replication_factor=outcome.replication_factor,
        configs=[
            CreatableTopicConfigs(entry.name, entry.value, entry.read_only, entry.source)
            for entry in topic_entries(outcome.configs)
        ],
    )
