"""Topic verbs and looks for REST: the brokers' services and selectors, in REST's terms."""

from dataclasses import replace
from uuid import UUID

from brokers.authorization.resource import CLUSTER_NAME, Operation, ResourceType
from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.models import Partition, Topic
from brokers.node.ports import Actor, NewTopic
from brokers.selectors import replicas, topics
from brokers.selectors.topics import TopicSummary
from brokers.services.create_partitions import create_partitions
from brokers.services.create_topic import create_topic
from brokers.services.delete_topic import delete_topic
from streaming.access.caller import TenantAccess
from streaming.access.rights import require_topic, rights_of
from streaming.records.identity import ADMINISTER
from streaming.rest.create_topic_request import CreateTopicRequest
from streaming.rest.resources import PartitionFacts, ReplicaFacts, TopicFacts


def create(access: TenantAccess, wanted: CreateTopicRequest) -> TopicFacts:
    """Create the topic, or with ``validate_only`` say what it would be.

    Raises ``Refusal``; ``NotAllowed``, as every function here that names a topic.
    """
    rights = rights_of(access)
    if not rights.allow(Operation.CREATE, ResourceType.CLUSTER, CLUSTER_NAME):
        require_topic(access, Operation.CREATE, wanted.name)
    created = create_topic(
        actor=actor_of(access),
        topic=NewTopic(
            name=TopicName(wanted.name),
            partition_count=wanted.partition_count,
            replication_factor=wanted.replication_factor,
            configs=wanted.configs,
        ),
        validate_only=wanted.validate_only,
    )
    return TopicFacts(
        created.name, created.partition_count, created.replication_factor, is_internal=False
    )


def delete(access: TenantAccess, name: str) -> None:
    """Delete the topic that has the name now. Raises ``Refusal``."""
    topic = _existing(access, name, Operation.DELETE)
    try:
        delete_topic(actor=actor_of(access), topic_id=topics.topic_id_of(topic))
    except Refusal as error:
        if error.code is ErrorCode.UNKNOWN_TOPIC_ID:  # somebody else was faster
            raise _absent(name) from error
        raise


def grow(access: TenantAccess, name: str, count: int, *, validate_only: bool) -> TopicFacts:
    """Give the topic ``count`` partitions; returns what it is, or would be. Raises ``Refusal``."""
    existing = _existing(access, name, Operation.ALTER)
    create_partitions(
        actor=actor_of(access),
        name=TopicName(existing.name),
        count=count,
        validate_only=validate_only,
    )
    return replace(topic_of(access, name), partitions_count=count)


def topics_of(access: TenantAccess) -> list[TopicFacts]:
    """The tenant's topics by name, those that the caller may describe."""
    rights = rights_of(access)
    return [
        _facts(each)
        for each in topics.topic_summaries(access.tenant_id)
        if rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, each.name)
    ]


def topic_of(access: TenantAccess, name: str) -> TopicFacts:
    """Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    require_topic(access, Operation.DESCRIBE, name)
    # PostgreSQL takes no NUL in a text, not even to say that there is no such row.
    found = None if "\0" in name else topics.topic_summary(access.tenant_id, name)
    if found is None:
        raise _absent(name)
    return _facts(found)


def operations_on_topic(access: TenantAccess, name: str) -> list[str]:
    """What the caller may do with the topic, in Kafka's words (KIP-430)."""
    bits = rights_of(access).operations(ResourceType.TOPIC, name)
    return sorted(operation.name for operation in Operation if bits >> operation & 1)


def configs_of(access: TenantAccess, name: str) -> dict[str, str]:
    """What was set on the topic. Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    return dict(_existing(access, name, Operation.DESCRIBE_CONFIGS).configs)


def check_may(access: TenantAccess, operation: Operation, name: str) -> None:
    """Raises ``NotAllowed`` where the caller may not do this to the topic, ``Refusal``
    UNKNOWN_TOPIC_OR_PARTITION."""
    _existing(access, name, operation)


def partitions_of(access: TenantAccess, name: str) -> list[PartitionFacts]:
    """By index. Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    _existing(access, name)
    return [_partition(row) for row in topics.partitions_of(access.tenant_id, name)]


def partition_of(access: TenantAccess, name: str, index: int) -> PartitionFacts:
    """Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    topic = _existing(access, name)
    row = None
    if index < topic.partition_count:
        row = topics.partition_of(access.tenant_id, name, index)
    if row is None:
        raise Refusal(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            f"topic {name!r} has no partition {index}; it has {topic.partition_count}, from 0",
        )
    return _partition(row)


def partitions_moving(
    access: TenantAccess, name: str | None = None
) -> list[tuple[str, PartitionFacts]]:
    """Partitions that are reassigned, with their topics; of one topic where it is named.

    Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION.
    """
    if name is not None:
        _existing(access, name)
    rights = rights_of(access)
    return [
        (row.topic.name, _partition(row))
        for row in replicas.partitions_moving(access.tenant_id, name)
        if rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, row.topic.name)
    ]


def replicas_on(access: TenantAccess, broker_id: int) -> list[tuple[str, ReplicaFacts]]:
    """The tenant's replicas on the broker, with their topics, by topic and partition."""
    rights = rights_of(access)
    return [
        (topic, ReplicaFacts(index, broker_id, leader == broker_id, broker_id in isr))
        for topic, index, leader, isr in replicas.partitions_held(access.tenant_id, broker_id)
        if rights.allow(Operation.DESCRIBE, ResourceType.TOPIC, topic)
    ]


def actor_of(access: TenantAccess) -> Actor:
    """In whose name the caller's verbs are done."""
    return Actor(
        TenantId(str(UUID(access.tenant_id))),
        Principal(access.principal),
        ADMINISTER in access.scopes,
    )


def _existing(access: TenantAccess, name: str, operation: Operation = Operation.DESCRIBE) -> Topic:
    require_topic(access, operation, name)
    topic = None if "\0" in name else topics.topic_named(access.tenant_id, name)
    if topic is None:
        raise _absent(name)
    return topic


def _absent(name: str) -> Refusal:
    return Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        f"topic {name!r} does not exist in this cluster; create it, or check its name",
    )


def _facts(topic: TopicSummary) -> TopicFacts:
    return TopicFacts(topic.name, topic.partition_count, topic.replication_factor, topic.internal)


def _partition(row: Partition) -> PartitionFacts:
    return PartitionFacts(
        row.index,
        row.leader,
        tuple(row.replicas),
        tuple(row.isr),
        tuple(row.adding),
        tuple(row.removing),
    )
