"""One transactional id as its coordinator knows it (Kafka: ``TransactionMetadata``).

::

    Empty ──> Ongoing ──> PrepareCommit ──> CompleteCommit
                 ^  └───> PrepareAbort ───> CompleteAbort
                 └──────── the next transaction ──────┘

What is *prepared* is decided: its markers are written until every partition has one, by whichever
coordinator there is. InitProducerId leads from Empty and from Complete to Empty.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from brokers.kernel.ids import PartitionIndex, ProducerEpoch, ProducerId, TopicId, TopicName

NO_PRODUCER_ID: Final = ProducerId(-1)
NO_PRODUCER_EPOCH: Final = ProducerEpoch(-1)
NO_TIME: Final = -1

EPOCH_MAX: Final = ProducerEpoch(32_766)
"""The last epoch that a producer is given. One more is left, so that it can still be fenced (Kafka:
``isEpochExhausted``)."""

EPOCH_BUMP_VERSION: Final = 2
"""``transaction.version`` from which on every transaction has an epoch of its own (KIP-890)."""


class TransactionState(IntEnum):
    """Numbers as in the record. A fence is decided and prepared in one step here, and an id that
    expires is gone with its record, so that the last two are names only."""

    EMPTY = 0
    ONGOING = 1
    PREPARE_COMMIT = 2
    PREPARE_ABORT = 3
    COMPLETE_COMMIT = 4
    COMPLETE_ABORT = 5
    DEAD = 6
    PREPARE_EPOCH_FENCE = 7

    @property
    def title(self) -> str:
        """Kafka's spelling, as in ``PrepareCommit``."""
        return self.name.title().replace("_", "")


PREPARED: Final = frozenset({TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT})
PENDING: Final = PREPARED | {TransactionState.ONGOING}
COMPLETED: Final = {
    TransactionState.PREPARE_COMMIT: TransactionState.COMPLETE_COMMIT,
    TransactionState.PREPARE_ABORT: TransactionState.COMPLETE_ABORT,
}


class Producer(NamedTuple):
    """What a client writes as: one producer id at one epoch."""

    id: ProducerId
    epoch: ProducerEpoch


NO_PRODUCER: Final = Producer(NO_PRODUCER_ID, NO_PRODUCER_EPOCH)


class TransactionPartition(NamedTuple):
    """A partition of a topic that may have been deleted and made again under the same name."""

    topic_id: TopicId
    topic: TopicName
    partition: PartitionIndex


@dataclass(frozen=True, slots=True)
class Transaction:
    """The state of one transactional id. Times are wall-clock milliseconds, for people and expiry.

    While it is prepared, ``producer`` is what the markers are written as. ``before`` is the
    producer that a retry of the last step would still name: the one that ended a transaction
    (KIP-890) or asked for its own next epoch (KIP-360). A fenced producer is never that.
    """

    producer: Producer
    state: TransactionState
    timeout_ms: int
    updated_ms: int
    before: Producer = NO_PRODUCER
    next_producer_id: ProducerId = NO_PRODUCER_ID
    """Set while a transaction is prepared that used up the epochs of its producer id."""
    client_version: int = 0
    """``transaction.version`` by which the last transaction was ended; 0 stands for 1 too."""
    started_ms: int = NO_TIME
    partitions: frozenset[TransactionPartition] = frozenset()

    @property
    def producer_after(self) -> Producer:
        """What the client writes as once nothing is prepared any more."""
        if self.next_producer_id == NO_PRODUCER_ID:
            return self.producer
        return Producer(self.next_producer_id, ProducerEpoch(0))

    @property
    def is_exhausted(self) -> bool:
        """Whether there is no further epoch to give to this producer id."""
        return self.producer.epoch >= EPOCH_MAX


def bumped(producer: Producer) -> Producer:
    """The same producer id at its next epoch."""
    return Producer(producer.id, ProducerEpoch(producer.epoch + 1))
