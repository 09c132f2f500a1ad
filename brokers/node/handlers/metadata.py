"""Metadata: the tenant's topics, who leads their partitions, and where those brokers are."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import ZERO_TOPIC_ID, TopicId, TopicName
from brokers.kernel.limits import TOPICS_PER_REQUEST_MAX
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.metadata.topic_names import check_topic_name
from brokers.node.administration import note_if_over_quota
from brokers.node.authorization import note_refusal
from brokers.node.ports import MetadataUnavailable, NewTopic, Refused
from brokers.node.session import RequestContext
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.messages.metadata_response import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

NULL_IS_ALL_SINCE_VERSION: Final = 1
IDS_SINCE_VERSION: Final = 12
TOPICS_PER_TURN: Final = 100
"""Rows made before the event loop may do something else; one costs some microseconds."""
UNSTATED: Final = -(2**31)
"""Authorised operations that were not asked for."""


async def handle(
    request: MetadataRequest, context: RequestContext, node: "Node"
) -> MetadataResponse:
    """One row per topic asked for; when none is named, all of the tenant's that this login may
    describe."""
    tenant_id = context.session.tenant_id
    if _asks_for_all(request, context.api_version):
        await node.catch_up()
        rows = []
        for number, topic in enumerate(node.image.topics_of(tenant_id), 1):
            if _is_described(topic.name, context):
                rows.append(_row(topic, request, context, node))
            if number % TOPICS_PER_TURN == 0:
                await asyncio.sleep(0)
    else:
        asked = request.topics or []
        if any(_find(topic, context, node.image) is None for topic in asked):
            await node.catch_up()
            await _create_missing(asked, request, context, node)
        rows = [_asked_row(topic, request, context, node) for topic in asked]
    return _response(rows, request, context, node)


def _asks_for_all(request: MetadataRequest, version: int) -> bool:
    return request.topics is None or (version < NULL_IS_ALL_SINCE_VERSION and not request.topics)


def _is_described(name: str, context: RequestContext) -> bool:
    return context.rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, name)


def _find(
    asked: MetadataRequestTopic, context: RequestContext, image: MetadataImage
) -> TopicRecord | None:
    """By its id, where it has one: Java's clients leave the name empty beside it, and not null.
    None also for what this login may not describe."""
    tenant_id = context.session.tenant_id
    if asked.name is not None and asked.topic_id == ZERO_TOPIC_ID:
        found = image.topic(tenant_id, TopicName(asked.name))
    else:
        found = image.topic_by_id(tenant_id, TopicId(asked.topic_id))
    return found if found is not None and _is_described(found.name, context) else None


async def _create_missing(
    asked: Iterable[MetadataRequestTopic],
    request: MetadataRequest,
    context: RequestContext,
    node: "Node",
) -> None:
    """``auto.create.topics.enable``, where both the tenant and the client want it and the login may
    create the topic."""
    if not _creates(request, context, node):
        return
    missing = [
        NewTopic(TopicName(topic.name))
        for topic in asked
        if topic.name is not None
        and topic.topic_id == ZERO_TOPIC_ID
        and node.image.topic(context.session.tenant_id, TopicName(topic.name)) is None
        and _is_described(topic.name, context)
        and _may_create(topic.name, context)
        and _name_fault(topic.name) is None
    ]
    if not missing:
        return
    try:
        results = await node.control.create_topics(
            context.actor(), missing[:TOPICS_PER_REQUEST_MAX], False
        )
    except (MetadataUnavailable, Refusal):
        return  # They are unknown, then; the client asks again.
    for result in results:
        note_if_over_quota(context, node, result)
    if not all(isinstance(result, Refused) for result in results):
        await node.catch_up()


def _creates(request: MetadataRequest, context: RequestContext, node: "Node") -> bool:
    tenant = node.image.tenants.get(context.session.tenant_id)
    wants = tenant is not None and tenant.auto_create_topics
    return request.allow_auto_topic_creation and wants


def _may_create(name: str, context: RequestContext) -> bool:
    """By a right to create on the cluster, or on topics of this name."""
    rights = context.rights
    return rights.allow(Operation.CREATE, ResourceType.CLUSTER, CLUSTER_NAME) or rights.allow(
        Operation.CREATE, ResourceType.TOPIC, name
    )


def _name_fault(name: str) -> ErrorCode | None:
    try:
        check_topic_name(name)
    except Refusal as refusal:
        return refusal.code
    return None


def _asked_row(
    asked: MetadataRequestTopic,
    request: MetadataRequest,
    context: RequestContext,
    node: "Node",
) -> MetadataResponseTopic:
    """Foreign, absent and not to be described alike: nothing but what was asked comes back."""
    if context.api_version < IDS_SINCE_VERSION and (
        asked.name is None or asked.topic_id != ZERO_TOPIC_ID
    ):
        return MetadataResponseTopic(ErrorCode.INVALID_REQUEST, asked.name or "")
    topic = _find(asked, context, node.image)
    if topic is not None:
        return _row(topic, request, context, node)
    if asked.name is None or asked.topic_id != ZERO_TOPIC_ID:
        return MetadataResponseTopic(ErrorCode.UNKNOWN_TOPIC_ID, None, asked.topic_id)
    if not _is_described(asked.name, context):
        note_refusal(context, node, Operation.DESCRIBE, ResourceType.TOPIC, asked.name)
        return MetadataResponseTopic(ErrorCode.TOPIC_AUTHORIZATION_FAILED, asked.name)
    if _creates(request, context, node) and not _may_create(asked.name, context):
        note_refusal(context, node, Operation.CREATE, ResourceType.TOPIC, asked.name)
        return MetadataResponseTopic(ErrorCode.TOPIC_AUTHORIZATION_FAILED, asked.name)
    fault = _name_fault(asked.name)
    return MetadataResponseTopic(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if fault is None else fault, asked.name
    )


def _row(
    topic: TopicRecord, request: MetadataRequest, context: RequestContext, node: "Node"
) -> MetadataResponseTopic:
    image = node.image
    records = image.partitions.get(topic.id, {})
    return MetadataResponseTopic(
        name=topic.name,
        topic_id=topic.id,
        is_internal=topic.internal,
        partitions=[_partition(records[index], node) for index in sorted(records)],
        topic_authorized_operations=(
            context.rights.operations(ResourceType.TOPIC, topic.name)
            if request.include_topic_authorized_operations
            else UNSTATED
        ),
    )


def _partition(record: PartitionRecord, node: "Node") -> MetadataResponsePartition:
    brokers = node.image.brokers
    offline = [
        replica for replica in record.replicas if replica not in brokers or brokers[replica].fenced
    ]
    has_leader = record.leader is not None and record.leader not in offline
    if has_leader and record.leader == node.broker_id:
        here = node.partitions.get(record.topic_id, record.index)
        has_leader = here is None or not here.doubts_leadership
    return MetadataResponsePartition(
        ErrorCode.NONE if has_leader else ErrorCode.LEADER_NOT_AVAILABLE,
        record.index,
        record.leader if has_leader and record.leader is not None else -1,
        record.leader_epoch,
        [*record.replicas],
        [*record.isr],
        [*offline],
    )


def _response(
    rows: list[MetadataResponseTopic],
    request: MetadataRequest,
    context: RequestContext,
    node: "Node",
) -> MetadataResponse:
    brokers = []
    for broker in node.image.live_brokers():
        host, port = node.endpoint(broker, context.entrance)
        brokers.append(MetadataResponseBroker(broker.id, host, port, broker.rack))
    tenant = node.image.tenants.get(context.session.tenant_id)
    live = [broker.node_id for broker in brokers]
    return MetadataResponse(
        brokers=brokers,
        cluster_id=None if tenant is None else tenant.cluster_id,
        # Every broker takes administration; this one is known to be reachable.
        controller_id=node.broker_id if node.broker_id in live else next(iter(live), -1),
        topics=rows,
        cluster_authorized_operations=(
            context.rights.operations(ResourceType.CLUSTER, CLUSTER_NAME)
            if request.include_cluster_authorized_operations
            else UNSTATED
        ),
    )
