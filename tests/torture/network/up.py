"""``up``, its brokers started by ``broker_start.py``.

``python -m tests.torture.network.up STARTS ARGUMENT…``
"""

import os
import sys

from streaming.cell import main, programs
from tests.torture.network.start import VARIABLE


def run() -> int:
    os.environ[VARIABLE] = sys.argv[1]
    plain = programs.broker_command

    def in_network(number: int) -> tuple[str, ...]:
        start = (sys.executable, "-m", "tests.torture.network.broker_start", str(number))
        return *start, *plain(number)

    programs.broker_command = in_network
    return main.run(["up", *sys.argv[2:]])


if __name__ == "__main__":
    sys.exit(run())
