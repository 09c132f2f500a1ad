"""Topic verbs and looks for REST: the brokers' services and selectors, in REST's terms."""

from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.models import Partition, Topic
from brokers.node.ports import Actor, NewTopic
from brokers.selectors import replicas, topics
from brokers.services.create_topic import create_topic
from brokers.services.delete_topic import delete_topic
from streaming.access.caller import TenantAccess
from streaming.records.identity import ADMINISTER
from streaming.rest.create_topic_request import CreateTopicRequest
from streaming.rest.resources import PartitionFacts, TopicFacts


def create(access: TenantAccess, wanted: CreateTopicRequest) -> TopicFacts:
    """Create the topic, or with ``validate_only`` say what it would be. Raises ``Refusal``."""
    created = create_topic(
        actor=_actor(access),
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
    topic = _existing(access, name)
    try:
        delete_topic(actor=_actor(access), topic_id=topics.topic_id_of(topic))
    except Refusal as error:
        if error.code is ErrorCode.UNKNOWN_TOPIC_ID:  # somebody else was faster
            raise _absent(name) from error
        raise


def topics_of(access: TenantAccess) -> list[TopicFacts]:
    """The tenant's topics by name."""
    partitions = replicas.partitions_by_topic(access.tenant_id)
    return [_facts(topic, partitions[topic.id]) for topic in topics.topics_of(access.tenant_id)]


def topic_of(access: TenantAccess, name: str) -> TopicFacts:
    """Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    topic = _existing(access, name)
    return _facts(topic, topics.partitions_of(access.tenant_id, name))


def partitions_of(access: TenantAccess, name: str) -> list[PartitionFacts]:
    """By index. Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    _existing(access, name)
    return [
        PartitionFacts(row.index, row.leader, tuple(row.replicas), tuple(row.isr))
        for row in topics.partitions_of(access.tenant_id, name)
    ]


def _existing(access: TenantAccess, name: str) -> Topic:
    # PostgreSQL takes no NUL in a text, not even to say that there is no such row.
    topic = None if "\0" in name else topics.topic_named(access.tenant_id, name)
    if topic is None:
        raise _absent(name)
    return topic


def _absent(name: str) -> Refusal:
    return Refusal(
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        f"topic {name!r} does not exist in this cluster; create it, or check its name",
    )


def _facts(topic: Topic, partitions: list[Partition]) -> TopicFacts:
    factor = len(partitions[0].replicas) if partitions else 0
    return TopicFacts(topic.name, topic.partition_count, factor, topic.internal)


def _actor(access: TenantAccess) -> Actor:
    return Actor(
        TenantId(str(UUID(access.tenant_id))),
        Principal(access.principal),
        ADMINISTER in access.scopes,
    )
