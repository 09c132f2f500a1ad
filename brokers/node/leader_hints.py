"""Where the leader is, told to a client that asked the wrong broker (KIP-951)."""

from brokers.kernel.ids import PartitionIndex, TopicId
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import BrokerRecord, PartitionRecord


def current_leader(
    image: MetadataImage, topic_id: TopicId, index: int
) -> tuple[PartitionRecord, BrokerRecord] | None:
    """The partition's record and its live leader, None when there is none to be told."""
    record = image.partition(topic_id, PartitionIndex(index))
    if record is None or record.leader is None:
        return None
    broker = image.brokers.get(record.leader)
    return None if broker is None or broker.fenced else (record, broker)
