"""What partitions hold, by the word of whoever leads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from brokers.kernel.ids import PartitionIndex, TopicId
from brokers.metadata.records import PartitionRecord
from brokers.models import Partition, ReplicaFigures
from tenants import scope


@dataclass(frozen=True, slots=True)
class PartitionSizes:
    """As the leader published it last, or the preferred leader while there is none; None where that
    one has said nothing yet."""

    log_start_offset: int | None
    high_watermark: int | None
    bytes: int | None


UNKNOWN: Final = PartitionSizes(None, None, None)


def partition_sizes(
    tenant_id: UUID | str, partitions: Iterable[Partition]
) -> dict[tuple[UUID, int], PartitionSizes]:
    """Those of the tenant's ``partitions``, by topic and index."""
    speakers = {
        (each.topic_id, each.index): each.replicas[0] if each.leader is None else each.leader
        for each in partitions
    }
    found = dict.fromkeys(speakers, UNKNOWN)
    topics = {topic_id for topic_id, _ in speakers}
    with scope.tenant(tenant_id):
        for row in ReplicaFigures.objects.filter(topic_id__in=topics):
            key = row.topic_id, row.index
            if speakers.get(key) == row.broker_id:
                found[key] = PartitionSizes(
                    row.log_start_offset, row.high_watermark, row.stored_bytes
                )
    return found


def bytes_at_leaders(
    records: Iterable[PartitionRecord],
) -> dict[tuple[TopicId, PartitionIndex], int]:
    """What leaders hold of these partitions, which may be of any tenants; of those that told it."""
    leaders = {
        (each.topic_id, each.index): each.leader for each in records if each.leader is not None
    }
    topics = {UUID(bytes=topic_id) for topic_id, _ in leaders}
    found = {}
    with scope.system("an operator looks at reassignments"):
        rows = ReplicaFigures.objects.filter(topic_id__in=topics)
        for row in rows.values_list("topic_id", "index", "broker_id", "stored_bytes"):
            topic_id, index, broker_id, stored_bytes = row
            key = TopicId(topic_id.bytes), PartitionIndex(index)
            if leaders.get(key) == broker_id:
                found[key] = stored_bytes
    return found
