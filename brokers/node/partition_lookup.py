"""From a tenant's name for a topic to the partition here, or to the error that a client gets.

The tenant is part of every lookup, so that a foreign thing and an absent one are the same thing.
"""

from typing import TYPE_CHECKING, Final

from brokers.authorization.resource import Operation, ResourceType
from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import ZERO_TOPIC_ID, PartitionIndex, TenantId, TopicId, TopicName
from brokers.node.partition_runtime import PartitionRuntime

if TYPE_CHECKING:
    from brokers.node.authorization import Rights
    from brokers.node.node import Node

_TOPIC: Final = ResourceType.TOPIC

WORTH_CATCHING_UP = frozenset(
    {
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
    }
)
"""Errors that the image may only have for being behind: catch up once before saying so."""


def find_topic(
    node: "Node", tenant_id: TenantId, name: str, topic_id: bytes
) -> TopicId | ErrorCode:
    """The id of the tenant's topic; by name when ``topic_id`` is zero."""
    if topic_id == ZERO_TOPIC_ID:
        found = node.image.topic_ids.get(tenant_id, {}).get(TopicName(name))
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if found is None else found
    topic = node.image.topics.get(TopicId(topic_id))
    if topic is None or topic.tenant_id != tenant_id:
        return ErrorCode.UNKNOWN_TOPIC_ID
    return topic.id


def find_topic_for(
    operation: Operation,
    rights: "Rights",
    node: "Node",
    name: str,
    topic_id: bytes = ZERO_TOPIC_ID,
) -> TopicId | ErrorCode:
    """As ``find_topic``, for a login that wants to do ``operation`` there.

    TOPIC_AUTHORIZATION_FAILED for a name that it may not use, whether or not there is such a topic.
    An id of which it may know nothing is unknown.
    """
    if topic_id == ZERO_TOPIC_ID:
        if not rights.operations(_TOPIC, name) >> operation & 1:
            return ErrorCode.TOPIC_AUTHORIZATION_FAILED
        found = node.image.topic_ids.get(rights.tenant_id, {}).get(TopicName(name))
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if found is None else found
    topic = node.image.topics.get(TopicId(topic_id))
    if topic is None or topic.tenant_id != rights.tenant_id:
        return ErrorCode.UNKNOWN_TOPIC_ID
    bits = rights.operations(_TOPIC, topic.name)
    if bits >> operation & 1:
        return topic.id
    may_know = bits >> Operation.DESCRIBE & 1
    return ErrorCode.TOPIC_AUTHORIZATION_FAILED if may_know else ErrorCode.UNKNOWN_TOPIC_ID


def find_led(node: "Node", topic_id: TopicId, index: int) -> PartitionRuntime | ErrorCode:
    """The partition, if this broker leads it; the topic is known to be the tenant's."""
    runtime = node.partitions.get(topic_id, index)
    if runtime is not None and runtime.is_leader:
        return runtime
    record = node.image.partition(topic_id, PartitionIndex(index))
    if record is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if record.leader == node.broker_id and node.partitions.failure(topic_id, index):
        return ErrorCode.KAFKA_STORAGE_ERROR
    return ErrorCode.NOT_LEADER_OR_FOLLOWER


def find_led_for(
    operation: Operation, rights: "Rights", node: "Node", name: str, index: int
) -> PartitionRuntime | ErrorCode:
    """As ``find_led``, by the topic's name as ``find_topic_for`` takes it."""
    topic_id = find_topic_for(operation, rights, node, name)
    return topic_id if isinstance(topic_id, ErrorCode) else find_led(node, topic_id, index)


def epoch_fault(runtime: PartitionRuntime, current_leader_epoch: int) -> ErrorCode | None:
    """Compare the epoch that a client believes in with the one in force; -1 does not ask."""
    if current_leader_epoch in {-1, runtime.leader_epoch}:
        return None
    if current_leader_epoch < runtime.leader_epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    return ErrorCode.UNKNOWN_LEADER_EPOCH
