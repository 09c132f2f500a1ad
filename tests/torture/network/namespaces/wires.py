"""What becomes of packets on links that are cut or slow."""

import asyncio
import socket
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.torture.network.links import Link, Links, both
from tests.torture.network.namespaces.namespace import Namespace
from tests.torture.network.namespaces.routes import Routes, changes, routes
from tests.torture.network.namespaces.tun import Tun

VERSION: Final = 4
"""Of IP. The kernel sends some of version 6 by itself, which has no address here."""
DESTINATION: Final = slice(16, 20)
"""RFC 791, 3.1."""


@dataclass(frozen=True, slots=True)
class End:
    """``trouble``: where its packets come out that are not sent as they should be."""

    name: str
    address: str
    namespace: Namespace
    trouble: Tun


class Wires:
    """Between ``ends``, each with each, both ways. To be made while an event loop runs."""

    def __init__(self, ends: Iterable[End]) -> None:
        self.links = Links()
        self.ends = {end.name: end for end in ends}
        self._addresses = {end.name: end.address for end in self.ends.values()}
        self._names = {socket.inet_aton(at): name for name, at in self._addresses.items()}
        self._routes: Routes = {}
        self._loop = asyncio.get_running_loop()
        for end in self.ends.values():
            self._loop.add_reader(end.trouble.handle, self._read, end)

    @property
    def held(self) -> int:
        """Packets that found their link cut, since the start. None of them ever arrives."""
        return self.links.held

    def cut(self, links: Iterable[Link]) -> None:
        """These and no others. Raises ``OSError``."""
        self.links.cut(links)
        self._route()

    def delay(self, seconds: Mapping[Link, float]) -> None:
        """These and no others. Raises ``OSError``."""
        self.links.delay(seconds)
        self._route()

    def reset(self) -> None:
        """End the connections of which a direction is cut, at both ends. Raises ``OSError``."""
        for here, there in {way for link in self.links.cuts for way in both(*link)}:
            with self.ends[here].namespace.entered():
                done = subprocess.run(
                    ["ss", "--no-header", "--tcp", "--kill", "dst", self._addresses[there]],
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if done.returncode != 0:
                raise OSError(f"ss: {done.stderr.strip()}")

    def _route(self) -> None:
        after = routes(self.links.troubled)
        for end, lines in changes(self._routes, after, self._addresses).items():
            self.ends[end].namespace.ip(*lines)
        self._routes = after

    def _read(self, end: End) -> None:
        while (packet := end.trouble.read()) is not None:
            target = self._names.get(packet[DESTINATION]) if packet[0] >> 4 == VERSION else None
            if target is not None:
                self._carry(Link(end.name, target), packet)

    def _carry(self, link: Link, packet: bytes) -> None:
        if self.links.is_cut(link):
            self.links.held += 1
        else:
            # Also at once: what was on its way when its link was healed.
            arrive = self.ends[link.target].trouble.write
            self._loop.call_later(self.links.delay_of(link), arrive, packet)
