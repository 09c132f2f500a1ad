"""How web processes divide a tenant's limits among themselves: by what each is asked for. Pure.

Every process tells the others its demand, twice a second, and reckons its own share from what it
has heard. Whoever asks for less than an even part has what it asks for; the rest is for those who
ask for more, evenly. The shares of all are the limit, whoever is asked for what. Processes that
fall silent are forgotten; while this one cannot hear, the last shares stay in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SILENT_MS_MAX: Final = 4_000
PEERS_MAX: Final = 256


@dataclass(slots=True)
class _Peer:
    heard_ms: int
    demands: Mapping[str, float]


class Shares:
    """What the other processes have said. Times are monotonic milliseconds."""

    def __init__(self) -> None:
        self._peers: dict[str, _Peer] = {}

    def heard(self, peer: str, demands: Mapping[str, float], now_ms: int) -> None:
        """``peer`` has said what it is asked for."""
        if peer in self._peers or len(self._peers) < PEERS_MAX:
            self._peers[peer] = _Peer(now_ms, demands)

    def reconnected(self, now_ms: int) -> None:
        """Nothing could be heard for a while: everybody has time to speak again."""
        for peer in self._peers.values():
            peer.heard_ms = now_ms

    def forget_silent(self, now_ms: int) -> None:
        """To be called only while others could be heard."""
        self._peers = {
            name: peer
            for name, peer in self._peers.items()
            if now_ms - peer.heard_ms <= SILENT_MS_MAX
        }

    def share(self, what: str, limit: float, own: float) -> float:
        """This process's part of ``limit``, where it is asked for ``own``."""
        return fair_share(
            limit, own, [each.demands.get(what, 0.0) for each in self._peers.values()]
        )

    def elsewhere(self, what: str) -> float:
        """The sum of what the others have said."""
        return sum(each.demands.get(what, 0.0) for each in self._peers.values())


def fair_share(limit: float, own: float, others: Sequence[float]) -> float:
    """Max-min fair: the part of ``limit`` for one who asks for ``own`` beside ``others``.

    When all have what they ask for, what is left is divided evenly.
    """
    total = own + sum(others)
    count = 1 + len(others)
    if total <= limit:
        return own + (limit - total) / count
    left, parts = limit, count
    for demand in sorted((own, *others)):
        level = left / parts
        if demand >= level:
            return min(own, level)
        left -= demand
        parts -= 1
    return min(own, limit / count)
