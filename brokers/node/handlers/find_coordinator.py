"""FindCoordinator: which broker keeps a group, or a transactional id.

It is the leader of the internal topic's partition that the name falls into. The topic is created
when the first tenant asks.
"""

import logging
from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex, TopicName
from brokers.kernel.limits import COORDINATOR_KEYS_MAX
from brokers.metadata.records import TopicRecord
from brokers.node.authorization import allowed
from brokers.node.coordination.internal_topics import (
    CONSUMER_OFFSETS,
    TRANSACTION_STATE,
    partition_for,
    qualified,
)
from brokers.node.leader_hints import current_leader
from brokers.node.ports import MetadataUnavailable
from brokers.node.session import RequestContext
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.find_coordinator_response import Coordinator, FindCoordinatorResponse

if TYPE_CHECKING:
    from brokers.node.node import Node

log = logging.getLogger(__name__)

BATCHED_SINCE_VERSION: Final = 4

_TOPICS: Final = {0: CONSUMER_OFFSETS, 1: TRANSACTION_STATE}
"""By ``key_type``; 2, for share groups, is not offered."""

_RESOURCES: Final = {0: ResourceType.GROUP, 1: ResourceType.TRANSACTIONAL_ID}
_REFUSALS: Final = {
    0: ErrorCode.GROUP_AUTHORIZATION_FAILED,
    1: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}


async def handle(
    request: FindCoordinatorRequest, context: RequestContext, node: "Node"
) -> FindCoordinatorResponse:
    """One row per key (KIP-699), or the one of versions before 4."""
    is_batched = context.api_version >= BATCHED_SINCE_VERSION
    keys = request.coordinator_keys if is_batched else [request.key]
    keys = keys[: COORDINATOR_KEYS_MAX + 1]
    topic = await _topic(request, keys, node)
    resource = _RESOURCES.get(request.key_type)
    described = (
        set(keys)
        if resource is None
        else await allowed(context, node, Operation.DESCRIBE, resource, keys)
    )
    rows = [
        _row(key, topic, context, node)
        if key in described
        else _refused(key, _REFUSALS[request.key_type], "this login may not describe it")
        for key in keys[:COORDINATOR_KEYS_MAX]
    ]
    if is_batched:
        return FindCoordinatorResponse(coordinators=rows)
    row = rows[0]
    return FindCoordinatorResponse(
        error_code=row.error_code,
        error_message=row.error_message,
        node_id=row.node_id,
        host=row.host,
        port=row.port,
    )


async def _topic(
    request: FindCoordinatorRequest, keys: list[str], node: "Node"
) -> TopicRecord | Refusal:
    name = _TOPICS.get(request.key_type)
    if name is None or len(keys) > COORDINATOR_KEYS_MAX:
        return Refusal(
            ErrorCode.INVALID_REQUEST,
            f"there are no coordinators of type {request.key_type} here"
            if name is None
            else f"too many names in one request, {COORDINATOR_KEYS_MAX} are allowed",
        )
    topic = node.image.internal_topic(name)
    return await _created(name, node) if topic is None else topic


async def _created(name: TopicName, node: "Node") -> TopicRecord | Refusal:
    try:
        await node.control.ensure_coordinator_topic(name)
        await node.catch_up()
    except (MetadataUnavailable, Refusal) as error:
        log.warning("%s could not be created: %s", name, error)
    return node.image.internal_topic(name) or Refusal(
        ErrorCode.COORDINATOR_NOT_AVAILABLE, "there are no coordinators yet; try again"
    )


def _row(
    key: str, topic: TopicRecord | Refusal, context: RequestContext, node: "Node"
) -> Coordinator:
    if isinstance(topic, Refusal):
        return _refused(key, topic.code, topic.message)
    name = qualified(context.session.tenant_id, key)
    index = PartitionIndex(partition_for(name, topic.partition_count))
    found = current_leader(node.image, topic.id, index)
    if found is None:
        return _refused(
            key, ErrorCode.COORDINATOR_NOT_AVAILABLE, "the coordinator is being elected; try again"
        )
    host, port = node.endpoint(found[1], context.entrance)
    return Coordinator(key, found[1].id, host, port, ErrorCode.NONE, None)


def _refused(key: str, code: ErrorCode, message: str) -> Coordinator:
    return Coordinator(key, -1, "", -1, code, message)
