"""A partition as its leader sees it: who is in sync, how far each is durable, what is committed.

Terms: a replica's *durable end* is the offset below which it has made every record durable; the
*high watermark* is the offset below which every record is committed, that is durable on every
in-sync replica, and thereby visible to consumers (Kafka: ``Partition.maybeIncrementLeaderHW``).

Decide, record, replay: ``on_…`` methods return events and change nothing, ``replay`` applies one.
Events are tuples, for with ``flush=os`` two are made per append.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from brokers.kernel.ids import NO_OFFSET, BrokerId, LeaderEpoch, Offset


class DurableEndMoved(NamedTuple):
    """``replica`` has made everything below ``end_offset`` durable at the leader's epoch."""

    replica: BrokerId
    end_offset: Offset


class HighWatermarkRose(NamedTuple):
    end_offset: Offset


class MembershipChanged(NamedTuple):
    """The metadata store's word on who is in sync, at a new partition epoch."""

    isr: frozenset[BrokerId]
    minimum_isr: int


Event = DurableEndMoved | HighWatermarkRose | MembershipChanged


@dataclass(slots=True)
class Leader:
    """One leadership: from the election at ``epoch`` until the next one."""

    epoch: LeaderEpoch
    epoch_start: Offset
    """Log end when this epoch began."""
    isr: frozenset[BrokerId]
    minimum_isr: int
    """The effective one: at most the number of replicas."""
    high_watermark: Offset
    durable_ends: dict[BrokerId, Offset] = field(default_factory=dict)

    @property
    def is_under_minimum_isr(self) -> bool:
        """Fewer in-sync replicas than the minimum: nothing new is committed."""
        return len(self.isr) < self.minimum_isr

    @property
    def knows_latest_offset(self) -> bool:
        """Whether the high watermark may be told as the latest offset.

        An earlier leader may have committed more than this one has yet seen confirmed; that is
        settled once the high watermark has reached this epoch's start (KIP-207).
        """
        return self.high_watermark >= self.epoch_start

    def on_durable_end(self, replica: BrokerId, end_offset: Offset) -> tuple[Event, ...]:
        """A replica reported its durable end; an end that is already known says nothing."""
        if end_offset <= self.durable_ends.get(replica, -1):
            return ()
        moved = DurableEndMoved(replica, end_offset)
        committed = self._committed(self.isr, self.minimum_isr, moved)
        return (moved,) if committed is None else (moved, committed)

    def on_membership(self, isr: Iterable[BrokerId], minimum_isr: int) -> tuple[Event, ...]:
        """Who is in sync has changed; a member that lagged may have held the high watermark."""
        members = frozenset(isr)
        if members == self.isr and minimum_isr == self.minimum_isr:
            return ()
        changed = MembershipChanged(members, minimum_isr)
        committed = self._committed(members, minimum_isr, None)
        return (changed,) if committed is None else (changed, committed)

    def _committed(
        self, isr: frozenset[BrokerId], minimum_isr: int, moved: DurableEndMoved | None
    ) -> HighWatermarkRose | None:
        """The high watermark with that membership once ``moved`` is in force, if it is news."""
        if not isr or len(isr) < minimum_isr:
            return None
        ends = self.durable_ends
        lowest: Offset | None = None
        for member in isr:
            if moved is not None and member == moved.replica:
                end = moved.end_offset
            else:
                end = ends.get(member, NO_OFFSET)
            if lowest is None or end < lowest:
                lowest = end
        if lowest is None or lowest <= self.high_watermark:
            return None
        return HighWatermarkRose(lowest)

    def replay(self, event: Event) -> None:
        """The only mutation. The high watermark never goes back within an epoch."""
        match event:
            case DurableEndMoved():
                self.durable_ends[event.replica] = event.end_offset
            case HighWatermarkRose():
                self.high_watermark = event.end_offset
            case MembershipChanged():
                self.isr = event.isr
                self.minimum_isr = event.minimum_isr
