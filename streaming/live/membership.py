"""A socket's place in a consumer group, as KIP-848 has it: a pure state machine.

The coordinator says what the member may have. What is taken away is *released*: no further record
of it is sent, and it is given up once the reader has committed all that it was sent, or time is up.
What is new is taken at once. Nothing here asks or waits; offsets are next offsets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Take:
    """Read these partitions, from what the group has committed."""

    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Send no further record of these, and have them committed."""

    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lose:
    """These are another's already: the group did not wait. Join again."""

    partitions: tuple[int, ...]


Change = Take | Release | Lose


@dataclass(slots=True)
class Membership:
    """``epoch`` 0 asks to join. ``owned`` are the partitions to tell the coordinator."""

    member_id: str
    epoch: int = 0
    owned: set[int] = field(default_factory=set)
    awaiting: dict[int, int] = field(default_factory=dict)
    """Partitions that are being released, with the offset that is to be committed first."""

    @property
    def readable(self) -> frozenset[int]:
        """Partitions whose records may be sent."""
        return frozenset(self.owned - self.awaiting.keys())

    def on_heartbeat(self, epoch: int, assigned: Iterable[int] | None) -> list[Change]:
        """The coordinator answered; ``assigned`` is None where nothing has changed."""
        self.epoch = epoch
        if assigned is None:
            return []
        target = set(assigned)
        changes: list[Change] = []
        if gone := self.readable - target:
            changes.append(Release(tuple(sorted(gone))))
        # One that comes back while it is being released stays until it has been given up: the
        # coordinator then offers it anew.
        if new := target - self.owned:
            self.owned |= new
            changes.append(Take(tuple(sorted(new))))
        return changes

    def release(self, sent: Mapping[int, int]) -> None:
        """Wait for commits of these partitions up to the offsets that were sent."""
        self.awaiting.update(sent)

    def on_committed(self, offsets: Mapping[int, int]) -> list[int]:
        """The group has these offsets; gives the partitions that are given up with that."""
        done = [p for p, upto in self.awaiting.items() if offsets.get(p, -1) >= upto]
        return self.give_up(done)

    def give_up(self, partitions: Iterable[int]) -> list[int]:
        """Own no longer what is being released, committed or not."""
        given = sorted(p for p in partitions if p in self.awaiting)
        for partition in given:
            del self.awaiting[partition]
            self.owned.discard(partition)
        return given

    def on_fenced(self) -> Lose:
        """The coordinator does not know the member any more; the next heartbeat joins anew."""
        lost = tuple(sorted(self.owned))
        self.epoch = 0
        self.owned.clear()
        self.awaiting.clear()
        return Lose(lost)
