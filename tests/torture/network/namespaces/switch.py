"""The process that has the namespaces and all between them.

``python -m tests.torture.network.namespaces.switch DATA_DIR STARTS KAFKA_PORT…``, a port per broker
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streaming.cell.defaults import INTERNAL_PORT_OFFSET
from tests.torture.network.commits import Commits
from tests.torture.network.links import OTHERS, POSTGRES, VALKEY, Link, Links
from tests.torture.network.namespaces.doors import doors
from tests.torture.network.namespaces.laid import Laid, lay
from tests.torture.network.namespaces.self_check import check
from tests.torture.network.namespaces.stand_ins import PORTS, stand_ins
from tests.torture.network.namespaces.wires import Wires
from tests.torture.network.orders import take_orders, tell
from tests.torture.network.relay import Relay
from tests.torture.network.start import Start, Starts


class Switch:
    """All links of a service, and the orders. ``kafka_ports`` are by broker."""

    def __init__(self, laid: Laid, data_dir: Path, kafka_ports: Mapping[str, int]) -> None:
        self.wires = Wires(laid.ends.values())
        self._commits = Commits()
        whole = Links()
        """Of relays, for what is cut are packets."""
        addresses = {broker: laid.ends[broker].address for broker in kafka_ports}
        self._doors = [Relay(each, whole, self._commits) for each in doors(addresses, kafka_ports)]
        self._stand_ins = [
            Relay(each, whole, self._commits) for each in stand_ins(data_dir, laid.ends)
        ]

    async def work(self) -> None:
        for relay in self._stand_ins:
            await relay.start()
        for relay in self._doors:
            # ``up`` first looks whether the ports are free.
            relay.start_later()
        await take_orders(self)

    def obey(self, order: dict[str, Any]) -> None:
        if "cut" in order:
            self.wires.cut(Link(*each) for each in order["cut"])
        if order.get("reset"):
            self.wires.reset()
        if "delay" in order:
            self.wires.delay({Link(a, b): seconds for a, b, seconds in order["delay"]})
        if "commits" in order:
            self._commits.arm(*order["commits"])

    def counts(self) -> dict[str, int]:
        return {"held": self.wires.held, "commits": self._commits.cut}


def starts_of(laid: Laid, data_dir: Path, kafka_ports: Mapping[str, int]) -> Starts:
    """Each broker listens at its namespace's address, and says so to everybody."""
    internal = ",".join(
        f"{laid.ends[broker].address}:{port + INTERNAL_PORT_OFFSET}"
        for broker, port in kafka_ports.items()
    )
    hosts = ("HOST", "ADVERTISED_HOST", "INTERNAL_BIND_HOST", "INTERNAL_HOST")
    return Starts(
        str(data_dir),
        {
            broker: Start(
                database=f"{laid.ends[POSTGRES].address}:{PORTS[POSTGRES]}",
                redis=f"{laid.ends[VALKEY].address}:{PORTS[VALKEY]}",
                variables={f"HEADWATER_{name}": laid.ends[broker].address for name in hosts}
                | {"HEADWATER_INTERNAL_BOOTSTRAP": internal},
                namespace=laid.ends[broker].namespace.path,
            )
            for broker in kafka_ports
        },
    )


async def main(data_dir: Path, starts: Path, kafka_ports: Mapping[str, int]) -> None:
    try:
        laid = lay(list(kafka_ports))
        switch = Switch(laid, data_dir, kafka_ports)
        await check(switch.wires, laid.subnet.address(OTHERS))
        starts_of(laid, data_dir, kafka_ports).write(starts)
    except OSError as error:
        tell({"error": str(error)})
        return
    await switch.work()


if __name__ == "__main__":
    ports = {str(number): int(port) for number, port in enumerate(sys.argv[3:], 1)}
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), ports))
