"""The transaction coordinator of one partition of ``__transaction_state``.

Every verb takes what it was asked, the token to answer, and the time: the monotonic one is for
timers, the wall clock's goes into records. Deciding is in the modules beside; here decisions become
records and effects, and ``replay`` is the only mutation.

A state is replayed as soon as it is decided and answered when its record is committed, so that a
later request of the same id is judged by it, and answered after it.
"""

from collections.abc import Iterator
from typing import Final

from brokers.kernel.clock import Instant
from brokers.kernel.decision import CancelTimer, Decision, Reply, SetTimer, Token
from brokers.kernel.errors import ErrorCode, ProtocolError
from brokers.kernel.ids import LeaderEpoch, ProducerId
from brokers.kernel.limits import TRANSACTIONAL_IDS_PER_TENANT_MAX
from brokers.transactions.adding import added, verified
from brokers.transactions.effects import (
    Effect,
    IdExpiry,
    MarkersAcknowledged,
    TransactionDecision,
    TransactionTimeout,
    WriteMarkers,
)
from brokers.transactions.ending import completed, ended, fence
from brokers.transactions.initializing import fault, initialized
from brokers.transactions.kept_ids import KeptIds
from brokers.transactions.records import state_record, tombstone, transaction_of
from brokers.transactions.requests import (
    AddPartitions,
    Described,
    EndTxn,
    InitProducerId,
    ListTransactions,
    PartitionsAnswer,
    ProducerAnswer,
)
from brokers.transactions.state import (
    NO_PRODUCER,
    PENDING,
    PREPARED,
    Transaction,
    TransactionPartition,
    TransactionState,
)
from brokers.wire.coordinator.state_record import StateRecord

ID_EXPIRATION_MS: Final = 7 * 24 * 3600 * 1000
"""Kafka's ``transactional.id.expiration.ms``."""

EXPIRY_INTERVAL_MS: Final = 3600 * 1000
EXPIRED_AT_ONCE_MAX: Final = 500
"""Ids forgotten by one decision; what is left over waits for a second, not for the next round."""

EXPIRY_PAUSE_MS: Final = 1000


class TransactionCoordinator:
    """``epoch`` is the partition's leader epoch: a later coordinator's is higher, and fences this
    one at every partition it has written to."""

    def __init__(self, epoch: LeaderEpoch) -> None:
        self.epoch = epoch
        self._transactions: dict[str, Transaction] = {}
        self._kept = KeptIds()
        self._unmarked: dict[str, frozenset[TransactionPartition]] = {}
        """What is prepared, and the partitions that have not acknowledged their marker to us."""
        self._ordinals: dict[str, int] = {}
        self._endings = 0

    def transaction(self, transactional_id: str) -> Transaction | None:
        return self._transactions.get(transactional_id)

    # Producers.

    def needs_producer_id(self, request: InitProducerId | EndTxn) -> bool:
        """Whether this may take a producer id that nobody has had yet."""
        transaction = self._transactions.get(request.transactional_id)
        if isinstance(request, EndTxn):
            return request.bumps_epoch and transaction is not None and transaction.is_exhausted
        return fault(request) is ErrorCode.NONE and (
            transaction is None or transaction.is_exhausted
        )

    def init_producer_id(
        self,
        request: InitProducerId,
        token: Token,
        now: Instant,
        new_producer_id: ProducerId | None = None,
    ) -> TransactionDecision:
        """Answers ``ProducerAnswer``: INVALID_REQUEST, INVALID_TRANSACTION_TIMEOUT,
        CONCURRENT_TRANSACTIONS (come back), PRODUCER_FENCED or INVALID_PRODUCER_EPOCH by version,
        POLICY_VIOLATION when all the ids that the tenant may have are in a transaction.
        """
        error = fault(request)
        if error:
            return _answered(token, ProducerAnswer(error))
        transactional_id = request.transactional_id
        outcome = initialized(
            self._transactions.get(transactional_id), request, new_producer_id, now.wall_ms
        )
        if isinstance(outcome, ErrorCode):
            return _answered(token, ProducerAnswer(outcome))
        if outcome.state in PREPARED:
            reply = Reply(token, ProducerAnswer(ErrorCode.CONCURRENT_TRANSACTIONS))
            return self._ending(transactional_id, outcome, now, reply)
        try:
            given_up = self._given_up_for(transactional_id)
        except LookupError:
            return _answered(token, ProducerAnswer(ErrorCode.POLICY_VIOLATION))
        return Decision(
            records=(*given_up, state_record(transactional_id, outcome)),
            effects=(Reply(token, ProducerAnswer(ErrorCode.NONE, outcome.producer)),),
        )

    def _given_up_for(self, transactional_id: str) -> tuple[StateRecord, ...]:
        """The tombstone of the id that a new one takes the place of, if one must go. Raises
        ``LookupError`` when none can: what is ongoing or prepared stays."""
        if (
            transactional_id in self._transactions
            or self._kept.count_beside(transactional_id) < TRANSACTIONAL_IDS_PER_TENANT_MAX
        ):
            return ()
        for other in self._kept.oldest_beside(transactional_id):
            if self._transactions[other].state not in PENDING:
                return (tombstone(other),)
        raise LookupError("every id is in a transaction")

    def end_txn(
        self,
        request: EndTxn,
        token: Token,
        now: Instant,
        new_producer_id: ProducerId | None = None,
    ) -> TransactionDecision:
        """Answers ``ProducerAnswer``. NONE means that the outcome is recorded for good, and is what
        was asked for; a retry is answered as the request was, or CONCURRENT_TRANSACTIONS before."""
        transactional_id = request.transactional_id
        transaction = self._transactions.get(transactional_id)
        outcome = ended(transaction, request, new_producer_id, now.wall_ms)
        if isinstance(outcome, ErrorCode):
            known = transaction is not None and outcome is ErrorCode.NONE
            producer = transaction.producer if transaction and known else NO_PRODUCER
            return _answered(token, ProducerAnswer(outcome, producer))
        reply = Reply(token, ProducerAnswer(ErrorCode.NONE, outcome.producer_after))
        return self._ending(transactional_id, outcome, now, reply)

    # Partitions.

    def add_partitions(
        self, request: AddPartitions, token: Token, now: Instant
    ) -> TransactionDecision:
        """Answers ``PartitionsAnswer``, the same for all: NONE once all are recorded."""
        transactional_id = request.transactional_id
        before = self._transactions.get(transactional_id)
        outcome = added(before, request, now.wall_ms)
        error = outcome if isinstance(outcome, ErrorCode) else ErrorCode.NONE
        reply = Reply(token, PartitionsAnswer(dict.fromkeys(request.partitions, error)))
        if isinstance(outcome, ErrorCode):
            return Decision(effects=(reply,))
        effects: tuple[Effect, ...] = (reply,)
        if before is None or before.state is not TransactionState.ONGOING:
            timeout = SetTimer(
                TransactionTimeout(transactional_id), now.monotonic_ms + outcome.timeout_ms
            )
            effects = (timeout, reply)
        return Decision(records=(state_record(transactional_id, outcome),), effects=effects)

    def is_too_early(self, request: AddPartitions) -> bool:
        """Whether ``add_partitions`` would say now that the transaction before is not complete."""
        transaction = self._transactions.get(request.transactional_id)
        return added(transaction, request, 0) is ErrorCode.CONCURRENT_TRANSACTIONS

    def verify_partitions(self, request: AddPartitions, token: Token) -> TransactionDecision:
        """Answers ``PartitionsAnswer``; adds nothing."""
        errors = verified(self._transactions.get(request.transactional_id), request)
        return _answered(token, PartitionsAnswer(errors))

    # Markers.

    def markers_written(
        self, markers: WriteMarkers, partitions: frozenset[TransactionPartition], now: Instant
    ) -> TransactionDecision:
        """These partitions have the marker, or are no more. Complete when none is left."""
        transactional_id = markers.transactional_id
        left = self._unmarked.get(transactional_id)
        if left is None or self._ordinals[transactional_id] != markers.ordinal:
            return Decision()  # Acknowledged a second time.
        if left - partitions:
            return Decision(events=(MarkersAcknowledged(transactional_id, partitions),))
        done = completed(self._transactions[transactional_id], now.wall_ms)
        return Decision(records=(state_record(transactional_id, done),))

    def _ending(
        self, transactional_id: str, transaction: Transaction, now: Instant, *replies: Reply
    ) -> TransactionDecision:
        """Record how it ends and have the markers written; at once when there is nobody to tell."""
        no_timeout = CancelTimer(TransactionTimeout(transactional_id))
        if transaction.state in PREPARED and transaction.partitions:
            markers = self._markers(transactional_id, transaction, self._endings + 1)
            return Decision(
                records=(state_record(transactional_id, transaction),),
                effects=(no_timeout, *replies, markers),
            )
        done = transaction
        if transaction.state in PREPARED:
            done = completed(transaction, now.wall_ms)
        return Decision(
            records=(state_record(transactional_id, done),), effects=(no_timeout, *replies)
        )

    def _markers(
        self, transactional_id: str, transaction: Transaction, ordinal: int
    ) -> WriteMarkers:
        return WriteMarkers(
            transactional_id=transactional_id,
            ordinal=ordinal,
            producer=transaction.producer,
            commit=transaction.state is TransactionState.PREPARE_COMMIT,
            coordinator_epoch=self.epoch,
            transaction_version=transaction.client_version,
            partitions=transaction.partitions,
        )

    # Time.

    def fired(self, key: object, now: Instant) -> TransactionDecision:
        """A timer that was set here is due."""
        match key:
            case TransactionTimeout(transactional_id):
                return self._timed_out(transactional_id, now)
            case IdExpiry():
                return self._expired(now)
        raise AssertionError(f"no timer of a transaction coordinator: {key!r}")

    def _timed_out(self, transactional_id: str, now: Instant) -> TransactionDecision:
        transaction = self._transactions.get(transactional_id)
        if transaction is None or transaction.state is not TransactionState.ONGOING:
            return Decision()
        return self._ending(transactional_id, fence(transaction, NO_PRODUCER, now.wall_ms), now)

    def _expired(self, now: Instant) -> TransactionDecision:
        """Never with anything pending, so that nobody's markers are forgotten."""
        old = [
            transactional_id
            for transactional_id, transaction in self._transactions.items()
            if transaction.state not in PENDING
            and transaction.updated_ms + ID_EXPIRATION_MS <= now.wall_ms
        ]
        wait_ms = EXPIRY_PAUSE_MS if len(old) > EXPIRED_AT_ONCE_MAX else EXPIRY_INTERVAL_MS
        return Decision(
            records=tuple(map(tombstone, old[:EXPIRED_AT_ONCE_MAX])),
            effects=(SetTimer(IdExpiry(), now.monotonic_ms + wait_ms),),
        )

    def loaded(self, now: Instant) -> TransactionDecision:
        """What was prepared is finished; what is ongoing gets its whole time anew, for the clocks
        of two hosts are not compared."""
        effects: list[Effect] = [SetTimer(IdExpiry(), now.monotonic_ms + EXPIRY_INTERVAL_MS)]
        for transactional_id, transaction in self._transactions.items():
            if transaction.state is TransactionState.ONGOING:
                timeout = TransactionTimeout(transactional_id)
                effects.append(SetTimer(timeout, now.monotonic_ms + transaction.timeout_ms))
            elif transaction.state in PREPARED:
                ordinal = self._ordinals[transactional_id]
                effects.append(self._markers(transactional_id, transaction, ordinal))
        return Decision(effects=tuple(effects))

    # Reading.

    def describe(self, transactional_id: str, token: Token) -> TransactionDecision:
        """Answers ``Described``, or TRANSACTIONAL_ID_NOT_FOUND."""
        transaction = self._transactions.get(transactional_id)
        if transaction is None:
            return _answered(token, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)
        return _answered(token, _described(transactional_id, transaction))

    def list_transactions(
        self, request: ListTransactions, token: Token, now: Instant
    ) -> TransactionDecision:
        """Answers a tuple of ``Described``."""
        return _answered(token, tuple(self._listed(request, now.wall_ms)))

    def _listed(self, request: ListTransactions, wall_ms: int) -> Iterator[Described]:
        for transactional_id, transaction in self._transactions.items():
            if not transactional_id.startswith(request.id_prefix):
                continue
            if request.states and transaction.state not in request.states:
                continue
            if request.producer_ids and transaction.producer.id not in request.producer_ids:
                continue
            if request.duration_ms >= 0 and not (
                transaction.state in PENDING
                and wall_ms - transaction.started_ms > request.duration_ms
            ):
                continue
            yield _described(transactional_id, transaction)

    # The only mutation.

    def replay(self, record: StateRecord) -> None:
        """A record of this partition, just decided or read from its log."""
        transactional_id: str = record.key.transactional_id
        self._unmarked.pop(transactional_id, None)
        self._ordinals.pop(transactional_id, None)
        if record.value is None:
            self._transactions.pop(transactional_id, None)
            self._kept.forgotten(transactional_id)
            return
        transaction = transaction_of(record.value)
        self._transactions[transactional_id] = transaction
        self._kept.used(transactional_id)
        if transaction.state in PREPARED:
            self._endings += 1
            self._ordinals[transactional_id] = self._endings
            self._unmarked[transactional_id] = transaction.partitions

    def replay_in_transaction(self, producer_id: int, record: StateRecord) -> None:
        """Raises ``ProtocolError``: a coordinator's own records are no part of a transaction."""
        raise ProtocolError(f"a record of producer {producer_id}'s transaction, where none belongs")

    def transaction_ended(self, producer_id: int, committed: bool) -> None:
        """Raises ``ProtocolError``, as no transaction can have begun here."""
        raise ProtocolError(f"a marker of producer {producer_id}, where none belongs")

    def replay_event(self, event: object) -> None:
        """What is not in the log, and not missed after a restart."""
        match event:
            case MarkersAcknowledged(transactional_id, partitions):
                self._unmarked[transactional_id] -= partitions


def _answered(token: Token, result: object) -> TransactionDecision:
    return Decision(effects=(Reply(token, result),))


def _described(transactional_id: str, transaction: Transaction) -> Described:
    return Described(
        transactional_id=transactional_id,
        state=transaction.state,
        producer=transaction.producer,
        timeout_ms=transaction.timeout_ms,
        started_ms=transaction.started_ms,
        partitions=transaction.partitions,
    )
