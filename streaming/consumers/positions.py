"""Where a consumer instance stands in its partitions. A pure state machine: no I/O, no clock.

What an instance hands out is *outstanding* until somebody says that it arrived. While anything is,
the same offsets are handed out again and nothing beyond them, so that an answer which never
arrived is simply asked for again. Handing out twice may end earlier, never later: whichever of the
answers arrived, what is then committed was in it. All their ends are kept: behind a commit of what
the shortest held, a client may have records of a longer one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streaming.groups.model import TopicPartition


@dataclass(frozen=True, slots=True)
class Span:
    """What to read of a partition: from offset ``start``, up to, without, ``end``; None is open."""

    start: int
    end: int | None


@dataclass(slots=True)
class _Place:
    """``position`` is the next offset to hand out, None before it is known; ``ends`` are offsets
    behind the last records of answers that may have arrived, or not."""

    position: int | None = None
    ends: set[int] = field(default_factory=set)
    shown: bool = False
    """Whether the last answer held any of it: else nobody may take it to have arrived."""
    settled: bool = False

    @property
    def outstanding(self) -> int | None:
        """Where the shortest of those answers ended."""
        return min(self.ends, default=None)

    def go_to(self, offset: int) -> None:
        """Whatever was handed out."""
        self.position = offset
        self.ends.clear()


class Positions:
    """The assigned partitions of one instance and where it stands in each."""

    def __init__(self) -> None:
        self._places: dict[TopicPartition, _Place] = {}

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Have these and no others. Those that stay must be settled anew: their group may have
        been elsewhere in between."""
        self._places = {each: self._places.get(each, _Place()) for each in partitions}
        for place in self._places.values():
            place.settled = False

    @property
    def assigned(self) -> frozenset[TopicPartition]:
        return frozenset(self._places)

    @property
    def unsettled(self) -> frozenset[TopicPartition]:
        """Partitions of which it is not known where to read."""
        return frozenset(each for each, place in self._places.items() if not place.settled)

    def settle(self, committed: Mapping[TopicPartition, int]) -> None:
        """Go to what the group has committed; without a commit, stay where the instance was. What
        has neither remains unsettled."""
        for each in self.unsettled:
            place, offset = self._places[each], committed.get(each)
            if offset is not None and offset != place.position:
                place.go_to(offset)
            place.settled = place.position is not None

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read on from ``offset``, whatever was outstanding. Raises ``KeyError`` when the partition
        is not assigned."""
        place = self._places[partition]
        place.go_to(offset)
        place.settled = True

    @property
    def is_outstanding(self) -> bool:
        """Whether an answer may not have arrived."""
        return any(place.outstanding is not None for place in self._places.values())

    def wanted(self) -> dict[TopicPartition, Span]:
        """What the next answer is read from: what is outstanding, else everything settled.

        A partition that the last answer held nothing of, since its leader is away, holds up none
        of the others.
        """
        again = any(each.outstanding is not None and each.shown for each in self._places.values())
        return {
            each: Span(place.position, place.outstanding)
            for each, place in self._places.items()
            if place.settled
            and place.position is not None
            and (place.outstanding is not None or not again)
        }

    def hand_out(self, ends: Mapping[TopicPartition, int]) -> None:
        """An answer goes out that holds everything up to, without, these offsets, and nothing of
        other partitions. Offsets of partitions that are no longer assigned are ignored."""
        for each, place in self._places.items():
            end = ends.get(each)
            place.shown = end is not None and place.position is not None and end > place.position
            if end is not None and place.shown:
                place.ends.add(end)

    def pass_over(self, partition: TopicPartition, offset: int) -> None:
        """Go on at ``offset``: before it there is nothing that anyone has to be given."""
        place = self._places.get(partition)
        if place is None or place.position is None or offset <= place.position:
            return
        place.position = offset
        place.ends = {end for end in place.ends if end > offset}

    def acknowledge(self) -> dict[TopicPartition, int]:
        """What was handed out arrived: go on behind it. The offsets to commit, of all that is
        settled."""
        for place in self._places.values():
            if place.outstanding is not None and place.shown:
                place.go_to(place.outstanding)
        return {
            each: place.position
            for each, place in self._places.items()
            if place.settled and place.position is not None
        }

    def reached(self) -> dict[TopicPartition, int]:
        """What ``acknowledge`` would return, without doing it."""
        return {
            each: place.position
            if place.outstanding is None or not place.shown
            else place.outstanding
            for each, place in self._places.items()
            if place.settled and place.position is not None
        }

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """These were committed: go on there, never back (that is what ``seek`` is for). What an
        answer held beyond them stays outstanding."""
        for each, offset in offsets.items():
            self.pass_over(each, offset)
