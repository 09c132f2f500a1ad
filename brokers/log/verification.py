"""Which producers a transaction coordinator is being asked about, before their first batch.

A transactional batch may be appended where its transaction is open already, or else when the
coordinator has confirmed that the partition is part of it. The question takes time, and what it is
about may end meanwhile: a *guard* names one question, a marker or a first batch makes it worthless,
and an answer that brings a worthless one comes too late. Pure. Rules: KIP-890 and Kafka's
``VerificationStateEntry``.
"""

from dataclasses import dataclass
from typing import Final

from brokers.kernel.limits import PRODUCERS_PER_PARTITION_MAX


class Guard:
    """Equal to nothing but itself."""

    __slots__ = ()


@dataclass(slots=True)
class Verification:
    """One producer that is being asked about. ``lowest_sequence``: of the batches that wait for the
    answer, at ``epoch``; ``bumps_epochs``: every transaction has an epoch of its own, and so begins
    at sequence 0."""

    guard: Guard
    lowest_sequence: int
    epoch: int
    bumps_epochs: bool


class Verifications:
    """By producer id, the oldest first. Questions that came to nothing stay until they are too
    many: a batch that is tried again must not overtake the one before it."""

    __slots__ = ("_capacity", "_verifications")

    def __init__(self, capacity: int = PRODUCERS_PER_PARTITION_MAX) -> None:
        self._capacity: Final = capacity
        self._verifications: dict[int, Verification] = {}

    def begin(self, producer_id: int, epoch: int, sequence: int, *, bumps_epochs: bool) -> Guard:
        """The guard of the question that is under way for the producer, or of a new one."""
        found = self._verifications.get(producer_id)
        if found is None:
            if len(self._verifications) >= self._capacity:
                del self._verifications[next(iter(self._verifications))]
            found = Verification(Guard(), sequence, epoch, bumps_epochs)
            self._verifications[producer_id] = found
        elif epoch > found.epoch:
            found.epoch, found.lowest_sequence = epoch, sequence
        elif epoch == found.epoch:
            found.lowest_sequence = min(found.lowest_sequence, sequence)
        return found.guard

    def find(self, producer_id: int, guard: Guard | None) -> Verification | None:
        """The question that ``guard`` names, while it is worth anything."""
        found = self._verifications.get(producer_id)
        return found if found is not None and found.guard is guard else None

    def end(self, producer_id: int) -> None:
        """The producer's transaction is open here, or has ended: what was asked is void."""
        self._verifications.pop(producer_id, None)
