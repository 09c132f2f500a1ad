"""Which routes a set of links in trouble means, as lines for ``ip``."""

from collections.abc import Iterable, Mapping
from typing import Final

from tests.torture.network.links import Link

DEVICE: Final = "trouble"
"""The device through which packets go that are not to arrive as they should."""

Routes = dict[str, frozenset[str]]
"""By end, whose namespace it is: the ends to which its packets go through ``DEVICE``."""


def routes(troubled: Iterable[Link]) -> Routes:
    """A link is cut, or slow, where its packets are sent: what comes back is another link's."""
    found: dict[str, set[str]] = {}
    for link in troubled:
        found.setdefault(link.source, set()).add(link.target)
    return {end: frozenset(targets) for end, targets in found.items()}


def changes(before: Routes, after: Routes, addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """By end, what ``ip`` has to do in its namespace so that ``before`` becomes ``after``."""
    found: dict[str, list[str]] = {}
    for end in sorted(before.keys() | after.keys()):
        had, has = before.get(end, frozenset()), after.get(end, frozenset())
        lines = [f"route delete {addresses[each]}/32 dev {DEVICE}" for each in sorted(had - has)]
        lines += [
            f"route add {addresses[each]}/32 dev {DEVICE} src {addresses[end]}"
            for each in sorted(has - had)
        ]
        if lines:
            found[end] = lines
    return found
