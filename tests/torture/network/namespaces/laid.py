"""Namespaces for all ends of one service, joined with each other and with this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.torture.network.links import POSTGRES, VALKEY
from tests.torture.network.namespaces.namespace import Namespace
from tests.torture.network.namespaces.routes import DEVICE
from tests.torture.network.namespaces.subnet import PREFIX, Subnet, claim
from tests.torture.network.namespaces.tun import Tun
from tests.torture.network.namespaces.wires import End

BRIDGE: Final = "bridge0"
OUTSIDE: Final = "outside"
FILTERS: Final = ("all", "default")


@dataclass(frozen=True, slots=True)
class Laid:
    """By name: brokers and stores. A namespace leads to the others and to this machine only."""

    subnet: Subnet
    ends: dict[str, End]


def lay(brokers: Sequence[str]) -> Laid:
    """Raises ``OSError`` where that is not possible. Packets pass a moment later."""
    middle = Namespace()
    subnet = claim(middle, OUTSIDE)
    names = [*brokers, POSTGRES, VALKEY]
    ends = {name: _end(name, subnet, middle) for name in names}
    ports = [OUTSIDE, *map(_port, names)]
    middle.ip(
        f"link add name {BRIDGE} type bridge",
        *(f"link set dev {port} master {BRIDGE} up" for port in ports),
        f"link set dev {BRIDGE} up",
    )
    return Laid(subnet, ends)


def _end(name: str, subnet: Subnet, middle: Namespace) -> End:
    namespace, address = Namespace(), subnet.address(name)
    with namespace.entered():
        _trust_sources()
    namespace.ip(
        f"link add name eth0 type veth peer name {_port(name)} netns {middle.path}",
        f"address add {address}/{PREFIX} dev eth0",
        "link set dev eth0 up",
        "link set dev lo up",
    )
    return End(name, address, namespace, Tun(namespace, DEVICE))


def _port(name: str) -> str:
    """An end's device on the bridge."""
    return f"to-{name}"


def _trust_sources() -> None:
    """A packet is taken also from where an answer would not go, as when that way is cut.

    https://docs.kernel.org/networking/ip-sysctl.html, rp_filter: a namespace has what the machine
    has. Written only where it differs, for containers often may not write here.
    """
    for name in FILTERS:
        path = f"/proc/sys/net/ipv4/conf/{name}/rp_filter"
        with open(path) as file:  # noqa: PTH123
            if file.read().strip() == "0":
                continue
        with open(path, "w") as file:  # noqa: PTH123
            file.write("0")
