"""What one subscriber gets of the batches that pass: a pure state machine.

A partition is *attached* while it takes the shared tail's batches, and *detached* while it reads on
its own, because it starts in the past or could not keep up. Credits are records that the subscriber
has said it can take. Without credit, ``lossless`` stands still and detaches; ``tail`` lets the
batch pass, counts what it skipped and stays at the newest.

Decisions are offsets and counts only; encoding, sockets and reads are the session's.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

CREDITS_DEFAULT: Final = 1_000
CREDITS_MAX: Final = 100_000
"""Credits at hand; more would only move the queue from the brokers into this process."""


class Mode(StrEnum):
    TAIL = "tail"
    LOSSLESS = "lossless"


@dataclass(slots=True)
class PartitionState:
    next_offset: int
    """The first offset neither sent nor skipped."""
    attached: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """Send records ``start`` to ``stop`` (exclusive) of the batch; ``skipped`` came before them."""

    start: int
    stop: int
    skipped: int


@dataclass(slots=True)
class Subscription:
    mode: Mode
    credits: int | None
    """Records that may still be sent; None is without limit."""
    partitions: dict[int, PartitionState]
    paused: bool = False
    blocked: bool = False
    """The socket has as much waiting as it may; as if there were no credit."""
    skipped: int = field(default=0)
    """Records let pass since the last ``Slice``; the next one reports them."""

    @classmethod
    def begin(
        cls, mode: Mode, credits: int | None, starts: Mapping[int, int], tails: Mapping[int, int]
    ) -> "Subscription":
        """Start at an offset per partition, where the shared tail stands at ``tails``."""
        states = {
            partition: PartitionState(offset, offset >= tails[partition])
            for partition, offset in starts.items()
        }
        return cls(mode, credits, states)

    @property
    def can_take(self) -> bool:
        """Whether a record could be sent now."""
        return not self.paused and not self.blocked and self.credits != 0

    def permit(self, records: int) -> None:
        """The subscriber can take ``records`` more (1 or greater)."""
        if self.credits is not None:
            self.credits = min(self.credits + records, CREDITS_MAX)

    @property
    def is_behind(self) -> bool:
        """Whether ``behind`` has anything."""
        return self.can_take and not all(state.attached for state in self.partitions.values())

    def behind(self) -> dict[int, int]:
        """Partitions to read on their own now, and from which offset."""
        if not self.can_take:
            return {}
        return {
            partition: state.next_offset
            for partition, state in self.partitions.items()
            if not state.attached
        }

    def on_shared(self, partition: int, offsets: Sequence[int], next_offset: int) -> Slice | None:
        """The shared tail has records at ``offsets`` and goes on at ``next_offset``."""
        state = self.partitions.get(partition)
        if state is None or not state.attached or next_offset <= state.next_offset:
            return None
        first = bisect_left(offsets, state.next_offset)
        count = len(offsets) - first
        take = self._allowance(count)
        if self.mode is Mode.TAIL:
            state.next_offset = next_offset
            self.skipped += count - take
            first += count - take
        elif take < count:
            state.attached = False
            state.next_offset = offsets[first + take]
        else:
            state.next_offset = next_offset
        return self._take(first, take)

    def on_own(
        self, partition: int, start: int, offsets: Sequence[int], next_offset: int, tail: int
    ) -> Slice | None:
        """A read from offset ``start`` brought a batch, while the shared tail stands at ``tail``.

        One that began before the partition was given away and came back is not its any more.
        """
        state = self.partitions.get(partition)
        if state is None or state.attached:
            return None
        if not start <= state.next_offset <= next_offset:
            return None
        first = bisect_left(offsets, state.next_offset)
        count = len(offsets) - first
        take = self._allowance(count)
        state.next_offset = next_offset if take == count else offsets[first + take]
        state.attached = state.next_offset >= tail
        return self._take(first, take)

    def add_partition(self, partition: int, offset: int = 0, tail: int | None = None) -> None:
        """Read one more partition, from ``offset``; the shared tail stands at ``tail`` there.

        Nothing changes for one that is read already.
        """
        attached = tail is not None and offset >= tail
        self.partitions.setdefault(partition, PartitionState(offset, attached))

    def remove_partition(self, partition: int) -> None:
        """Read a partition no longer."""
        self.partitions.pop(partition, None)

    def detach(self, partition: int) -> None:
        """Read on its own from where the partition stands."""
        state = self.partitions.get(partition)
        if state is not None:
            state.attached = False

    def let_pass(self, partition: int, records: int, next_offset: int) -> None:
        """Go on at ``next_offset``; ``records`` before it were skipped."""
        state = self.partitions.get(partition)
        if state is not None and state.attached and next_offset > state.next_offset:
            state.next_offset = next_offset
            self.skipped += records

    def new_records(self, partition: int, offsets: Sequence[int]) -> int:
        """How many of ``offsets`` it has neither been sent nor skipped."""
        state = self.partitions.get(partition)
        return 0 if state is None else len(offsets) - bisect_left(offsets, state.next_offset)

    @property
    def cursor(self) -> list[tuple[int, int]]:
        """(partition, next offset) of all that it reads."""
        return [(partition, state.next_offset) for partition, state in self.partitions.items()]

    def _allowance(self, count: int) -> int:
        if not self.can_take:
            return 0
        return count if self.credits is None else min(count, self.credits)

    def _take(self, start: int, count: int) -> Slice | None:
        if count == 0:
            return None
        if self.credits is not None:
            self.credits -= count
        skipped, self.skipped = self.skipped, 0
        return Slice(start, start + count, skipped)
