"""An idempotent producer with ``acks=all``: one batch at a time, the same one until it has an
answer."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import MESSAGE_BYTES_MAX
from brokers.node.handlers.produce import _append_batch
from brokers.node.partition_runtime import PartitionRuntime
from brokers.wire.batch import NewRecord, build_batch

if TYPE_CHECKING:
    from tests.sim.broker import Broker
    from tests.sim.world import World

TIMEOUT_MS = 400.0
RECORDS_MAX = 40
VERSION: Final = 11

RETRIED: Final = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.KAFKA_STORAGE_ERROR,
    }
)
"""What a client sends a batch again for; anything else goes to the application."""


class Producer:
    """A record is known by its producer and its sequence."""

    def __init__(self, world: "World", number: int, index: int) -> None:
        self.number = number
        self.index = index
        self.sequence = 0
        self.is_finishing = False
        self.is_done = False
        self._world = world
        self._timeline = world.timeline
        self._attempt = 0
        self._epoch = 0
        self._timeline.soon(5, 60, self._send)

    def _send(self) -> None:
        self._attempt += 1
        attempt = self._attempt
        broker = self._whoever_leads()
        sequence = self.sequence
        batch = build_batch(
            [NewRecord(None, b"%d/%d" % (self.number, sequence))],
            base_timestamp=self._timeline.now_ms(),
            producer_id=self.number,
            producer_epoch=0,
            base_sequence=sequence,
        )
        self._timeline.after(TIMEOUT_MS, lambda: self._gave_up(attempt))
        if broker is None:
            return
        slow = self._timeline.random.random() < 0.03
        self._timeline.soon(
            0.1,
            600.0 if slow else 3.0,
            lambda: broker.when_running(lambda: self._arrive(broker, batch, attempt, sequence)),
        )

    def _whoever_leads(self) -> "Broker | None":
        """By the image of some broker, which may be an old one; but as clients do, never back to
        an epoch before one that was heard of (KIP-320)."""
        up = [broker for broker in self._world.brokers if broker.is_up]
        if not up:
            return None
        record = self._timeline.random.choice(up).image.partition(self._world.topic.id, self.index)
        if record is None or record.leader is None or record.leader_epoch < self._epoch:
            return None
        self._epoch = record.leader_epoch
        return self._world.brokers[record.leader - 1]

    def _arrive(self, broker: "Broker", batch: bytes, attempt: int, sequence: int) -> None:
        partition = broker.partition(self._world.topic.id, self.index)
        answer = partial(self._answer, attempt, sequence)
        produce(partition, batch, broker.clock.now_ms(), answer)

    def _answer(self, attempt: int, sequence: int, code: ErrorCode, offset: int = -1) -> None:
        if code is ErrorCode.NONE:
            # Promised from here on, whether the answer arrives or not.
            self._world.checks.acknowledged(self.index, offset, self.number, sequence)
        self._timeline.soon(0.1, 3.0, lambda: self._answered(attempt, code))

    def _answered(self, attempt: int, code: ErrorCode) -> None:
        if attempt != self._attempt:
            return
        if code is ErrorCode.NONE:
            self.sequence += 1
        else:
            assert code in RETRIED, (
                f"producer {self.number}, sequence {self.sequence}: {code.name}, which no client "
                "tries again"
            )
        self._next(1, 40 if code is ErrorCode.NONE else 20)

    def _gave_up(self, attempt: int) -> None:
        if attempt == self._attempt:
            self._next(1, 20)

    def _next(self, shortest_ms: float, longest_ms: float) -> None:
        self._attempt += 1  # Whatever still comes for the one before is not for the next.
        if self.sequence >= RECORDS_MAX and self.is_finishing:
            self.is_done = True
        elif self.sequence < RECORDS_MAX or not self.is_finishing:
            self._timeline.soon(shortest_ms, longest_ms, self._send)


Answered = Callable[[ErrorCode, int], None]


def produce(
    partition: PartitionRuntime | None, batch: bytes, now_ms: int, answered: Answered
) -> None:
    """As the handler of Produce does with one batch; ``answered`` takes the code and the offset."""
    if partition is None or not partition.is_leader:
        answered(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1)
        return
    try:
        appended = _append_batch(
            partition, memoryview(batch), VERSION, needs_commit=True, now_ms=now_ms,
            most_bytes=MESSAGE_BYTES_MAX, guards=None,
        )  # fmt: skip
    except Refusal as refusal:
        answered(refusal.code, -1)
        return
    if partition.high_watermark > appended.last_offset:
        answered(ErrorCode.NONE, appended.base_offset)
    else:
        waiter = _Waiter(answered, appended.base_offset)
        partition.wait_for_commit(appended.last_offset + 1, waiter, 0)


class _Waiter:
    def __init__(self, answered: Answered, offset: int) -> None:
        self._answered = answered
        self._offset = offset

    def settled(self, slot: int, code: ErrorCode) -> None:
        self._answered(code, self._offset)
