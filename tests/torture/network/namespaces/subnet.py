"""The addresses of one service's ends: 256 out of those that RFC 2544 keeps for tests of networks.

Services at the same time have different ones. Which are taken is told by the name of the device
that each puts on this machine, for making that either succeeds or fails.
"""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import Final

from tests.torture.network.links import OTHERS, POSTGRES, VALKEY
from tests.torture.network.namespaces.namespace import Namespace, ip

ALL: Final = tuple(IPv4Network("198.18.0.0/15").subnets(new_prefix=24))
PREFIX: Final = 24
RESERVED: Final = {POSTGRES: 251, VALKEY: 252, OTHERS: 254}
"""Beside the brokers, which have their numbers, at most 100."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """The ``number``-th of ``ALL``."""

    number: int

    @property
    def device(self) -> str:
        """Its name on this machine; at most 15 characters."""
        return f"hw-torture-{self.number}"

    def address(self, end: str) -> str:
        """Of a broker by its number, of a store, or of this machine, which is ``OTHERS``."""
        return str(ALL[self.number][RESERVED.get(end) or int(end)])


def claim(middle: Namespace, port: str) -> Subnet:
    """The first that nobody has: its device on this machine leads to ``port`` in ``middle``.

    Raises ``OSError`` without the right, and when all are taken.
    """
    found = [Subnet(number) for number in free(_destinations())]
    for subnet in found:
        try:
            ip(f"link add name {subnet.device} type veth peer name {port} netns {middle.path}")
        except OSError as error:
            if "File exists" not in str(error):
                raise
        else:
            ip(
                f"address add {subnet.address(OTHERS)}/{PREFIX} dev {subnet.device}",
                f"link set {subnet.device} up",
            )
            return subnet
    raise OSError("all networks that are kept for tests are taken")


def free(destinations: Iterable[str]) -> list[int]:
    """Numbers of those to which none of this machine's routes leads, the default one apart."""
    taken = [ip_network(each, strict=False) for each in destinations if each != "default"]
    return [
        number
        for number, network in enumerate(ALL)
        if not any(network.overlaps(each) for each in taken)
    ]


def _destinations() -> list[str]:
    command = ["ip", "-json", "-4", "route", "show", "table", "all"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip: {done.stderr.strip()}")
    return [route["dst"] for route in json.loads(done.stdout)]
