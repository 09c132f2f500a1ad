"""EndTxn, and how a transaction ends without one: its producer is fenced, or its time is up.

Two generations of clients (KIP-890). An old one keeps its epoch, so that only the state tells a
retry from the next request: a delayed EndTxn of it can hit a later transaction, which is its
documented limit. A new one (EndTxn from version 5 on) gets the next epoch with each answer; its
retry names the epoch before, and no delayed request fits a later transaction.
"""

from dataclasses import replace

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import ProducerEpoch, ProducerId
from brokers.transactions.requests import EndTxn
from brokers.transactions.state import (
    COMPLETED,
    EPOCH_BUMP_VERSION,
    EPOCH_MAX,
    NO_PRODUCER,
    NO_PRODUCER_ID,
    PREPARED,
    Producer,
    Transaction,
    TransactionState,
    bumped,
)

_COMMITTED = frozenset({TransactionState.PREPARE_COMMIT, TransactionState.COMPLETE_COMMIT})
_ABORTED = frozenset({TransactionState.PREPARE_ABORT, TransactionState.COMPLETE_ABORT})


def ended(
    transaction: Transaction | None,
    request: EndTxn,
    new_producer_id: ProducerId | None,
    wall_ms: int,
) -> Transaction | ErrorCode:
    """The state to be written, or what is answered at once; NONE: it ended so before.

    COORDINATOR_LOAD_IN_PROGRESS where a new producer id is needed and there is none.
    """
    if transaction is None:
        return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if request.bumps_epoch:
        return _ended_with_bump(transaction, request, new_producer_id, wall_ms)
    return _ended_in_place(transaction, request, wall_ms)


def _ended_in_place(
    transaction: Transaction, request: EndTxn, wall_ms: int
) -> Transaction | ErrorCode:
    mismatch = producer_fault(transaction, request.producer, request.fenced)
    if mismatch is not None:
        return mismatch
    if transaction.state is TransactionState.ONGOING:
        return _prepared(transaction, request, transaction.producer, wall_ms)
    if transaction.client_version != request.client_version:
        # It was ended by another protocol, so this is no retry of that.
        return _not_ongoing(transaction)
    return _as_it_ended(transaction, request.commit)


def _ended_with_bump(
    transaction: Transaction, request: EndTxn, new_producer_id: ProducerId | None, wall_ms: int
) -> Transaction | ErrorCode:
    is_retry = request.producer == transaction.before != NO_PRODUCER
    if is_retry and transaction.state in _COMMITTED | _ABORTED:
        return _as_it_ended(transaction, request.commit)
    mismatch = producer_fault(transaction, request.producer, request.fenced)
    if mismatch is not None:
        return mismatch
    if transaction.state in PREPARED:
        return ErrorCode.CONCURRENT_TRANSACTIONS
    is_ongoing = transaction.state is TransactionState.ONGOING
    if request.commit and not is_ongoing:
        return ErrorCode.INVALID_TXN_STATE
    if transaction.is_exhausted and new_producer_id is None:
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    next_id = new_producer_id if transaction.is_exhausted else None
    if not is_ongoing:
        return _aborted_nothing(transaction, next_id, wall_ms)
    prepared = _prepared(transaction, request, bumped(transaction.producer), wall_ms)
    return replace(
        prepared,
        before=transaction.producer,
        next_producer_id=NO_PRODUCER_ID if next_id is None else next_id,
    )


def producer_fault(
    transaction: Transaction, producer: Producer, fenced: ErrorCode
) -> ErrorCode | None:
    """None for the producer that the id has now, or will have once its markers are written.

    An epoch past the last that is given out belongs to nobody.
    """
    expected = transaction.producer_after
    if producer.id != expected.id:
        return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if producer.epoch != expected.epoch or producer.epoch > EPOCH_MAX:
        return fenced
    return None


def _as_it_ended(transaction: Transaction, commit: bool) -> ErrorCode:
    if transaction.state not in (_COMMITTED if commit else _ABORTED):
        return ErrorCode.INVALID_TXN_STATE
    return _not_ongoing(transaction) if transaction.state in PREPARED else ErrorCode.NONE


def _not_ongoing(transaction: Transaction) -> ErrorCode:
    if transaction.state in PREPARED:
        return ErrorCode.CONCURRENT_TRANSACTIONS
    return ErrorCode.INVALID_TXN_STATE


def _prepared(
    transaction: Transaction, request: EndTxn, producer: Producer, wall_ms: int
) -> Transaction:
    state = TransactionState.PREPARE_COMMIT if request.commit else TransactionState.PREPARE_ABORT
    return replace(
        transaction,
        producer=producer,
        state=state,
        client_version=request.client_version,
        updated_ms=wall_ms,
    )


def _aborted_nothing(
    transaction: Transaction, next_id: ProducerId | None, wall_ms: int
) -> Transaction:
    """A new client may abort what had no partition yet: whatever it sent is fenced by the bump."""
    producer = bumped(transaction.producer)
    return replace(
        transaction,
        producer=producer if next_id is None else Producer(next_id, ProducerEpoch(0)),
        before=transaction.producer,
        state=TransactionState.COMPLETE_ABORT,
        client_version=EPOCH_BUMP_VERSION,
        updated_ms=wall_ms,
        started_ms=wall_ms,
    )


def fence(transaction: Transaction, before: Producer, wall_ms: int) -> Transaction:
    """Abort what is ongoing at an epoch that nobody has been given.

    ``before`` is the producer itself where it asked for this (KIP-360), so that it gets that epoch
    when it comes back; otherwise nobody.
    """
    return replace(
        transaction,
        producer=bumped(transaction.producer),
        before=before,
        state=TransactionState.PREPARE_ABORT,
        client_version=EPOCH_BUMP_VERSION,
        updated_ms=wall_ms,
    )


def completed(transaction: Transaction, wall_ms: int) -> Transaction:
    """Every partition has its marker."""
    return replace(
        transaction,
        producer=transaction.producer_after,
        next_producer_id=NO_PRODUCER_ID,
        state=COMPLETED[transaction.state],
        partitions=frozenset(),
        updated_ms=wall_ms,
    )
