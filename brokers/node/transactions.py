"""What a partition's leader must know of a transaction before its first records are appended.

The producer's word is not enough: a request may come late, when its transaction is over, and its
records would be open for ever. So the coordinator is asked, through ``TransactionVerifier``, and a
guard makes sure that nothing happened to the transaction here meanwhile (KIP-890, Kafka's
``ReplicaManager.handleProduceAppend`` and ``AddPartitionsToTxnManager``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import PartitionIndex, ProducerId, TenantId
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES
from brokers.log.verification import Guard
from brokers.node.partition_runtime import PartitionRuntime
from brokers.node.ports import PartitionNumber, TransactionPart
from brokers.wire.batch import parse_batch_header

if TYPE_CHECKING:
    from brokers.node.node import Node

ABORTABLE_SINCE_VERSION: Final = 11
"""The Produce version whose clients know TRANSACTION_ABORTABLE."""

ADDS_SINCE_VERSION: Final = 12
"""The Produce version that adds its partitions to the transaction itself, where older clients have
sent AddPartitionsToTxn. Its producers have a new epoch for each transaction."""

CONCURRENT_RETRY_SECONDS: Final = 0.02
CONCURRENT_RETRIES_MAX: Final = 5
"""The transaction before is about to be completed: waiting here is cheaper than sending the records
again. Kafka's ``add.partitions.to.txn.retry.backoff.ms`` and ``….max.ms`` (100)."""

_TRY_AGAIN: Final = frozenset(
    {
        ErrorCode.NETWORK_EXCEPTION,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    }
)

Guards = Mapping[PartitionRuntime, Guard]
NO_GUARDS: Final[Guards] = {}
NO_SEQUENCE: Final = -1
"""Of batches that a broker makes in a producer's name."""


@dataclass(slots=True)
class Unconfirmed:
    """Partitions of a request to which a transaction comes for the first time.

    ``adds``: the producer has a new epoch for each transaction, and partitions are added by those
    that lead them.
    """

    producer_id: int
    producer_epoch: int
    adds: bool
    guards: dict[PartitionRuntime, Guard] = field(default_factory=dict)
    sequences: dict[PartitionRuntime, int] = field(default_factory=dict)

    def look_at(self, place: PartitionRuntime, sequence: int) -> None:
        """``sequence``: of the first record that waits. Raises ``Refusal`` INVALID_PRODUCER_EPOCH
        for an epoch that was replaced here."""
        guard = place.log.begin_verification(
            self.producer_id, self.producer_epoch, sequence, bumps_epochs=self.adds
        )
        if guard is not None:
            self.guards[place] = guard
            self.sequences[place] = sequence

    def renew_guards(self) -> bool:
        """Take the present guards; whether they are others, because something happened to the
        producer's transactions here since the question was begun. Raises like ``look_at``."""
        before = dict(self.guards)
        self.guards.clear()
        for place in before:
            self.look_at(place, self.sequences[place])
        return self.guards != before


class Producers:
    """Gathers what a request's batches say of their transaction, partition by partition."""

    def __init__(self, version: int) -> None:
        self._adds = version >= ADDS_SINCE_VERSION
        self._asked: Unconfirmed | None = None

    def look_at(self, place: PartitionRuntime, records: memoryview | None) -> None:
        """Raises ``Refusal`` INVALID_PRODUCER_EPOCH for an epoch that was replaced here,
        INVALID_PRODUCER_ID_MAPPING for a second producer in one request.

        Whether the batch is whole is found out when it is appended.
        """
        if records is None or len(records) < BATCH_OVERHEAD_BYTES:
            return
        header = parse_batch_header(records)
        if not header.is_transactional or header.producer_id < 0:
            return
        asked = self._asked
        if asked is None:
            asked = Unconfirmed(header.producer_id, header.producer_epoch, self._adds)
            self._asked = asked
        elif (asked.producer_id, asked.producer_epoch) != (
            header.producer_id, header.producer_epoch,
        ):  # fmt: skip
            raise Refusal(
                ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                "transactional batches of more than one producer in one request",
            )
        asked.look_at(place, header.base_sequence)

    @property
    def unconfirmed(self) -> Unconfirmed | None:
        """None when the transaction is open already wherever the request writes."""
        if self._asked is None or not self._asked.guards:
            return None
        return self._asked


async def confirm(
    node: "Node", tenant_id: TenantId, transactional_id: str, asked: Unconfirmed
) -> dict[PartitionRuntime, ErrorCode]:
    """Ask the coordinator; its code for each partition that it did not confirm.

    Where partitions are added, the transaction before may still be on its way to an end: clients
    that have a new epoch for each begin the next as soon as the coordinator has decided. So what a
    marker overtakes is asked again, with a guard of its own: an epoch names one transaction.
    """
    if not asked.adds:
        return await _codes(node.transactions.verify, tenant_id, transactional_id, asked)
    for attempt in range(CONCURRENT_RETRIES_MAX + 1):
        refused = await _codes(node.transactions.add, tenant_id, transactional_id, asked)
        waits = ErrorCode.CONCURRENT_TRANSACTIONS in refused.values()
        if attempt == CONCURRENT_RETRIES_MAX:
            break
        if waits:
            await asyncio.sleep(CONCURRENT_RETRY_SECONDS)
        try:
            overtaken = asked.renew_guards()
        except Refusal as replaced:
            return dict.fromkeys(asked.sequences, replaced.code)
        if not asked.guards or not (waits or overtaken):
            break
    return refused


async def _codes(
    ask: Callable[[TransactionPart], Awaitable[Sequence[ErrorCode]]],
    tenant_id: TenantId,
    transactional_id: str,
    asked: Unconfirmed,
) -> dict[PartitionRuntime, ErrorCode]:
    places = list(asked.guards)
    part = TransactionPart(
        tenant_id,
        transactional_id,
        ProducerId(asked.producer_id),
        asked.producer_epoch,
        tuple(PartitionNumber(each.topic_id, PartitionIndex(each.index)) for each in places),
    )
    codes = zip(places, await ask(part), strict=True)
    return {place: code for place, code in codes if code is not ErrorCode.NONE}


def append_code(code: ErrorCode, version: int) -> ErrorCode:
    """A coordinator's code as producers of that Produce version know it.

    What passes is NOT_ENOUGH_REPLICAS, which every client tries again without asking for metadata.
    """
    if code in _TRY_AGAIN:
        return ErrorCode.NOT_ENOUGH_REPLICAS
    if code is ErrorCode.CONCURRENT_TRANSACTIONS and version < ADDS_SINCE_VERSION:
        return ErrorCode.NOT_ENOUGH_REPLICAS
    if code is ErrorCode.PRODUCER_FENCED:
        return ErrorCode.INVALID_PRODUCER_EPOCH
    if code is ErrorCode.TRANSACTION_ABORTABLE and version < ABORTABLE_SINCE_VERSION:
        return ErrorCode.INVALID_TXN_STATE
    if code is ErrorCode.CLUSTER_AUTHORIZATION_FAILED:
        return ErrorCode.INVALID_TXN_STATE
    return code
