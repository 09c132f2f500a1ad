"""Become broker N, told to be reached and to reach PostgreSQL through the relays.

``python -m tests.torture.network.broker_start N COMMAND…``
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from streaming.cell.instance import Instance
from tests.torture.network.plan import VARIABLE, Plan


def main() -> None:
    """Never returns."""
    broker, command = sys.argv[1], sys.argv[2:]
    plan = Plan.read(Path(os.environ[VARIABLE]))
    url = urlsplit(Instance.load(Path(plan.data_dir)).database_url)
    login, _, _ = url.netloc.rpartition("@")
    through = url._replace(netloc=f"{login}@127.0.0.1:{plan.database_ports[broker]}")
    os.environ["DATABASE_URL"] = through.geturl()
    os.environ["HEADWATER_INTERNAL_HOST"] = plan.host
    plan.note_process(broker, os.getpid())  # Which it keeps when it becomes the broker.
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
