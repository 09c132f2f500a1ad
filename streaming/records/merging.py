"""Records of several partitions as one sequence, page by page, in either direction.

A position is an offset per partition, between two records: read forward it gives what is at or
after it, backward what is before it. So one cursor serves both directions. A page takes the record
with the lowest timestamp (backward: the highest) of those that head their partitions; the order
within a partition is its own. Pure: what to fetch comes out, what was fetched goes in.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from brokers.wire.records import Record


@dataclass(frozen=True, slots=True)
class Extent:
    """A partition's readable offsets: from ``start`` up to, without, ``end``."""

    start: int
    end: int


@dataclass(slots=True)
class _Part:
    """``position`` is where its next record is looked for, once ``waiting`` is used up."""

    position: int
    extent: Extent
    waiting: deque[Record] = field(default_factory=deque)
    fetched_to: int = 0

    def __post_init__(self) -> None:
        self.position = min(max(self.position, self.extent.start), self.extent.end)
        self.fetched_to = self.position


class Merge:
    """One walk over a topic's partitions from ``positions``, which are moved into the extents."""

    def __init__(
        self, positions: Mapping[int, int], extents: Mapping[int, Extent], *, backward: bool
    ) -> None:
        self._backward = backward
        self._parts = {
            partition: _Part(positions[partition], extents[partition]) for partition in positions
        }
        self._heads: list[tuple[int, int]] = []
        """Of partitions with records waiting: (what sorts their first, partition), a heap."""
        self._missing = {p for p, part in self._parts.items() if not self._is_done(part)}
        self.first = self.positions

    @property
    def positions(self) -> dict[int, int]:
        """Where the walk stands: every record up to there was given out, or passed."""
        return {partition: part.position for partition, part in self._parts.items()}

    @property
    def extents(self) -> dict[int, Extent]:
        return {partition: part.extent for partition, part in self._parts.items()}

    @property
    def at_end(self) -> bool:
        """Whether nothing is left in this direction, as far as the extents tell."""
        return not self._heads and not self._missing

    def wanted(self) -> dict[int, int]:
        """Partitions whose records are used up and that have more, with the offset to fetch from
        (backward: to fetch up to, without)."""
        return {partition: self._parts[partition].fetched_to for partition in sorted(self._missing)}

    def add(self, partition: int, records: Sequence[Record], fetched_to: int) -> None:
        """What was fetched from ``wanted``'s offset up to ``fetched_to`` (backward: down to), by
        offset, ascending."""
        part = self._parts[partition]
        part.waiting.extend(reversed(records) if self._backward else records)
        part.fetched_to = fetched_to
        if not part.waiting:
            part.position = fetched_to
        self._sort_in(partition, part)

    def extend(self, partition: int, extent: Extent) -> None:
        """The partition has grown, or has lost its oldest records."""
        part = self._parts[partition]
        part.extent = extent
        if not part.waiting:
            part.fetched_to = part.position = min(max(part.fetched_to, extent.start), extent.end)
            self._sort_in(partition, part)

    def take(self) -> tuple[int, Record] | None:
        """The next (partition, record); None when a partition must be fetched first, or at the
        end."""
        if self._missing or not self._heads:
            return None
        _order, partition = heappop(self._heads)
        part = self._parts[partition]
        record = part.waiting.popleft()
        if not part.waiting:
            part.position = part.fetched_to
        elif self._backward:
            part.position = record.offset
        else:
            part.position = record.offset + 1
        self._sort_in(partition, part)
        return partition, record

    def _sort_in(self, partition: int, part: _Part) -> None:
        self._missing.discard(partition)
        if part.waiting:
            first = part.waiting[0].timestamp_ms
            heappush(self._heads, (-first if self._backward else first, partition))
        elif not self._is_done(part):
            self._missing.add(partition)

    def _is_done(self, part: _Part) -> bool:
        if self._backward:
            return part.fetched_to <= part.extent.start
        return part.fetched_to >= part.extent.end
