"""One topic's partitions: where they are, who leads, what they hold, how far followers are."""

from dataclasses import dataclass
from uuid import UUID

from brokers.kernel.ids import BrokerId
from brokers.metadata.lags import ReplicaLag
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker, Partition, ReplicaFigures
from brokers.published import partition_record
from brokers.selectors.replica_lags import ReplicaLags, replica_lags
from tenants import scope


@dataclass(frozen=True, slots=True)
class PlacedPartition:
    """``offline``: replicas whose brokers do not live. Offsets and bytes are by the leader's word,
    or the preferred leader's while there is none; None where that one has said nothing yet.
    ``lags``: of each follower that anything is known of."""

    record: PartitionRecord
    offline: tuple[BrokerId, ...]
    log_start_offset: int | None
    high_watermark: int | None
    bytes: int | None
    lags: dict[BrokerId, ReplicaLag]


def partition_map(tenant_id: UUID | str, topic: str) -> list[PlacedPartition]:
    """By index; none when the tenant has no such topic."""
    fenced = {
        BrokerId(each) for each in Broker.objects.filter(fenced=True).values_list("id", flat=True)
    }
    lags = replica_lags()
    with scope.tenant(tenant_id):
        rows = [
            *Partition.objects.filter(topic__name=topic, topic__deleted_at__isnull=True).order_by(
                "index"
            )
        ]
        if not rows:
            return []
        told = {
            (figures.index, figures.broker_id): figures
            for figures in ReplicaFigures.objects.filter(topic_id=rows[0].topic_id)
        }
    return [_placed(partition_record(row), told, fenced, lags) for row in rows]


def _placed(
    record: PartitionRecord,
    told: dict[tuple[int, int], ReplicaFigures],
    fenced: set[BrokerId],
    lags: ReplicaLags,
) -> PlacedPartition:
    leader = record.replicas[0] if record.leader is None else record.leader
    figures = told.get((record.index, leader))
    followers = {each: lags.of(record, each) for each in record.replicas if each != record.leader}
    return PlacedPartition(
        record=record,
        offline=tuple(each for each in record.replicas if each in fenced),
        log_start_offset=None if figures is None else figures.log_start_offset,
        high_watermark=None if figures is None else figures.high_watermark,
        bytes=None if figures is None else figures.stored_bytes,
        lags={each: lag for each, lag in followers.items() if lag is not None},
    )
