"""From where to where a group's offsets were moved, for the audit log: bounded, and several moves
as one. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

PLACES_MAX: Final = 100
"""Partitions that one entry names."""


class OffsetMove(NamedTuple):
    """``before`` None where nothing had been committed."""

    topic: str
    partition: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class OffsetMoves:
    """At most ``PLACES_MAX``, one for each partition; ``more``: how many were left out."""

    moves: tuple[OffsetMove, ...]
    more: int = 0

    @classmethod
    def of(cls, moves: Iterable[OffsetMove]) -> "OffsetMoves":
        """In that order; of several of one partition, from where the first began to where the last
        ended."""
        whole: dict[tuple[str, int], OffsetMove] = {}
        more = 0
        for move in moves:
            place = (move.topic, move.partition)
            known = whole.get(place)
            if known is not None:
                whole[place] = known._replace(after=move.after)
            elif len(whole) < PLACES_MAX:
                whole[place] = move
            else:
                more += 1
        return cls(tuple(whole.values()), more)

    def then(self, later: "OffsetMoves") -> "OffsetMoves":
        """Both, as one."""
        both = OffsetMoves.of((*self.moves, *later.moves))
        return OffsetMoves(both.moves, self.more + later.more + both.more)

    def document(self) -> dict[str, Any]:
        """As an audit entry's detail has it."""
        offsets = [
            {"topic": topic, "partition": partition, "from": before, "to": after}
            for topic, partition, before, after in self.moves
        ]
        return {"offsets": offsets, **({"more": self.more} if self.more else {})}
