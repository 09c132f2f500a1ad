"""How far followers are behind, by what their leaders said with their last heartbeats."""

from datetime import timedelta
from typing import Final

from django.db.models import F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, PartitionIndex, TopicId
from brokers.metadata.lags import ReplicaLag
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker

HEARD_WITHIN: Final = timedelta(seconds=5)
"""A leader that said nothing for longer may lead, and nobody knows how its followers are."""

_Key = tuple[TopicId, PartitionIndex, BrokerId]


class ReplicaLags:
    """All lags of the cell at one moment."""

    def __init__(self, heard: set[BrokerId], lags: dict[_Key, ReplicaLag]) -> None:
        self._heard = heard
        self._lags = lags

    def of(self, record: PartitionRecord, replica: BrokerId) -> ReplicaLag | None:
        """None where nobody knows. All zeros for a replica that keeps up, to within a second."""
        if record.leader is None or record.leader not in self._heard:
            return None
        told = self._lags.get((record.topic_id, record.index, replica))
        if told is None and replica in record.isr and replica in self._heard:
            return ReplicaLag(record.topic_id, record.index, replica, 0, 0, 0, 0)
        return told


def replica_lags() -> ReplicaLags:
    recent = Broker.objects.filter(fenced=False, heartbeat_at__gt=Now() - HEARD_WITHIN)
    rows = [*recent.values_list(F("id"), F("replica_lags"))]
    told = [ReplicaLag.from_json(each) for _, lags in rows for each in lags]
    return ReplicaLags(
        {BrokerId(broker) for broker, _ in rows},
        {(each.topic_id, each.index, each.replica): each for each in told},
    )
