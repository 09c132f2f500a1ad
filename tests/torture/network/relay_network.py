"""Links that are cut by relays in user space: no rights are needed."""

from pathlib import Path
from typing import ClassVar, Final

from streaming.cell import ports
from streaming.cell.defaults import INTERNAL_PORT_OFFSET, LOOPBACK
from tests.torture.network.network import Network, Way
from tests.torture.network.plan import Plan
from tests.torture.network.start import Start, Starts

HOSTS: Final = ("127.77.0.1", "::1")
"""Linux has all of 127.0.0.0/8; elsewhere the other family has a loopback address too."""


class RelayNetwork(Network):
    way: ClassVar[Way] = "relays"

    def __init__(self, folder: Path, data_dir: Path, brokers: int, kafka_port: int) -> None:
        super().__init__(folder, data_dir, brokers, kafka_port)
        self._internal = {
            broker: port + INTERNAL_PORT_OFFSET for broker, port in self._kafka_ports.items()
        }
        self.host: str | None = next(filter(self._is_usable, HOSTS), None)

    @staticmethod
    def why_not() -> str | None:
        """What this system lacks; None when links can be cut so."""
        if all(ports.taken(host, 0) for host in HOSTS):
            return "there is no second loopback address to put relays on"
        return None

    def _is_usable(self, host: str) -> bool:
        return not any(ports.taken(host, port) for port in self._internal.values())

    def _holder(self) -> list[str]:
        if self.host is None:
            raise OSError("no second loopback address has the brokers' ports free for relays")
        own: dict[str, int] = {}
        for broker in self._internal:
            own[broker] = ports.free(avoid=own.values())
        data_dir, plan = str(self._data_dir), self._folder / "network.json"
        Plan(data_dir, self.host, self._internal, own).write(plan)
        variables = {"HEADWATER_INTERNAL_HOST": self.host}
        starts = {b: Start(f"{LOOPBACK}:{port}", variables) for b, port in own.items()}
        Starts(data_dir, starts).write(self._starts)
        return ["tests.torture.network.relays", str(plan)]
