"""DeleteTopics, by name or by id (KIP-516): one row per topic that was asked about."""

from functools import partial
from typing import TYPE_CHECKING

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import ZERO_TOPIC_ID, TopicId, TopicName
from brokers.metadata.records import TopicRecord
from brokers.node.administration import (
    REPEATED,
    Deadline,
    check_count,
    note_if_over_quota,
    repeated,
    topic_refusal,
)
from brokers.node.authorization import note_refusal
from brokers.node.ports import Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.delete_topics_request import DeleteTopicsRequest
from brokers.wire.messages.delete_topics_response import (
    DeletableTopicResult,
    DeleteTopicsResponse,
)
from brokers.wire.registry import ApiKey

if TYPE_CHECKING:
    from brokers.node.node import Node

Asked = tuple[str | None, TopicId]
"""A name or an id; the other one is None or zero."""

UNKNOWN_NAME = Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic of that name")
UNKNOWN_ID = Refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic of that id")
NAME_OR_ID = Refused(
    ErrorCode.INVALID_REQUEST, "name a topic by its name or by its id, one of both"
)


async def handle(
    request: DeleteTopicsRequest, context: RequestContext, node: "Node"
) -> DeleteTopicsResponse:
    deadline = Deadline(request.timeout_ms)
    asked: list[Asked] = [(name, ZERO_TOPIC_ID) for name in request.topic_names]
    asked += [(state.name, TopicId(state.topic_id)) for state in request.topics]
    twice = repeated(asked)
    refused = check_count(len(asked))
    if refused is None:
        # The image may be behind; whoever asks may have created the topic a moment ago elsewhere.
        await deadline.caught_up(node)
    response = DeleteTopicsResponse()
    for topic in dict.fromkeys(asked):
        problem = refused or (REPEATED if topic in twice else _shape_problem(topic))
        found = None if problem is not None else _find(topic, context, node)
        if problem is None and not _may_delete(topic, found, context):
            problem = topic_refusal(Operation.DELETE)
            name = topic[0] if found is None else found.name
            note_refusal(context, node, Operation.DELETE, ResourceType.TOPIC, name or "")
            found = found if topic[0] is None else None  # A name alone tells nothing more.
        if problem is None:
            delete = partial(_delete, topic, found, context, node, deadline)
            problem = await deadline.paced(ApiKey.DELETE_TOPICS, context.api_version, delete)
        if problem is not None:
            response.throttle_time_ms = max(response.throttle_time_ms, problem.wait_ms)
        response.responses.append(_row(topic, found, problem))
    await deadline.caught_up(node)
    return response


def _shape_problem(asked: Asked) -> Refused | None:
    name, topic_id = asked
    return NAME_OR_ID if (name is None) == (topic_id == ZERO_TOPIC_ID) else None


def _may_delete(asked: Asked, found: TopicRecord | None, context: RequestContext) -> bool:
    """A name is refused as a name; an id that is unknown is no matter of rights."""
    name = asked[0] if found is None else found.name
    return name is None or context.rights.allow(Operation.DELETE, ResourceType.TOPIC, name)


def _find(asked: Asked, context: RequestContext, node: "Node") -> TopicRecord | None:
    """By id only what this login may describe."""
    name, topic_id = asked
    tenant_id = context.session.tenant_id
    if name is None:
        found = node.image.topic_by_id(tenant_id, topic_id)
        if found is None or not context.rights.allow(
            Operation.DESCRIBE, ResourceType.TOPIC, found.name
        ):
            return None
        return found
    return node.image.topic(tenant_id, TopicName(name))


async def _delete(
    asked: Asked,
    found: TopicRecord | None,
    context: RequestContext,
    node: "Node",
    deadline: Deadline,
) -> Refused | None:
    unknown = UNKNOWN_ID if asked[0] is None else UNKNOWN_NAME
    if found is None:
        return unknown
    outcome = await deadline.done(node.control.delete_topics(context.actor(), [found.id]))
    refused = outcome if isinstance(outcome, Refused) else outcome[0]
    note_if_over_quota(context, node, refused)
    if refused is not None and refused.code is ErrorCode.UNKNOWN_TOPIC_ID:
        return unknown
    return refused


def _row(asked: Asked, found: TopicRecord | None, problem: Refused | None) -> DeletableTopicResult:
    name, topic_id = asked
    return DeletableTopicResult(
        name=name if found is None else found.name,
        topic_id=topic_id if found is None else found.id,
        error_code=ErrorCode.NONE if problem is None else problem.code,
        error_message=None if problem is None else problem.message,
    )
