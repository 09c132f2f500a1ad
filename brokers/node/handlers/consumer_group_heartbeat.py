"""ConsumerGroupHeartbeat: join, stay in or leave a KIP-848 group, and learn what to read."""

import uuid
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.groups.assignors.specification import Partitions
from brokers.groups.consumer.requests import HeartbeatRequest
from brokers.groups.consumer.results import HeartbeatResult
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.node.authorization import allowed, may
from brokers.node.coordination import group_limit
from brokers.node.coordination.internal_topics import qualified
from brokers.node.session import RequestContext
from brokers.wire.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from brokers.wire.messages.consumer_group_heartbeat_response import (
    Assignment,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)

if TYPE_CHECKING:
    from brokers.node.node import Node

OWN_IDS_SINCE_VERSION: Final = 1


async def handle(
    request: ConsumerGroupHeartbeatRequest, context: RequestContext, node: "Node"
) -> ConsumerGroupHeartbeatResponse:
    """Answered at once: nobody waits for others in this protocol."""
    if not await may(context, node, Operation.READ, ResourceType.GROUP, request.group_id):
        return _refused(ErrorCode.GROUP_AUTHORIZATION_FAILED, "this login may not read")
    if not request.group_id:
        return _refused(ErrorCode.INVALID_REQUEST, "a group needs a name")
    name = qualified(context.session.tenant_id, request.group_id)
    names = request.subscribed_topic_names
    if names is not None and any(
        node.image.topic_ids.get(context.session.tenant_id, {}).get(each) is None  # type: ignore[call-overload]
        for each in names
    ):
        await node.catch_up()  # A topic that was just created is to be read at once.
    described = await allowed(
        context, node, Operation.DESCRIBE, ResourceType.TOPIC, set(names or ())
    )
    if len(described) < len(set(names or ())):
        return _refused(
            ErrorCode.TOPIC_AUTHORIZATION_FAILED,
            "this login may not describe every topic that it subscribes to",
        )
    beat = _beat(request, context)
    try:
        await group_limit.admit(node, context.session, request.group_id)
        result: HeartbeatResult = await node.groups.ask(
            name, lambda shard, token, now: shard.consumer_heartbeat(name, beat, token, now)
        )
    except Refusal as refusal:
        return _refused(refusal.code, refusal.message)
    return ConsumerGroupHeartbeatResponse(
        error_code=result.error,
        error_message=result.message,
        member_id=result.member_id,
        member_epoch=result.member_epoch,
        heartbeat_interval_ms=result.heartbeat_interval_ms,
        assignment=None if result.assignment is None else _assignment(result.assignment),
    )


def _beat(request: ConsumerGroupHeartbeatRequest, context: RequestContext) -> HeartbeatRequest:
    names, owned = request.subscribed_topic_names, request.topic_partitions
    return HeartbeatRequest(
        member_id=request.member_id,
        member_epoch=request.member_epoch,
        client_id=context.client_id or "",
        client_host=context.host,
        new_member_id=str(uuid.uuid4()),
        instance_id=request.instance_id,
        rack_id=request.rack_id,
        rebalance_timeout_ms=request.rebalance_timeout_ms,
        topic_names=None if names is None else frozenset(names),
        topic_regex=request.subscribed_topic_regex,
        assignor=request.server_assignor,
        owned=None
        if owned is None
        else {each.topic_id: frozenset(each.partitions) for each in owned},
        needs_own_id=context.api_version >= OWN_IDS_SINCE_VERSION,
        may_describe=lambda name: context.rights.allow(
            Operation.DESCRIBE, ResourceType.TOPIC, name
        ),
    )


def _assignment(partitions: Partitions) -> Assignment:
    return Assignment(
        [TopicPartitions(topic_id, sorted(indexes)) for topic_id, indexes in partitions.items()]
    )


def _refused(code: ErrorCode, message: str) -> ConsumerGroupHeartbeatResponse:
    return ConsumerGroupHeartbeatResponse(error_code=code, error_message=message)
