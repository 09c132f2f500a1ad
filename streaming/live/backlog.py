"""Batches that wait for a reader's filter: a pure queue with a bound.

Records pass faster than some filters can look at them. What is too much is let pass unexamined and
counted (``tail``), or left for a read of its own (``lossless``); either only once the batch that is
being looked at is done with, so that offsets never go back.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from streaming.live.shared_batch import SharedBatch
from streaming.live.subscription import Mode, Subscription

BATCHES_MAX: Final = 16
BYTES_MAX: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class Backlog:
    """Belongs to one subscription. Holds one batch at least, however large."""

    _waiting: deque[SharedBatch] = field(default_factory=deque)
    _bytes: int = 0
    _passed: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By partition, until the subscription is told: records pushed out, and the offset behind."""
    _left: set[int] = field(default_factory=set)
    """Partitions that have to be read apart."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell or to look at."""
        return not (self._waiting or self._passed or self._left)

    def push(self, batch: SharedBatch, subscription: Subscription) -> None:
        """The shared tail brought ``batch``; ignored where the partition is read apart."""
        state = subscription.partitions.get(batch.partition)
        if state is None or not state.attached or batch.partition in self._left:
            return
        self._waiting.append(batch)
        self._bytes += batch.size
        while len(self._waiting) > 1 and (
            len(self._waiting) > BATCHES_MAX or self._bytes > BYTES_MAX
        ):
            oldest = self._waiting[0]
            if subscription.mode is Mode.LOSSLESS:
                self._left.add(oldest.partition)
                self._drop(oldest.partition)
            else:
                self._let_pass(self._take(), subscription)

    def next(self, subscription: Subscription) -> SharedBatch | None:
        """The batch to look at now, after the subscription was told what was pushed out.

        Call it only when the batch before has been given to the subscription.
        """
        for partition in self._left:
            subscription.detach(partition)
        self._left.clear()
        for partition, (records, next_offset) in self._passed.items():
            subscription.let_pass(partition, records, next_offset)
        self._passed.clear()
        return self._take() if self._waiting else None

    def _take(self) -> SharedBatch:
        batch = self._waiting.popleft()
        self._bytes -= batch.size
        return batch

    def _let_pass(self, batch: SharedBatch, subscription: Subscription) -> None:
        partition = batch.partition
        before, _next = self._passed.get(partition, (0, 0))
        count = subscription.new_records(partition, batch.offsets)
        self._passed[partition] = (before + count, batch.next_offset)

    def _drop(self, partition: int) -> None:
        self._waiting = deque(each for each in self._waiting if each.partition != partition)
        self._bytes = sum(each.size for each in self._waiting)
