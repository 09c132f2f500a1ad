"""Which broker has opened a connection: the one whose process has the socket's other end."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from tests.torture.network import processes
from tests.torture.network.links import OTHERS
from tests.torture.network.plan import Plan

LOOKED_AT: Final = 3
"""Processes of each broker: the one that runs, and a second that ends."""


class Sources:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def of(self, port: int) -> str:
        """The name of the broker that has ``port`` of this machine's."""
        data_dir = Path(self._plan.data_dir)
        for broker in self._plan.internal_ports:
            for pid in processes.noted(data_dir, broker)[:LOOKED_AT]:
                with suppress(psutil.Error):
                    found = psutil.Process(pid).net_connections("tcp")
                    if any(each.laddr and each.laddr.port == port for each in found):
                        return broker
        return OTHERS
