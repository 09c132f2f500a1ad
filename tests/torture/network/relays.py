"""The relays of a plan: ``python -m tests.torture.network.relays PLAN``."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from streaming.cell.defaults import LOOPBACK
from tests.torture.network import stores
from tests.torture.network.commits import Commits
from tests.torture.network.links import POSTGRES, Link, Links
from tests.torture.network.orders import take_orders
from tests.torture.network.plan import Plan
from tests.torture.network.relay import Ends, Relay, listening
from tests.torture.network.sources import Sources


class Relays:
    """All of a plan, and the orders."""

    def __init__(self, plan: Plan) -> None:
        self._links = Links()
        self._commits = Commits()
        sources = Sources(plan)
        data_dir = Path(plan.data_dir)
        ends = [
            Ends(
                listening(plan.host, port),
                broker,
                lambda p=port: (LOOPBACK, p),
                lambda address: sources.of(address[1]),
            )
            for broker, port in plan.internal_ports.items()
        ]
        ends += [
            Ends(
                listening(LOOPBACK, port),
                POSTGRES,
                lambda: stores.postgres(data_dir),
                lambda _address, b=broker: b,
            )
            for broker, port in plan.database_ports.items()
        ]
        self._relays = [Relay(each, self._links, self._commits) for each in ends]

    async def work(self) -> None:
        for relay in self._relays:
            await relay.start()
        await take_orders(self)

    def obey(self, order: dict[str, Any]) -> None:
        if "cut" in order:
            self._links.cut(Link(*each) for each in order["cut"])
        if order.get("reset"):
            for relay in self._relays:
                relay.reset()
        if "delay" in order:
            self._links.delay({Link(a, b): seconds for a, b, seconds in order["delay"]})
        if "commits" in order:
            self._commits.arm(*order["commits"])

    def counts(self) -> dict[str, int]:
        return {"held": self._links.held, "commits": self._commits.cut}


if __name__ == "__main__":
    asyncio.run(Relays(Plan.read(Path(sys.argv[1]))).work())
