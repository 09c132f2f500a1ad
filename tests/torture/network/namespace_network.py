"""Links that are cut between network namespaces: packets are lost, where root allows it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import ClassVar, Final

from tests.torture.network.namespaces.tun import CLONE_DEVICE
from tests.torture.network.network import Network, Way

TOOLS: Final = ("ip", "ss")
ANY_PORT: Final = 20_000


class NamespaceNetwork(Network):
    way: ClassVar[Way] = "namespaces"

    @classmethod
    def why_not(cls) -> str | None:
        """What is missing; None when it works here: tried out, for containers differ."""
        if not sys.platform.startswith("linux"):
            return "this is not Linux"
        if os.geteuid() != 0:
            return "this is not root"
        if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
            return f"there is no {' and no '.join(missing)}"
        if not Path(CLONE_DEVICE).exists():
            return f"there is no {CLONE_DEVICE}"
        with tempfile.TemporaryDirectory(prefix="headwater-torture-") as tried:
            try:
                with cls(Path(tried), Path(tried), 2, ANY_PORT):
                    return None
            except OSError as error:
                return str(error)

    def up(self, arguments: list[str]) -> list[str]:
        """Brokers are at addresses of their own, not on loopback: they speak TLS to each other, and
        the other processes must know that."""
        return super().up([*arguments, "--internal-tls"])

    def _holder(self) -> list[str]:
        ports = map(str, self._kafka_ports.values())
        module = "tests.torture.network.namespaces.switch"
        return [module, str(self._data_dir), str(self._starts), *ports]
