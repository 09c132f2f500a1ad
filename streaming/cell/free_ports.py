"""Ports for one more service beside whatever runs on this machine."""

import random
from pathlib import Path
from typing import Final

from streaming.cell import ports
from streaming.cell.plan import Options, resolve

KAFKA_PORTS: Final = range(20_000, 30_000)
HTTP_PORTS: Final = range(30_500, 32_000)
"""Below what the system gives to outgoing connections, so that none takes one meanwhile."""


def port_options(brokers: int) -> list[str]:
    """Arguments of ``up`` for ``brokers`` brokers, all of whose ports were free a moment ago."""
    while True:
        kafka, http = random.choice(KAFKA_PORTS), random.choice(HTTP_PORTS)
        options = Options(Path(), http_port=http, kafka_port=kafka, brokers=brokers)
        listeners = resolve(options, {}).listeners()
        if not any(ports.taken(host, port) for host, port, _ in listeners):
            return ["--http-port", str(http), "--kafka-port", str(kafka)]
