"""What the coordinator is asked, and what it answers.

Requests carry the version of their API where the answer depends on it. ``transactional_id`` is
qualified by tenant, and never empty; topics come with their ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from brokers.kernel.errors import ErrorCode
from brokers.transactions.state import (
    EPOCH_BUMP_VERSION,
    NO_PRODUCER,
    Producer,
    TransactionPartition,
    TransactionState,
)

EPOCH_BUMP_SINCE = 5
"""Version of EndTxn from which on a client expects a new epoch with each transaction (KIP-890)."""

ABORTABLE_SINCE = 5
"""Version of AddPartitionsToTxn from which on TRANSACTION_ABORTABLE is known."""


@dataclass(frozen=True, slots=True)
class InitProducerId:
    """``expected``: the producer that the client was, and wants to go on as (KIP-360)."""

    transactional_id: str
    timeout_ms: int
    version: int
    expected: Producer = NO_PRODUCER
    enable_two_phase_commit: bool = False
    keep_prepared: bool = False

    @property
    def fenced(self) -> ErrorCode:
        """What a fenced producer is told: older clients do not know PRODUCER_FENCED (KIP-588)."""
        return ErrorCode.PRODUCER_FENCED if self.version >= 4 else ErrorCode.INVALID_PRODUCER_EPOCH


@dataclass(frozen=True, slots=True)
class AddPartitions:
    """For AddPartitionsToTxn and, with the group's partition of its topic, AddOffsetsToTxn.

    Versions of both agree in what matters here.
    """

    transactional_id: str
    producer: Producer
    partitions: frozenset[TransactionPartition]
    version: int

    @property
    def fenced(self) -> ErrorCode:
        return ErrorCode.PRODUCER_FENCED if self.version >= 2 else ErrorCode.INVALID_PRODUCER_EPOCH


@dataclass(frozen=True, slots=True)
class EndTxn:
    transactional_id: str
    producer: Producer
    commit: bool
    version: int

    @property
    def bumps_epoch(self) -> bool:
        return self.version >= EPOCH_BUMP_SINCE

    @property
    def client_version(self) -> int:
        """The client's ``transaction.version``, as records have it."""
        return EPOCH_BUMP_VERSION if self.bumps_epoch else 0

    @property
    def fenced(self) -> ErrorCode:
        return ErrorCode.PRODUCER_FENCED if self.version >= 2 else ErrorCode.INVALID_PRODUCER_EPOCH


@dataclass(frozen=True, slots=True)
class ListTransactions:
    """Empty filters let everything pass. ``duration_ms`` -1 does not ask; otherwise only what has
    been pending for longer.

    ``id_prefix`` is the tenant's. Patterns are for whoever knows the names without it.
    """

    id_prefix: str
    states: frozenset[TransactionState] = frozenset()
    producer_ids: frozenset[int] = frozenset()
    duration_ms: int = -1


@dataclass(frozen=True, slots=True)
class ProducerAnswer:
    """For InitProducerId and EndTxn; ``producer`` is what the client writes as from now on."""

    error: ErrorCode
    producer: Producer = NO_PRODUCER


@dataclass(frozen=True, slots=True)
class PartitionsAnswer:
    """Every partition that was asked about, and its error."""

    errors: Mapping[TransactionPartition, ErrorCode]


@dataclass(frozen=True, slots=True)
class Described:
    """One transactional id as DescribeTransactions and ListTransactions tell it."""

    transactional_id: str
    state: TransactionState
    producer: Producer
    timeout_ms: int
    started_ms: int
    partitions: frozenset[TransactionPartition]
