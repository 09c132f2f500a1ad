"""The producer window: what makes a producer's retry harmless.

Per idempotent producer the last five batches of this partition are remembered; a batch seen before
is answered with its first offsets, a gap in the sequence is refused. Pure. Rules: KIP-98 and
Kafka's ``ProducerAppendInfo`` and ``ProducerStateEntry``.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import PRODUCER_BATCHES_REMEMBERED, PRODUCERS_PER_PARTITION_MAX
from brokers.wire.batch import BatchHeader

SEQUENCE_MASK: Final = 2**31 - 1
"""Sequences are int32 and go on at 0 after 2**31 - 1."""

PRODUCER_EXPIRATION_MS: Final = 24 * 3_600_000
"""Kafka's ``producer.id.expiration.ms``."""

NO_PRODUCER: Final = -1


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
    """One producer id: its epoch and its last batches of that epoch, oldest first."""

    __slots__ = ("batches", "epoch")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.batches: deque[RememberedBatch] = deque(maxlen=PRODUCER_BATCHES_REMEMBERED)


class ProducerWindow:
    """Every producer that wrote to a partition lately, the one idle longest first."""

    __slots__ = ("_capacity", "_producers")

    def __init__(self, capacity: int = PRODUCERS_PER_PARTITION_MAX) -> None:
        self._capacity = capacity
        self._producers: OrderedDict[int, ProducerState] = OrderedDict()

    def __len__(self) -> int:
        return len(self._producers)

    @property
    def heard_ms(self) -> int:
        """When the last batch was recorded; 0 when none is remembered."""
        if not self._producers:
            return 0
        return next(reversed(self._producers.values())).batches[-1].timestamp

    def check(self, header: BatchHeader) -> RememberedBatch | None:
        """The earlier batch that this one repeats, or None when it is new and in sequence.

        Raises ``Refusal`` INVALID_PRODUCER_EPOCH for an epoch that was replaced,
        OUT_OF_ORDER_SEQUENCE_NUMBER for a gap. A producer that is not remembered may go on
        anywhere.
        """
        state = self._producers.get(header.producer_id)
        if state is None:
            return None
        if header.producer_epoch != state.epoch:
            _check_new_epoch(state, header)
            return None
        last_sequence = header.last_sequence
        for batch in state.batches:
            if (
                batch.last_sequence == last_sequence
                and batch.first_sequence == header.base_sequence
            ):
                return batch
        expected = (state.batches[-1].last_sequence + 1) & SEQUENCE_MASK
        if header.base_sequence != expected:
            raise Refusal(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                f"producer {header.producer_id} sent sequence {header.base_sequence}, "
                f"expected {expected}",
            )
        return None

    def record(self, header: BatchHeader, last_offset: int, now_ms: int) -> None:
        """Remember that the batch was appended with its last record at ``last_offset``."""
        batch = RememberedBatch(header.last_sequence, last_offset, header.last_offset_delta, now_ms)
        self.remember(header.producer_id, header.producer_epoch, batch)

    def remember(self, producer_id: int, epoch: int, batch: RememberedBatch) -> None:
        state = self._producers.get(producer_id)
        if state is None:
            if len(self._producers) >= self._capacity:
                self._producers.popitem(last=False)
            state = self._producers[producer_id] = ProducerState(epoch)
        elif state.epoch != epoch:
            state.epoch = epoch
            state.batches.clear()
        state.batches.append(batch)
        self._producers.move_to_end(producer_id)

    def expire(self, now_ms: int) -> None:
        """Forget producers that have been idle for a day."""
        while self._producers:
            oldest = next(iter(self._producers.values()))
            if now_ms - oldest.batches[-1].timestamp < PRODUCER_EXPIRATION_MS:
                return
            self._producers.popitem(last=False)

    def entries(self) -> Iterator[tuple[int, int, RememberedBatch]]:
        """(producer id, epoch, batch), per producer oldest batch first."""
        for producer_id, state in self._producers.items():
            for batch in state.batches:
                yield producer_id, state.epoch, batch

    @classmethod
    def of(cls, entries: Iterable[tuple[int, int, RememberedBatch]]) -> "ProducerWindow":
        """The window that had these ``entries``."""
        window = cls()
        for producer_id, epoch, batch in entries:
            window.remember(producer_id, epoch, batch)
        return window


def _check_new_epoch(state: ProducerState, header: BatchHeader) -> None:
    if header.producer_epoch < state.epoch:
        raise Refusal(
            ErrorCode.INVALID_PRODUCER_EPOCH,
            f"producer {header.producer_id} has epoch {header.producer_epoch}, "
            f"replaced by {state.epoch}",
        )
    if header.base_sequence != 0:
        raise Refusal(
            ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
            f"producer {header.producer_id} starts epoch {header.producer_epoch} at sequence "
            f"{header.base_sequence}, expected 0",
        )
