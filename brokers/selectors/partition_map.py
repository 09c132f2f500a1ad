"""One topic's partitions: where they are, who leads, what they hold, how far followers are."""

from dataclasses import dataclass
from uuid import UUID

from brokers.kernel.ids import BrokerId
from brokers.metadata.lags import ReplicaLag
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker, Partition
from brokers.published import partition_record
from brokers.selectors.partition_sizes import PartitionSizes, partition_sizes
from brokers.selectors.replica_lags import ReplicaLags, replica_lags
from brokers.selectors.topics import partitions_of


@dataclass(frozen=True, slots=True)
class PlacedPartition:
    """``offline``: replicas whose brokers do not live. ``lags``: of each follower that anything is
    known of."""

    record: PartitionRecord
    offline: tuple[BrokerId, ...]
    sizes: PartitionSizes
    lags: dict[BrokerId, ReplicaLag]


def partition_map(tenant_id: UUID | str, topic: str) -> list[PlacedPartition]:
    """By index; none when the tenant has no such topic."""
    fenced = {
        BrokerId(each) for each in Broker.objects.filter(fenced=True).values_list("id", flat=True)
    }
    lags = replica_lags()
    rows = partitions_of(tenant_id, topic)
    sizes = partition_sizes(tenant_id, rows)
    return [_placed(row, sizes[row.topic_id, row.index], fenced, lags) for row in rows]


def _placed(
    row: Partition, sizes: PartitionSizes, fenced: set[BrokerId], lags: ReplicaLags
) -> PlacedPartition:
    record = partition_record(row)
    followers = {each: lags.of(record, each) for each in record.replicas if each != record.leader}
    return PlacedPartition(
        record=record,
        offline=tuple(each for each in record.replicas if each in fenced),
        sizes=sizes,
        lags={each: lag for each, lag in followers.items() if lag is not None},
    )
