"""Which way bytes may go, and how many did not. A link is one direction between two ends."""

import asyncio
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Final, NamedTuple

POSTGRES: Final = "postgres"
VALKEY: Final = "valkey"
"""No fault cuts it off: it carries hints only."""
OTHERS: Final = "others"
"""Whoever is no broker: the edge, commands."""


class Link(NamedTuple):
    source: str
    target: str


def both(one: str, other: str) -> list[Link]:
    return [Link(*ends) for ends in permutations((one, other))]


class Links:
    """Asked for everything before it goes on."""

    def __init__(self) -> None:
        self.held = 0
        """Pieces and ends of connections, or packets, that found their link cut."""
        self._cut: frozenset[Link] = frozenset()
        self._delays: dict[Link, float] = {}
        self._changed = asyncio.Event()

    def cut(self, links: Iterable[Link]) -> None:
        """These and no others."""
        self._cut = frozenset(links)
        self._changed.set()
        self._changed = asyncio.Event()

    def delay(self, seconds: Mapping[Link, float]) -> None:
        """These and no others."""
        self._delays = dict(seconds)

    @property
    def cuts(self) -> frozenset[Link]:
        return self._cut

    @property
    def troubled(self) -> frozenset[Link]:
        """Cut or slow."""
        return self._cut | self._delays.keys()

    def is_cut(self, link: Link) -> bool:
        return link in self._cut

    def delay_of(self, link: Link) -> float:
        """Seconds; 0 for one that is not slow."""
        return self._delays.get(link, 0.0)

    async def cross(self, link: Link) -> None:
        """Returns when what is at ``link`` has come to its other end."""
        if link in self._cut:
            self.held += 1
        while link in self._cut:
            await self._changed.wait()
        if (seconds := self._delays.get(link)) is not None:
            await asyncio.sleep(seconds)
