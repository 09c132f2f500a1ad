"""A partition as its leader sees it: who is in sync, how far each is durable, what is committed.

Terms: a replica's *durable end* is the offset below which it has made every record durable; the
*high watermark* is the offset below which every record is committed, that is durable on every
in-sync replica, and thereby visible to consumers (Kafka: ``Partition.maybeIncrementLeaderHW``).

A change of the in-sync set is a compare-and-set in the metadata store whose outcome may stay
unknown. Until a higher partition epoch is read, everything waits for the union of the set that
is known and of all that were proposed (``maximal_isr``): whichever landed, nothing was committed
without one of its members.

Decide, record, replay: ``on_…`` methods return events and change nothing, ``replay`` applies one.
Events are tuples, for with ``flush=os`` two are made per append.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from brokers.kernel.ids import NO_OFFSET, BrokerId, Incarnation, LeaderEpoch, Offset, PartitionEpoch

SILENT_MS_MAX: Final = 2_000
"""A follower that did not ask for so long holds up producers no longer. It asks every half second
even when there is nothing to fetch."""

NOTICED_MS: Final = 1_000
"""An in-sync follower that lacked nothing so recently keeps up: that it lacks what is just being
appended is nobody's concern."""

LAG_MS_MAX: Final = 5_000
"""A follower that asks but did not reach the log end for so long is not in sync."""


class DurableEndMoved(NamedTuple):
    """The leader itself has made everything below ``end_offset`` durable at its epoch."""

    replica: BrokerId
    end_offset: Offset


class FollowerFetched(NamedTuple):
    """``replica`` asked from ``end_offset`` on: everything below is durable there at this epoch.

    ``log_end`` is the leader's, so that "caught up" can be told later. ``took_nothing``: it was
    sent what follows, and asks for the same again.
    """

    replica: BrokerId
    incarnation: Incarnation
    end_offset: Offset
    log_end: Offset
    now_ms: int
    took_nothing: bool = False


class HighWatermarkRose(NamedTuple):
    end_offset: Offset


class MembershipChanged(NamedTuple):
    """The metadata store's word on who is in sync, at a new partition epoch or a new minimum."""

    isr: frozenset[BrokerId]
    partition_epoch: PartitionEpoch
    minimum_isr: int


class IsrProposed(NamedTuple):
    """Submit ``isr`` to the metadata store, to be set if it is still at ``partition_epoch``."""

    isr: frozenset[BrokerId]
    partition_epoch: PartitionEpoch


class ProposalEnded(NamedTuple):
    """The submission is not under way any more; whether it landed is for the store to tell."""


Event = (
    DurableEndMoved
    | FollowerFetched
    | HighWatermarkRose
    | MembershipChanged
    | IsrProposed
    | ProposalEnded
)


@dataclass(slots=True)
class FollowerView:
    """What the leader knows of one follower. Times in the leader's monotonic milliseconds."""

    incarnation: Incarnation
    fetched_ms: int
    caught_up_ms: int
    log_end_then: Offset
    took_nothing: bool = False
    """It cannot append what it is sent, as on a full disk: until it can it holds up producers."""


@dataclass(slots=True)
class Leader:
    """One leadership: from the election at ``epoch`` until the next one."""

    replica: BrokerId
    """The leader itself."""
    epoch: LeaderEpoch
    epoch_start: Offset
    """Log end when this epoch began."""
    isr: frozenset[BrokerId]
    partition_epoch: PartitionEpoch
    minimum_isr: int
    """The effective one: at most the number of replicas."""
    high_watermark: Offset
    began_ms: int
    """When this leadership began: nobody is silent or behind for longer than that."""
    durable_ends: dict[BrokerId, Offset] = field(default_factory=dict)
    followers: dict[BrokerId, FollowerView] = field(default_factory=dict)
    pending: frozenset[BrokerId] = frozenset()
    """Every broker that a proposal of this partition epoch named; empty when none was made."""
    is_proposing: bool = False

    @property
    def maximal_isr(self) -> frozenset[BrokerId]:
        """Whoever may be in sync by the metadata store's word, as far as can be known here."""
        return self.isr | self.pending

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

    def is_followed(self, log_end: Offset) -> bool:
        """Whether another in-sync replica has everything up to ``log_end``."""
        return any(
            self.durable_ends.get(member, NO_OFFSET) >= log_end
            for member in self.isr
            if member != self.replica
        )

    # What is durable where.

    def on_durable_end(self, end_offset: Offset) -> tuple[Event, ...]:
        """The leader's own durable end; an end that is already known says nothing."""
        if end_offset <= self.durable_ends.get(self.replica, -1):
            return ()
        moved = DurableEndMoved(self.replica, end_offset)
        committed = self._committed(self.replica, end_offset)
        return (moved,) if committed is None else (moved, committed)

    def on_fetch(
        self,
        replica: BrokerId,
        incarnation: Incarnation,
        end_offset: Offset,
        *,
        log_end: Offset,
        now_ms: int,
        is_live: bool,
        took_nothing: bool = False,
    ) -> tuple[Event, ...]:
        """A follower at this leader's epoch asked for what follows ``end_offset``.

        ``is_live``: the metadata store knows that incarnation as the registered, unfenced one.
        The end may be lower than before: a follower that lost its volume counts from anew.
        ``took_nothing``: it was sent what follows before, and could not append it.
        """
        fetched = FollowerFetched(replica, incarnation, end_offset, log_end, now_ms, took_nothing)
        committed = self._committed(replica, end_offset)
        events: tuple[Event, ...] = (fetched,) if committed is None else (fetched, committed)
        if replica in self.isr or self.is_proposing or not is_live:
            return events
        high_watermark = self.high_watermark if committed is None else committed.end_offset
        if not self._has_everything(end_offset, high_watermark):
            return events
        return (*events, IsrProposed(self.isr | {replica}, self.partition_epoch))

    def _committed(self, replica: BrokerId, end_offset: Offset) -> HighWatermarkRose | None:
        """The high watermark once ``replica`` is at ``end_offset``, if it is news."""
        if self.is_under_minimum_isr:
            return None
        ends = self.durable_ends
        lowest = end_offset if replica in self.isr or replica in self.pending else None
        for member in self.maximal_isr if self.pending else self.isr:
            if member != replica:
                end = ends.get(member, NO_OFFSET)
                if lowest is None or end < lowest:
                    lowest = end
        if lowest is None or lowest <= self.high_watermark:
            return None
        return HighWatermarkRose(lowest)

    # Who is in sync.

    def on_tick(
        self,
        *,
        now_ms: int,
        log_end: Offset,
        heard_ms: Mapping[BrokerId, int],
        live: Mapping[BrokerId, Incarnation],
    ) -> tuple[Event, ...]:
        """Time has passed: propose to go on without those who hold the others up, and with those
        who have everything and are known to be alive by now.

        ``heard_ms``: when each broker last asked this one for anything, this partition named or
        not. ``live``: the unfenced brokers. Also proposes anew while an earlier proposal's outcome
        is unknown; an unchanged set will do, for whatever lands voids all others of that
        partition epoch.
        """
        if self.is_proposing:
            return ()
        late = {
            member
            for member in self.isr
            if member != self.replica and self._is_late(member, now_ms, log_end, heard_ms)
        }
        complete = {
            replica
            for replica, view in self.followers.items()
            if replica not in self.isr
            and live.get(replica) == view.incarnation
            and now_ms - heard_ms.get(replica, self.began_ms) <= SILENT_MS_MAX
            and self._has_everything(self.durable_ends[replica], self.high_watermark)
        }
        if not late and not complete and not self.pending:
            return ()
        return (IsrProposed((self.isr | complete) - late, self.partition_epoch),)

    def _has_everything(self, end_offset: Offset, high_watermark: Offset) -> bool:
        """Below the epoch's start a follower may lack what an earlier leader had committed."""
        return end_offset >= max(high_watermark, self.epoch_start)

    def _is_late(
        self, member: BrokerId, now_ms: int, log_end: Offset, heard_ms: Mapping[BrokerId, int]
    ) -> bool:
        if self.durable_ends.get(member, NO_OFFSET) >= log_end:
            return False
        heard = max(heard_ms.get(member, self.began_ms), self.began_ms)
        view = self.followers.get(member)
        if view is not None and view.took_nothing:
            return True
        caught_up = self.began_ms if view is None else view.caught_up_ms
        return now_ms - heard > SILENT_MS_MAX or now_ms - caught_up > LAG_MS_MAX

    def behind(self, *, now_ms: int, log_end: Offset) -> list[tuple[BrokerId, Offset, int]]:
        """Followers that do not keep up or are not in sync: who, up to where each is durable, and
        for how long it lacks something, milliseconds."""
        return [
            (replica, end, now_ms - view.caught_up_ms)
            for replica, view in self.followers.items()
            for end in [self.durable_ends[replica]]
            if replica not in self.isr
            or (end < log_end and now_ms - view.caught_up_ms > NOTICED_MS)
        ]

    def on_answer(self) -> tuple[Event, ...]:
        """The submission has been answered, refused or given up."""
        return (ProposalEnded(),) if self.is_proposing else ()

    def on_membership(
        self, isr: frozenset[BrokerId], partition_epoch: PartitionEpoch, minimum_isr: int
    ) -> tuple[Event, ...]:
        """The metadata store's word. An older partition epoch than is known says nothing new."""
        if partition_epoch < self.partition_epoch:
            isr, partition_epoch = self.isr, self.partition_epoch
        if (isr, partition_epoch, minimum_isr) == (
            self.isr, self.partition_epoch, self.minimum_isr,
        ):  # fmt: skip
            return ()
        return (MembershipChanged(isr, partition_epoch, minimum_isr),)

    def on_recount(self) -> tuple[Event, ...]:
        """After a membership change: a member that lagged may have held the high watermark."""
        committed = self._committed(self.replica, self.durable_ends.get(self.replica, NO_OFFSET))
        return () if committed is None else (committed,)

    # The only mutation.

    def replay(self, event: Event) -> None:
        """The high watermark never goes back within an epoch."""
        match event:
            case DurableEndMoved():
                self.durable_ends[event.replica] = event.end_offset
            case FollowerFetched():
                self.durable_ends[event.replica] = event.end_offset
                self._note_fetch(event)
            case HighWatermarkRose():
                self.high_watermark = event.end_offset
            case MembershipChanged():
                if event.partition_epoch > self.partition_epoch:
                    self.pending = frozenset()
                    self.is_proposing = False
                    self._forget_followers_outside(event.isr)
                self.isr = event.isr
                self.partition_epoch = event.partition_epoch
                self.minimum_isr = event.minimum_isr
            case IsrProposed():
                self.pending |= event.isr
                self.is_proposing = True
            case ProposalEnded():
                self.is_proposing = False

    def _forget_followers_outside(self, isr: frozenset[BrokerId]) -> None:
        """Whoever is not in sync says anew what it has: it may have given up what it had."""
        for replica in self.followers.keys() - isr:
            del self.followers[replica]
            self.durable_ends.pop(replica, None)

    def _note_fetch(self, event: FollowerFetched) -> None:
        view = self.followers.get(event.replica)
        if view is None or view.incarnation != event.incarnation:
            caught_up = event.now_ms if event.end_offset >= event.log_end else self.began_ms
            self.followers[event.replica] = FollowerView(
                event.incarnation, event.now_ms, caught_up, event.log_end, event.took_nothing
            )
            return
        if event.end_offset >= event.log_end:
            view.caught_up_ms = event.now_ms
        elif event.end_offset >= view.log_end_then:
            # It has all that there was when it asked before (Kafka: ``Replica.updateFetchState``).
            view.caught_up_ms = max(view.caught_up_ms, view.fetched_ms)
        view.fetched_ms = event.now_ms
        view.log_end_then = event.log_end
        view.took_nothing = event.took_nothing
