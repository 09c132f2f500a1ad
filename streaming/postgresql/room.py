"""So much of something that is scarce, and how much of it each party has. Pure.

A party may have more as long as it has less than is free (Choudhury and Hahne, "Dynamic queue
length thresholds", 1998): alone it has half, and whoever comes with nothing finds something as long
as there is anything. Strangers, whom nobody has recognised yet, leave as much free as all of them
have besides: together they have half, one address a third. So neither many requests nor many
addresses keep a tenant out, nor one address the others.
"""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """On whose account a request is: a tenant's, a person's, or that of where it comes from."""

    name: str
    is_stranger: bool


class Room:
    """``size`` units, 1 or more."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.free = size
        self._taken: Counter[Party] = Counter()
        self._taken_by_strangers = 0

    def taken(self, party: Party) -> int:
        return self._taken[party]

    def may_take(self, party: Party) -> bool:
        """Whether one more is there for it."""
        left_to_others = self._taken_by_strangers if party.is_stranger else 0
        return self._taken[party] < self.free - left_to_others

    def take(self, party: Party) -> None:
        """Have one more, of which ``may_take`` was asked."""
        self.free -= 1
        self._taken[party] += 1
        self._taken_by_strangers += party.is_stranger

    def give_back(self, party: Party) -> None:
        """Have one less."""
        self.free += 1
        self._taken[party] -= 1
        if not self._taken[party]:
            del self._taken[party]
        self._taken_by_strangers -= party.is_stranger
