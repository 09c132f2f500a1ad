"""Which broker has opened a connection: the one whose process has the socket's other end."""

from contextlib import suppress

import psutil

from tests.torture.network.links import OTHERS
from tests.torture.network.plan import Plan


class Sources:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def of(self, port: int) -> str:
        """The name of the broker that has ``port`` of this machine's."""
        for broker in self._plan.internal_ports:
            with suppress(FileNotFoundError, ValueError, psutil.Error):
                pid = int(self._plan.pid_file(broker).read_text())
                found = psutil.Process(pid).net_connections("tcp")
                if any(each.laddr and each.laddr.port == port for each in found):
                    return broker
        return OTHERS
