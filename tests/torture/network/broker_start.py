"""Become broker N of a network, told where its stores are and under which name it is reached.

``python -m tests.torture.network.broker_start N COMMAND…``
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from streaming.cell.instance import Instance
from tests.torture.network import processes
from tests.torture.network.namespaces.namespace import enter
from tests.torture.network.start import VARIABLE, Starts


def main() -> None:
    """Never returns."""
    broker, command = sys.argv[1], sys.argv[2:]
    starts = Starts.read(Path(os.environ[VARIABLE]))
    start, data_dir = starts.brokers[broker], Path(starts.data_dir)
    instance = Instance.load(data_dir)
    os.environ["DATABASE_URL"] = _at(start.database, instance.database_url)
    if start.redis is not None:
        os.environ["REDIS_URL"] = _at(start.redis, instance.redis_url)
    os.environ.update(start.variables)
    processes.note(data_dir, broker, os.getpid())  # Which it keeps when it becomes the broker.
    if start.namespace is not None:
        enter(start.namespace)
    os.execv(command[0], command)


def _at(address: str, url: str) -> str:
    parts = urlsplit(url)
    login, _, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{login}@{address}").geturl()


if __name__ == "__main__":
    main()
