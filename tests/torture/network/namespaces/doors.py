"""Relays for whoever looks for a broker on this machine's loopback: ``up``, ``/metrics``, commands.

The broker is in its namespace, on the same ports. A client only begins here: it is told the
broker's address, and goes there by itself. No fault strikes what goes through.
"""

from collections.abc import Mapping
from typing import Final

from streaming.cell.defaults import INTERNAL_PORT_OFFSET, LOOPBACK, METRICS_PORT_OFFSET
from tests.torture.network.links import OTHERS
from tests.torture.network.relay import Ends, listening

LOOKS_EVERY_S: Final = 0.1
"""Whether a broker is back: nobody waits at its door for that, as peers do."""
OFFSETS: Final = (0, INTERNAL_PORT_OFFSET, METRICS_PORT_OFFSET)


def doors(addresses: Mapping[str, str], kafka_ports: Mapping[str, int]) -> list[Ends]:
    """Both by broker."""
    return [
        _door(broker, addresses[broker], first + offset)
        for broker, first in kafka_ports.items()
        for offset in OFFSETS
    ]


def _door(broker: str, host: str, port: int) -> Ends:
    return Ends(
        listening(LOOPBACK, port),
        broker,
        lambda: (host, port),
        lambda _address: OTHERS,
        LOOKS_EVERY_S,
    )
