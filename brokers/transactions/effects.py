"""What the coordinator wants done besides being recorded and answering."""

from dataclasses import dataclass
from typing import NamedTuple

from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer
from brokers.transactions.state import Producer, TransactionPartition
from brokers.wire.coordinator.state_record import StateRecord


@dataclass(frozen=True, slots=True)
class WriteMarkers:
    """Have every partition's leader end this producer's transaction, once the record is committed.

    Retried until each has acknowledged it or its topic is gone; ``markers_written`` takes this
    object and what is done. To be given up when this coordinator's leadership ends.
    """

    transactional_id: str
    ordinal: int
    """Which of this coordinator's endings it is: an old client ends many as the same producer."""
    producer: Producer
    commit: bool
    coordinator_epoch: int
    """Leader epoch of the coordinator's partition; a partition refuses lower ones than it has
    seen."""
    transaction_version: int
    """2 where the marker's epoch is above that of the records (KIP-890): then a partition must
    refuse it for records of its own epoch. 0 otherwise."""
    partitions: frozenset[TransactionPartition]


class MarkersAcknowledged(NamedTuple):
    """Volatile: after a restart all of them are written again."""

    transactional_id: str
    partitions: frozenset[TransactionPartition]


class TransactionTimeout(NamedTuple):
    """Timer: what is ongoing under this id has had its time."""

    transactional_id: str


class IdExpiry(NamedTuple):
    """Timer: look for ids that nobody has used for long."""


Effect = Reply | SetTimer | CancelTimer | WriteMarkers
TransactionDecision = Decision[StateRecord, Effect]
