"""Shown before anything relies on it: a cut link carries nothing, the others all, healed ones too.

Datagrams go over every link in each direction, for nobody sends those again. A connection is then
broken at both its ends.
"""

import asyncio
import json
import socket
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import permutations
from typing import Final

from tests.torture.network.links import OTHERS, Link, both
from tests.torture.network.namespaces.wires import End, Wires

PORT: Final = 7
WITHIN_S: Final = 10.0
"""Of the bridge, which opens its ports some time after they are there."""
AGAIN_S: Final = 0.1


async def check(wires: Wires, host: str) -> None:
    """``host`` is this machine's address. Raises ``OSError`` about what is not as it should be."""
    ends = list(wires.ends.values())
    datagrams = _Datagrams(ends, host)
    try:
        await datagrams.until_all_arrive()
        for end in ends:
            await _check_cut(wires, datagrams, end.name)
    finally:
        datagrams.close()
    _check_reset(wires, *ends[:2])


async def _check_cut(wires: Wires, datagrams: "_Datagrams", source: str) -> None:
    """Of all that ``source`` sends to ends; what is sent to it goes on."""
    cut = [Link(source, end) for end in wires.ends if end != source]
    before = wires.held
    wires.cut(cut)
    lost = datagrams.send()
    await datagrams.until_arrived(lost, datagrams.links - set(cut), WITHIN_S)
    wires.cut([])
    # On its way what is sent later comes later: then none that was sent before can still come.
    await datagrams.until_arrived(datagrams.send(), datagrams.links, WITHIN_S)
    if passed := [link for link in cut if (lost, link) in datagrams.arrived]:
        raise OSError(f"links were cut, and a packet went over {passed}")
    if wires.held - before < len(cut):
        raise OSError(f"of packets over the cut links {cut} only {wires.held - before} were seen")


def _check_reset(wires: Wires, one: End, other: End) -> None:
    with one.namespace.entered(), socket.create_server((one.address, PORT)) as server:
        with other.namespace.entered():
            client = socket.create_connection((one.address, PORT), WITHIN_S)
        served, _ = server.accept()
    wires.cut(both(one.name, other.name))
    wires.reset()
    wires.cut([])
    for end in (client, served):
        with end:
            end.settimeout(WITHIN_S)
            with suppress(ConnectionError):
                end.recv(1)
                raise OSError("a connection over a cut link could not be broken")


class _Datagrams:
    """From every end to every other, and from this machine to every end."""

    def __init__(self, ends: Iterable[End], host: str) -> None:
        self._addresses = {end.name: end.address for end in ends}
        self._sockets = {OTHERS: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)}
        self._sockets[OTHERS].bind((host, 0))
        for end in ends:
            with end.namespace.entered():
                made = self._sockets[end.name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                made.bind((end.address, PORT))
            made.setblocking(False)
            asyncio.get_running_loop().add_reader(made, self._receive, made)
        self.links = {Link(*pair) for pair in permutations(self._sockets, 2) if pair[1] != OTHERS}
        self.arrived: set[tuple[int, Link]] = set()
        self._something = asyncio.Event()
        self._sent = 0

    def close(self) -> None:
        for each in self._sockets.values():
            asyncio.get_running_loop().remove_reader(each)
            each.close()

    def send(self) -> int:
        """One over each link; their number."""
        self._sent += 1
        for link in self.links:
            # Refused when the other end was not found lately: then it does not arrive.
            with suppress(OSError):
                self._sockets[link.source].sendto(
                    json.dumps([self._sent, *link]).encode(), (self._addresses[link.target], PORT)
                )
        return self._sent

    async def until_all_arrive(self) -> None:
        for _ in range(round(WITHIN_S / AGAIN_S)):
            with suppress(OSError):
                return await self.until_arrived(self.send(), self.links, AGAIN_S)
        await self.until_arrived(self.send(), self.links, AGAIN_S)

    async def until_arrived(self, number: int, links: Collection[Link], seconds: float) -> None:
        """Raises ``OSError`` when that many seconds have passed."""
        wanted = {(number, link) for link in links}
        try:
            async with asyncio.timeout(seconds):
                while not wanted <= self.arrived:
                    self._something.clear()
                    await self._something.wait()
        except TimeoutError:
            away = sorted(link for _, link in wanted - self.arrived)
            raise OSError(f"nothing comes over {away}, which are not cut") from None

    def _receive(self, made: socket.socket) -> None:
        with suppress(BlockingIOError):
            number, *link = json.loads(made.recv(1024))
            self.arrived.add((number, Link(*link)))
            self._something.set()
