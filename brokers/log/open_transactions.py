"""Which transactions of a partition are undecided, and so up to where its records are stable.

A transaction is *open* from its first batch until its marker, and holds readers of committed
records back until that marker is below the high watermark: before, another leader might not have
it. Pure. Rules: Kafka's ``ProducerStateManager`` (``ongoingTxns``, ``unreplicatedTxns``).
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple


class AbortedTransaction(NamedTuple):
    """An entry of the transaction index. Offsets inclusive: ``last_offset`` is the marker's.

    ``last_stable_offset``: where the first transaction began that was open behind it, or the
    offset after the marker. No transaction that ends later begins below it.
    """

    producer_id: int
    first_offset: int
    last_offset: int
    last_stable_offset: int


class OpenTransactions:
    """By first offset, which is where they were begun, so in order."""

    __slots__ = ("_completed", "_open")

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        """First offsets. Rising, for a transaction begins at the log end."""
        self._completed: deque[tuple[int, int]] = deque()
        """(offset of the marker, first offset) of those whose marker may not be committed, in the
        markers' order."""

    @classmethod
    def of(cls, first_offsets: Iterable[int]) -> "OpenTransactions":
        """Those that began at ``first_offsets``, in any order."""
        transactions = cls()
        transactions._open = dict.fromkeys(sorted(first_offsets))
        return transactions

    def begin(self, first_offset: int) -> None:
        self._open[first_offset] = None

    def complete(self, first_offset: int, marker_offset: int) -> None:
        del self._open[first_offset]
        self._completed.append((marker_offset, first_offset))

    def stable_after(self, first_offset: int, marker_offset: int) -> int:
        """Where the oldest open transaction begins once this one is over; the offset after the
        marker when there is none."""
        return next((first for first in self._open if first != first_offset), marker_offset + 1)

    def first_unstable(self, high_watermark: int) -> int | None:
        """The first offset that belongs to an undecided transaction, None when all are decided.

        ``high_watermark`` must never be lower than the last time: what it has passed is forgotten.
        """
        completed = self._completed
        while completed and completed[0][0] < high_watermark:
            completed.popleft()
        if not completed:
            return next(iter(self._open), None)
        first = min(first_offset for _, first_offset in completed)
        return min(first, next(iter(self._open), first))
