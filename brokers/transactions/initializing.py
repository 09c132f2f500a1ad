"""InitProducerId with a transactional id: make whoever was there before unable to write, and give
the caller an epoch of its own."""

from dataclasses import replace

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import ProducerEpoch, ProducerId
from brokers.transactions.ending import fence
from brokers.transactions.requests import InitProducerId
from brokers.transactions.state import (
    EPOCH_MAX,
    NO_PRODUCER,
    NO_TIME,
    PREPARED,
    Producer,
    Transaction,
    TransactionState,
    bumped,
)

TIMEOUT_MS_MAX = 15 * 60 * 1000
"""Kafka's ``transaction.max.timeout.ms``: readers of committed records wait no longer for one."""


def fault(request: InitProducerId) -> ErrorCode:
    """What can be said of the request alone; NONE when nothing is wrong with it."""
    if not request.transactional_id:
        return ErrorCode.INVALID_REQUEST
    if not 0 < request.timeout_ms <= TIMEOUT_MS_MAX:
        return ErrorCode.INVALID_TRANSACTION_TIMEOUT
    if request.enable_two_phase_commit:
        # KIP-939, as where it is switched off.
        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    if request.keep_prepared:
        return ErrorCode.UNSUPPORTED_VERSION
    return ErrorCode.NONE


def initialized(
    transaction: Transaction | None,
    request: InitProducerId,
    new_producer_id: ProducerId | None,
    wall_ms: int,
) -> Transaction | ErrorCode:
    """The state to be written, or the error to be answered.

    A state that is prepared means: it was ongoing and is aborted first; the caller has to come back
    for its epoch (CONCURRENT_TRANSACTIONS). COORDINATOR_LOAD_IN_PROGRESS where a new producer id is
    needed and there is none.
    """
    if transaction is None:
        return _created(request, new_producer_id, wall_ms)
    is_retry = transaction.before == request.expected != NO_PRODUCER
    is_current = request.expected in {NO_PRODUCER, transaction.producer_after}
    if not is_current and not is_retry:
        return request.fenced
    if transaction.state in PREPARED:
        return ErrorCode.CONCURRENT_TRANSACTIONS
    if transaction.state is TransactionState.ONGOING:
        # A retry of the step before this transaction comes too late: it has been answered.
        return fence(transaction, request.expected, wall_ms) if is_current else request.fenced
    if is_retry and transaction.producer.epoch <= EPOCH_MAX:
        # The answer was lost. Nobody else was let in since, or ``before`` would be nobody.
        return _emptied(transaction, transaction.producer, transaction.before, request, wall_ms)
    if not transaction.is_exhausted:
        producer = bumped(transaction.producer)
        return _emptied(transaction, producer, request.expected, request, wall_ms)
    if new_producer_id is None:
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    producer = Producer(new_producer_id, ProducerEpoch(0))
    return _emptied(transaction, producer, request.expected, request, wall_ms)


def _created(
    request: InitProducerId, new_producer_id: ProducerId | None, wall_ms: int
) -> Transaction | ErrorCode:
    """Whatever the client was, if anything, is forgotten here: it begins anew."""
    if new_producer_id is None:
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    return Transaction(
        producer=Producer(new_producer_id, ProducerEpoch(0)),
        state=TransactionState.EMPTY,
        timeout_ms=request.timeout_ms,
        updated_ms=wall_ms,
        before=request.expected,
    )


def _emptied(
    transaction: Transaction,
    producer: Producer,
    before: Producer,
    request: InitProducerId,
    wall_ms: int,
) -> Transaction:
    return replace(
        transaction,
        producer=producer,
        before=before,
        state=TransactionState.EMPTY,
        timeout_ms=request.timeout_ms,
        updated_ms=wall_ms,
        started_ms=NO_TIME,
    )
