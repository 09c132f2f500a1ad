"""AddPartitionsToTxn: a partition becomes part of a transaction before any record goes there.

Adding the first one begins the transaction. *Verifying* asks, for a partition's leader that is
about to append, whether this was done (KIP-890).
"""

from collections.abc import Mapping
from dataclasses import replace

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import TRANSACTION_PARTITIONS_MAX
from brokers.transactions.ending import producer_fault
from brokers.transactions.requests import ABORTABLE_SINCE, AddPartitions
from brokers.transactions.state import (
    NO_PRODUCER,
    PREPARED,
    Transaction,
    TransactionPartition,
    TransactionState,
)


def added(
    transaction: Transaction | None, request: AddPartitions, wall_ms: int
) -> Transaction | ErrorCode:
    """The state to be written, or what is answered at once; NONE: all are in it already.

    INVALID_REQUEST for more partitions than can be kept.
    """
    error = _fault(transaction, request)
    if transaction is None or error is not None:
        return error or ErrorCode.INVALID_PRODUCER_ID_MAPPING
    is_ongoing = transaction.state is TransactionState.ONGOING
    if is_ongoing and request.partitions <= transaction.partitions:
        return ErrorCode.NONE
    partitions = request.partitions | transaction.partitions
    if len(partitions) > TRANSACTION_PARTITIONS_MAX:
        return ErrorCode.INVALID_REQUEST
    if not is_ongoing:
        # This producer has seen the answer to its last step, or it would not be this one.
        return replace(
            transaction,
            state=TransactionState.ONGOING,
            before=NO_PRODUCER,
            partitions=partitions,
            started_ms=wall_ms,
            updated_ms=wall_ms,
        )
    return replace(transaction, partitions=partitions, updated_ms=wall_ms)


def verified(
    transaction: Transaction | None, request: AddPartitions
) -> Mapping[TransactionPartition, ErrorCode]:
    """Per partition NONE if it is in the transaction that this producer has under way."""
    error = _fault(transaction, request)
    if transaction is None or error is not None:
        error = error or ErrorCode.INVALID_PRODUCER_ID_MAPPING
        return dict.fromkeys(request.partitions, error)
    is_ongoing = transaction.state is TransactionState.ONGOING
    members = transaction.partitions if is_ongoing else frozenset()
    absent = (
        ErrorCode.TRANSACTION_ABORTABLE
        if request.version >= ABORTABLE_SINCE
        else ErrorCode.INVALID_TXN_STATE
    )
    return {each: ErrorCode.NONE if each in members else absent for each in request.partitions}


def _fault(transaction: Transaction | None, request: AddPartitions) -> ErrorCode | None:
    """An absent id and somebody else's producer are answered alike."""
    if transaction is None:
        return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    error = producer_fault(transaction, request.producer, request.fenced)
    if error is None and transaction.state in PREPARED:
        return ErrorCode.CONCURRENT_TRANSACTIONS
    return error
