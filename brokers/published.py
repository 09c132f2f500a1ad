"""Rows as brokers hear of them: the payloads of their numbered changes and of snapshots."""

from brokers.kernel.ids import (
    BrokerId,
    Incarnation,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    TenantId,
    TopicId,
    TopicName,
)
from brokers.metadata.records import BrokerRecord, Kind, PartitionRecord, TopicRecord
from brokers.models import Broker, Partition, Topic
from tenants.changes import NewChange


def topic_change(topic: Topic) -> NewChange:
    """A topic, or its tombstone once it is deleted."""
    record = TopicRecord(
        id=TopicId(topic.id.bytes),
        tenant_id=TenantId(str(topic.tenant_id)),
        name=TopicName(topic.name),
        partition_count=topic.partition_count,
        configs=topic.configs,
        internal=topic.internal,
        deleted=topic.deleted_at is not None,
    )
    return NewChange(Kind.TOPIC, topic.id.hex, record.to_json())


def topic_gone(topic: Topic) -> NewChange:
    """The tombstone itself is no longer needed."""
    return NewChange(Kind.TOPIC, topic.id.hex, None)


def partition_record(partition: Partition) -> PartitionRecord:
    return PartitionRecord(
        topic_id=TopicId(partition.topic_id.bytes),
        index=PartitionIndex(partition.index),
        replicas=tuple(BrokerId(broker) for broker in partition.replicas),
        isr=tuple(BrokerId(broker) for broker in partition.isr),
        leader=None if partition.leader is None else BrokerId(partition.leader),
        leader_epoch=LeaderEpoch(partition.leader_epoch),
        partition_epoch=PartitionEpoch(partition.partition_epoch),
        eligible_leaders=tuple(BrokerId(broker) for broker in partition.eligible_leaders),
        adding=tuple(BrokerId(broker) for broker in partition.adding),
        removing=tuple(BrokerId(broker) for broker in partition.removing),
    )


def partition_told(record: PartitionRecord) -> NewChange:
    return NewChange(Kind.PARTITION, f"{record.topic_id.hex()}/{record.index}", record.to_json())


def partition_change(partition: Partition) -> NewChange:
    return partition_told(partition_record(partition))


def broker_record(broker: Broker) -> BrokerRecord:
    return BrokerRecord(
        id=BrokerId(broker.id),
        incarnation=Incarnation(broker.incarnation),
        host=broker.host,
        port=broker.port,
        internal_host=broker.internal_host,
        internal_port=broker.internal_port,
        volume_id=broker.volume_id,
        rack=broker.rack,
        fenced=broker.fenced,
        draining=broker.draining,
        lacks_room=broker.lacks_room,
        copy_bytes_per_second=broker.copy_bytes_per_second,
    )


def broker_change(broker: Broker) -> NewChange:
    return NewChange(Kind.BROKER, str(broker.id), broker_record(broker).to_json())


def broker_gone(broker: Broker) -> NewChange:
    """It was removed: nobody waits for it, and a process that still says it is that broker ends."""
    return NewChange(Kind.BROKER, str(broker.id), None)
