"""The HTTP connections of one event loop: how many there may be, and for how long one may leave a
request unfinished.

Nobody has said who it is by then, so this is by address. One from which connections come in floods,
or in which requests come a byte at a time, is at its own expense: of those that owe the rest of a
request the oldest gives way. Websockets are counted elsewhere once they are upgraded
(``live/admission.py``). Brokers count alike (``brokers/node/listener.py``).
"""

import asyncio
from collections import Counter, defaultdict
from math import ceil
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from brokers.kernel.addresses import network_of

CONNECTIONS_MAX: Final = 10_000
"""Of one web process, as of a broker."""

CONNECTIONS_PER_ADDRESS_MAX: Final = 2_000
"""A fifth of them. What stands in front of the service and passes requests on needs fewer."""

SWEEP_SECONDS: Final = 2.0


class Guest(Protocol):
    """A connection, as the door knows it."""

    def too_slow(self) -> None:
        """What it owes is overdue: it must end now."""

    def give_way(self) -> None:
        """Somebody else needs its place: it must end now."""


class Door:
    """For one event loop; not thread-safe."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._network: dict[Guest, str] = {}
        self._open: Counter[str] = Counter()
        self._round = 0
        """How many sweeps there were. Time is told by them: when the loop stood still, what had
        come meanwhile is read before the next one, and nobody has been slow for it."""
        self._owing: dict[Guest, int] = {}
        """By which sweep each must have sent the rest of its request; whoever began first stands
        first."""
        self._owing_from: defaultdict[str, dict[Guest, None]] = defaultdict(dict)
        self._sweeps = False

    def opened(self, guest: Guest, address: str) -> None:
        """Count it; there is room for it, or somebody was told to end: perhaps this one."""
        network = network_of(address)
        in_the_way = self._in_the_way(network) or guest
        is_full = (
            self._open[network] >= CONNECTIONS_PER_ADDRESS_MAX
            or len(self._network) >= CONNECTIONS_MAX
        )
        self._network[guest] = network
        self._open[network] += 1
        if is_full:
            self.settled(in_the_way)
            in_the_way.give_way()

    def closed(self, guest: Guest) -> None:
        """It has ended, or is no matter of HTTP any more. May be told twice."""
        self.settled(guest)
        network = self._network.pop(guest, None)
        if network is not None:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    def owes(self, guest: Guest, seconds: float) -> None:
        """It is to send the rest of its request within ``seconds``, and is given up to
        ``SWEEP_SECONDS`` more."""
        self._owing[guest] = self._round + 1 + ceil(seconds / SWEEP_SECONDS)
        self._owing_from[self._network[guest]][guest] = None
        if not self._sweeps:
            self._sweeps = True
            self._loop.call_later(SWEEP_SECONDS, self._sweep)

    def settled(self, guest: Guest) -> None:
        """Its request is there wholly."""
        if self._owing.pop(guest, None) is None:
            return
        network = self._network[guest]
        del self._owing_from[network][guest]
        if not self._owing_from[network]:
            del self._owing_from[network]

    def _in_the_way(self, network: str) -> Guest | None:
        """Who gives way to one that comes from there, if anybody can."""
        if self._open[network] >= CONNECTIONS_PER_ADDRESS_MAX:
            return next(iter(self._owing_from.get(network, ())), None)
        return next(iter(self._owing), None)

    def _sweep(self) -> None:
        self._round += 1
        for guest in [each for each, last in self._owing.items() if last <= self._round]:
            self.settled(guest)
            guest.too_slow()
        self._sweeps = bool(self._owing)
        if self._sweeps:
            self._loop.call_later(SWEEP_SECONDS, self._sweep)


_by_loop: "WeakKeyDictionary[asyncio.AbstractEventLoop, Door]" = WeakKeyDictionary()


def door_of(loop: asyncio.AbstractEventLoop) -> Door:
    """The door of that event loop."""
    if loop not in _by_loop:
        _by_loop[loop] = Door(loop)
    return _by_loop[loop]
