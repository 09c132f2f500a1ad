"""Where a topic's partitions could be: proposals for reassignments. Nothing is written."""

from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, PartitionIndex, TopicName
from brokers.metadata.placement import Candidate, place
from brokers.metadata.reassignment import target_of
from brokers.models import Broker
from brokers.node.ports import PartitionAssignment
from brokers.published import partition_record
from brokers.selectors.topics import partitions_of


def present_assignments(tenant_id: UUID, topics: Sequence[TopicName]) -> list[PartitionAssignment]:
    """Where the partitions of these topics are, or are on the way to.

    Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION.
    """
    found = []
    for topic in topics:
        rows = partitions_of(tenant_id, topic)
        if not rows:
            raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {topic!r}")
        found += [
            PartitionAssignment(topic, PartitionIndex(row.index), target_of(partition_record(row)))
            for row in rows
        ]
    return found


def proposed_assignments(
    present: Sequence[PartitionAssignment], brokers: Sequence[BrokerId]
) -> list[PartitionAssignment]:
    """The same partitions on ``brokers`` only, spread as if nothing else were there.

    Each topic keeps the number of replicas of its first partition. Raises ``Refusal``:
    BROKER_ID_NOT_REGISTERED or INVALID_REPLICATION_FACTOR.
    """
    candidates = _candidates(brokers)
    proposed: list[PartitionAssignment] = []
    for topic in dict.fromkeys(each.topic_name for each in present):
        own = [each for each in present if each.topic_name == topic]
        factor = len(own[0].replicas or ())
        if factor > len(candidates):
            raise Refusal(
                ErrorCode.INVALID_REPLICATION_FACTOR,
                f"topic {topic!r} has {factor} replicas, and {len(candidates)} brokers are too few",
            )
        placed = place(candidates, len(own), factor, turn=len(proposed))
        proposed += [
            PartitionAssignment(topic, each.index, replicas)
            for each, replicas in zip(own, placed, strict=True)
        ]
    return proposed


def _candidates(brokers: Sequence[BrokerId]) -> list[Candidate]:
    """All taken as alive: an assignment is for longer than an outage."""
    rows = Broker.objects.in_bulk(brokers)
    for broker in brokers:
        if broker not in rows:
            raise Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, f"there is no broker {broker}")
    return [
        Candidate(broker, rows[broker].volume_id, 0, rack=rows[broker].rack)
        for broker in dict.fromkeys(brokers)
    ]
