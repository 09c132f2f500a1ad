"""The producer window: what makes a producer's retry harmless, and which transactions are open.

Per idempotent producer the last five batches of this partition are remembered; a batch seen before
is answered with its first offsets, a gap in the sequence is refused. A transactional producer has
besides the first offset of the transaction that is open here, and the epoch of the coordinator that
ended the one before. Everything follows from the batches in the log, so that a follower and a
recovery arrive at the same. Pure. Rules: KIP-98, KIP-890 and Kafka's ``ProducerAppendInfo``,
``ProducerStateEntry`` and ``ProducerStateManager``, but for one: a batch of a transaction that is
over is repeated by nobody. librdkafka aborts while an answer is missing and gives the sequences of
what it did not hear of to the next transaction's records; Kafka takes those for the old ones, says
that they are written, and they are lost. Here they are out of order; that producer aborts again.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import PRODUCER_BATCHES_REMEMBERED, PRODUCERS_PER_PARTITION_MAX
from brokers.log.open_transactions import AbortedTransaction, OpenTransactions
from brokers.log.verification import Guard, Verifications
from brokers.wire.batch import TRANSACTIONAL_BIT, BatchHeader
from brokers.wire.control import Marker

SEQUENCE_MASK: Final = 2**31 - 1
"""Sequences are int32 and go on at 0 after 2**31 - 1."""

PRODUCER_EXPIRATION_MS: Final = 24 * 3_600_000
"""Kafka's ``producer.id.expiration.ms``."""

NO_PRODUCER: Final = -1
NO_TRANSACTION: Final = -1
NO_COORDINATOR_EPOCH: Final = -1

SEPARATE_EPOCHS_SINCE: Final = 2
"""The ``transaction.version`` from which a marker has a higher epoch than what it ends: KIP-890."""


class SequenceGap(Refusal):
    """Batches of the producer that come before this one are not here."""


class RememberedBatch(NamedTuple):
    """A batch that was appended. Offsets inclusive; ``timestamp`` in ms, when it was appended."""

    last_sequence: int
    last_offset: int
    offset_delta: int
    timestamp: int

    @property
    def first_sequence(self) -> int:
        return (self.last_sequence - self.offset_delta) & SEQUENCE_MASK

    @property
    def first_offset(self) -> int:
        return self.last_offset - self.offset_delta


class ProducerState:
    """One producer id: its epoch and its last batches of that epoch, oldest first.

    ``heard_ms``: when its last batch or marker was appended. ``transaction_start``: first offset of
    its open transaction, -1 for none.
    """

    __slots__ = ("batches", "coordinator_epoch", "epoch", "heard_ms", "transaction_start")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.batches: deque[RememberedBatch] = deque(maxlen=PRODUCER_BATCHES_REMEMBERED)
        self.heard_ms = 0
        self.coordinator_epoch = NO_COORDINATOR_EPOCH
        self.transaction_start = NO_TRANSACTION

    def holds_open(self, batch: RememberedBatch) -> bool:
        """Whether ``batch`` is of the transaction that is open."""
        return 0 <= self.transaction_start <= batch.first_offset

    def take_epoch(self, epoch: int) -> None:
        if self.epoch != epoch:
            self.epoch = epoch
            self.batches.clear()


class ProducerEntry(NamedTuple):
    """What a snapshot keeps: of a producer, one of its batches, or None when it has none of its
    epoch. What is the producer's stands in each of its entries."""

    producer_id: int
    epoch: int
    batch: RememberedBatch | None
    heard_ms: int
    coordinator_epoch: int
    transaction_start: int


class ProducerWindow:
    """Every producer that wrote to a partition lately, the one idle longest first."""

    __slots__ = ("_capacity", "_producers", "_verifications", "transactions")

    def __init__(self, capacity: int = PRODUCERS_PER_PARTITION_MAX) -> None:
        self._capacity = capacity
        self._producers: OrderedDict[int, ProducerState] = OrderedDict()
        self._verifications = Verifications(capacity)
        self.transactions = OpenTransactions()

    def __len__(self) -> int:
        return len(self._producers)

    @property
    def heard_ms(self) -> int:
        """When the last batch was recorded; 0 when none is remembered."""
        if not self._producers:
            return 0
        return next(reversed(self._producers.values())).heard_ms

    # --- data ---

    def check(self, header: BatchHeader, guard: Guard | None = None) -> RememberedBatch | None:
        """The earlier batch that this one repeats, or None when it is new and in sequence.

        ``guard``: what ``begin_verification`` returned, once the coordinator has confirmed. Raises
        ``Refusal`` INVALID_PRODUCER_EPOCH for an epoch that was replaced,
        OUT_OF_ORDER_SEQUENCE_NUMBER out of sequence (``SequenceGap`` where others have to come
        first), INVALID_TXN_STATE for a batch of a transaction that
        is neither open nor confirmed, and for one of none while one is open. A producer that is not
        remembered may go on anywhere.
        """
        state = self._producers.get(header.producer_id)
        transactional = header.attributes & TRANSACTIONAL_BIT
        if header.base_sequence < 0:
            self._check_own(header, state, guard)
            return None
        if state is None:
            if transactional:
                self._check_confirmed(header, None, guard)
            return None
        if header.producer_epoch != state.epoch:
            if transactional:
                self._check_confirmed(header, state, guard)
            _check_new_epoch(state, header)
        else:
            last_sequence = header.last_sequence
            for batch in state.batches:
                if (
                    batch.last_sequence == last_sequence
                    and batch.first_sequence == header.base_sequence
                    and (not transactional or state.holds_open(batch))
                ):
                    return batch
            if transactional:
                self._check_confirmed(header, state, guard)
            # Without a batch of this epoch, a marker has begun it.
            last = state.batches[-1].last_sequence if state.batches else -1
            expected = (last + 1) & SEQUENCE_MASK
            if header.base_sequence != expected:
                ahead = (header.base_sequence - expected) & SEQUENCE_MASK
                raise (SequenceGap if ahead <= SEQUENCE_MASK // 2 else Refusal)(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    f"producer {header.producer_id} sent sequence {header.base_sequence}, "
                    f"expected {expected}",
                )
        if state.transaction_start >= 0 and not transactional:
            raise Refusal(
                ErrorCode.INVALID_TXN_STATE,
                f"producer {header.producer_id} has a transaction open here since offset "
                f"{state.transaction_start}, and sent a batch that is not part of it",
            )
        return None

    def _check_own(
        self, header: BatchHeader, state: ProducerState | None, guard: Guard | None
    ) -> None:
        """A batch that this broker makes in the name of a producer, as a group coordinator does
        with what a transaction commits: it has no sequence, for no client sends it again."""
        producer_id, epoch = header.producer_id, header.producer_epoch
        if state is not None:
            _check_not_replaced(state, producer_id, epoch)
            if state.transaction_start >= 0 and state.epoch == epoch:
                return
        if self._verifications.find(producer_id, guard) is None:
            raise _not_confirmed(producer_id)

    def _check_confirmed(
        self, header: BatchHeader, state: ProducerState | None, guard: Guard | None
    ) -> None:
        producer_id, epoch, sequence = (
            header.producer_id, header.producer_epoch, header.base_sequence,
        )  # fmt: skip
        if state is not None:
            if state.transaction_start >= 0 and state.epoch == epoch:
                return
            _check_not_replaced(state, producer_id, epoch)
        verification = self._verifications.find(producer_id, guard)
        if verification is None:
            raise _not_confirmed(producer_id)
        is_new = state is None or not state.batches
        if (
            verification.bumps_epochs and sequence and is_new
        ) or sequence > verification.lowest_sequence:
            raise Refusal(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"producer {producer_id} begins its transaction at sequence {sequence}, not with "
                "its first batch",
            )

    def record(self, header: BatchHeader, last_offset: int, now_ms: int) -> None:
        """Remember that the batch was appended with its last record at ``last_offset``."""
        producer_id, delta = header.producer_id, header.last_offset_delta
        state = self._hear(producer_id, header.producer_epoch, now_ms)
        if header.base_sequence >= 0:
            batch = RememberedBatch(header.last_sequence, last_offset, delta, now_ms)
            state.batches.append(batch)
        if header.attributes & TRANSACTIONAL_BIT:
            self._verifications.end(producer_id)
            if state.transaction_start < 0:
                state.transaction_start = last_offset - delta
                self.transactions.begin(state.transaction_start)

    def _hear(self, producer_id: int, epoch: int, now_ms: int) -> ProducerState:
        state = self._producers.get(producer_id)
        if state is None:
            state = self._enter(producer_id, epoch)
        elif state.epoch != epoch:
            state.take_epoch(epoch)
        state.heard_ms = now_ms
        self._producers.move_to_end(producer_id)
        return state

    def _enter(self, producer_id: int, epoch: int) -> ProducerState:
        if len(self._producers) >= self._capacity:
            idle = (key for key, state in self._producers.items() if state.transaction_start < 0)
            oldest = next(idle, None)
            # One with an open transaction must not be forgotten: its records would never be stable.
            if oldest is not None:
                del self._producers[oldest]
        state = self._producers[producer_id] = ProducerState(epoch)
        return state

    # --- transactions ---

    def begin_verification(
        self, producer_id: int, epoch: int, sequence: int, *, bumps_epochs: bool
    ) -> Guard | None:
        """The guard of a question to the coordinator, or None when the transaction is open here and
        none is needed. Raises ``Refusal`` INVALID_PRODUCER_EPOCH for an epoch that was replaced."""
        state = self._producers.get(producer_id)
        if state is not None:
            _check_not_replaced(state, producer_id, epoch)
            if state.transaction_start >= 0 and state.epoch == epoch:
                return None
        return self._verifications.begin(producer_id, epoch, sequence, bumps_epochs=bumps_epochs)

    def take_marker(
        self, producer_id: int, epoch: int, coordinator_epoch: int, *, transaction_version: int
    ) -> bool:
        """Whether a marker is to be appended: False when it changes nothing, because it was before.

        Either way the coordinator's confirmations for this producer are void: they were given
        before it decided. From ``transaction_version`` 2 on a marker has an epoch of its own, above
        that of the transaction. Raises ``Refusal`` INVALID_PRODUCER_EPOCH,
        TRANSACTION_COORDINATOR_FENCED.
        """
        state = self._producers.get(producer_id)
        if state is None:
            self._verifications.end(producer_id)
            return True
        is_open = state.transaction_start >= 0
        separate = transaction_version >= SEPARATE_EPOCHS_SINCE
        if epoch < state.epoch or (separate and is_open and epoch == state.epoch):
            raise Refusal(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                f"producer {producer_id} has epoch {state.epoch}, a marker for it has {epoch}",
            )
        if coordinator_epoch < state.coordinator_epoch:
            raise Refusal(
                ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                f"a marker for producer {producer_id} has coordinator epoch {coordinator_epoch}, "
                f"replaced by {state.coordinator_epoch}",
            )
        self._verifications.end(producer_id)
        return is_open or (epoch, coordinator_epoch) != (state.epoch, state.coordinator_epoch)

    def aborted_by(
        self, producer_id: int, marker: Marker, marker_offset: int
    ) -> AbortedTransaction | None:
        """The entry of the transaction index that a marker at ``marker_offset`` makes; None when it
        aborts nothing that is in this log."""
        state = self._producers.get(producer_id)
        if marker.committed or state is None or state.transaction_start < 0:
            return None
        return AbortedTransaction(
            producer_id,
            state.transaction_start,
            marker_offset,
            self.transactions.stable_after(state.transaction_start, marker_offset),
        )

    def complete(
        self, producer_id: int, epoch: int, marker: Marker, marker_offset: int, now_ms: int
    ) -> None:
        """A marker was appended at ``marker_offset``: the transaction is over, its epoch is the
        producer's from now on."""
        state = self._producers.get(producer_id)
        if state is None:
            state = self._enter(producer_id, epoch)
        state.take_epoch(epoch)
        state.coordinator_epoch = marker.coordinator_epoch
        state.heard_ms = now_ms
        self._producers.move_to_end(producer_id)
        self._verifications.end(producer_id)
        if state.transaction_start >= 0:
            self.transactions.complete(state.transaction_start, marker_offset)
            state.transaction_start = NO_TRANSACTION

    def replay(self, header: BatchHeader, marker: Marker | None, now_ms: int) -> None:
        """Take a batch of the log into account; ``marker``: what it says if it is a control
        batch."""
        last_offset = header.last_offset
        if marker is not None:
            self.complete(header.producer_id, header.producer_epoch, marker, last_offset, now_ms)
        elif not header.is_control:
            self.record(header, last_offset, now_ms)

    # --- keeping ---

    def expire(self, now_ms: int) -> None:
        """Forget producers that have been idle for a day, unless a transaction of theirs is
        open."""
        idle = []
        for producer_id, state in self._producers.items():
            if now_ms - state.heard_ms < PRODUCER_EXPIRATION_MS:
                break
            if state.transaction_start < 0:
                idle.append(producer_id)
        for producer_id in idle:
            del self._producers[producer_id]

    def states(self) -> Iterator[tuple[int, ProducerState]]:
        """(producer id, state) of every producer, the one idle longest first."""
        return iter(self._producers.items())

    def entries(self) -> Iterator[ProducerEntry]:
        """Per producer oldest batch first."""
        for producer_id, state in self._producers.items():
            for batch in state.batches or (None,):
                yield ProducerEntry(
                    producer_id,
                    state.epoch,
                    batch,
                    state.heard_ms if batch is None else batch.timestamp,
                    state.coordinator_epoch,
                    state.transaction_start,
                )

    @classmethod
    def of(cls, entries: Iterable[ProducerEntry]) -> "ProducerWindow":
        """The window that had these ``entries``."""
        window = cls()
        for entry in entries:
            producer_id = entry.producer_id
            if entry.batch is not None:
                state = window._hear(producer_id, entry.epoch, entry.batch.timestamp)
                state.batches.append(entry.batch)
            else:
                state = window._producers[producer_id] = ProducerState(entry.epoch)
                state.heard_ms = entry.heard_ms
            state.coordinator_epoch = entry.coordinator_epoch
            state.transaction_start = entry.transaction_start
        window.transactions = OpenTransactions.of(
            state.transaction_start
            for state in window._producers.values()
            if state.transaction_start >= 0
        )
        return window


def _check_new_epoch(state: ProducerState, header: BatchHeader) -> None:
    _check_not_replaced(state, header.producer_id, header.producer_epoch)
    if header.base_sequence != 0:
        raise Refusal(
            ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
            f"producer {header.producer_id} starts epoch {header.producer_epoch} at sequence "
            f"{header.base_sequence}, expected 0",
        )


def _check_not_replaced(state: ProducerState, producer_id: int, epoch: int) -> None:
    if epoch < state.epoch:
        raise Refusal(
            ErrorCode.INVALID_PRODUCER_EPOCH,
            f"producer {producer_id} has epoch {epoch}, replaced by {state.epoch}",
        )


def _not_confirmed(producer_id: int) -> Refusal:
    return Refusal(
        ErrorCode.INVALID_TXN_STATE,
        f"producer {producer_id} has no transaction here that its coordinator confirmed; abort it "
        "and begin another",
    )
