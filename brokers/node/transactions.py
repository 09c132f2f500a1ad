"""What a partition's leader must know of a transaction before its first records are appended.

The producer's word is not enough: a request may come late, when its transaction is over, and its
records would be open for ever. So the coordinator is asked, through ``TransactionVerifier``, and a
guard makes sure that nothing happened to the transaction here meanwhile (KIP-890, Kafka's
``ReplicaManager.handleProduceAppend`` and ``AddPartitionsToTxnManager``).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

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


class Unconfirmed(NamedTuple):
    """Partitions of a request to which a transaction comes for the first time."""

    producer_id: int
    producer_epoch: int
    guards: dict[PartitionRuntime, Guard]


class Producers:
    """Gathers what a request's batches say of their transaction, partition by partition."""

    def __init__(self, version: int) -> None:
        self._bumps_epochs = version >= ADDS_SINCE_VERSION
        self._producer: tuple[int, int] | None = None
        self._guards: dict[PartitionRuntime, Guard] = {}

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
        producer = (header.producer_id, header.producer_epoch)
        if self._producer not in {None, producer}:
            raise Refusal(
                ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                "transactional batches of more than one producer in one request",
            )
        self._producer = producer
        guard = place.log.begin_verification(
            *producer, header.base_sequence, bumps_epochs=self._bumps_epochs
        )
        if guard is not None:
            self._guards[place] = guard

    @property
    def unconfirmed(self) -> Unconfirmed | None:
        """None when the transaction is open already wherever the request writes."""
        if self._producer is None or not self._guards:
            return None
        return Unconfirmed(*self._producer, self._guards)


async def confirm(
    node: "Node", tenant_id: TenantId, transactional_id: str, version: int, asked: Unconfirmed
) -> dict[PartitionRuntime, ErrorCode]:
    """Ask the coordinator; the code to refuse a partition with, for each that it did not
    confirm."""
    places = list(asked.guards)
    part = TransactionPart(
        tenant_id,
        transactional_id,
        ProducerId(asked.producer_id),
        asked.producer_epoch,
        tuple(PartitionNumber(each.topic_id, PartitionIndex(each.index)) for each in places),
    )
    codes = await _ask(node, part, version)
    return {
        place: append_code(code, version)
        for place, code in zip(places, codes, strict=True)
        if code is not ErrorCode.NONE
    }


async def _ask(node: "Node", part: TransactionPart, version: int) -> Sequence[ErrorCode]:
    if version < ADDS_SINCE_VERSION:
        return await node.transactions.verify(part)
    codes = await node.transactions.add(part)
    for _ in range(CONCURRENT_RETRIES_MAX):
        if ErrorCode.CONCURRENT_TRANSACTIONS not in codes:
            break
        await asyncio.sleep(CONCURRENT_RETRY_SECONDS)
        codes = await node.transactions.add(part)
    return codes


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
