"""``up``, its brokers started by ``broker_start.py``.

``python -m tests.torture.network.up PLAN ARGUMENT…``
"""

import os
import sys

from streaming.cell import main, programs
from tests.torture.network.plan import VARIABLE


def run() -> int:
    os.environ[VARIABLE] = sys.argv[1]
    plain = programs.broker_command

    def through_relays(number: int) -> tuple[str, ...]:
        start = (sys.executable, "-m", "tests.torture.network.broker_start", str(number))
        return *start, *plain(number)

    programs.broker_command = through_relays
    return main.run(["up", *sys.argv[2:]])


if __name__ == "__main__":
    sys.exit(run())
