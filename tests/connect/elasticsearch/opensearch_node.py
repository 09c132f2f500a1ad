"""A real OpenSearch: one node, its data in a folder, on ports of its own."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.maven_jars import class_path
from streaming.cell import ports

VERSION = "2.19.6"
"""The last that runs on Java 17."""
_COORDINATES = (
    f"org.opensearch:opensearch:{VERSION}",
    f"org.opensearch.plugin:transport-netty4-client:{VERSION}",
    # The server needs it and leaves it to its distribution to bring it.
    "org.apache.logging.log4j:log4j-core:2.25.4",
)
_MAIN = Path(__file__).with_name("OpenSearchNode.java")
_START_SECONDS = 120
_HEAP = "384m"


class OpenSearchNode:
    """
    Raises:
        JarsUnavailable: its jars are not there and cannot be fetched.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._class_path = class_path(f"opensearch-{VERSION}", _COORDINATES)
        port = ports.free()
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {
            "path.home": str(folder), "cluster.name": "tested", "discovery.type": "single-node",
            "http.type": "netty4", "http.port": str(port),
            "transport.type": "netty4", "transport.port": "0",
            # A machine's full disk is none of the sink's business.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **settings,
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to start; ``wait`` for it to serve."""
        command = [
            "java", f"-Xms{_HEAP}", f"-Xmx{_HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-cp", self._class_path, str(_MAIN), *map("=".join, self._settings.items()),
        ]  # fmt: skip
        with (self._folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/_cluster/health", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        said = (self._folder / "node.log").read_text()[-2000:]
        raise AssertionError(f"OpenSearch does not serve: {said}")

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def opensearch(folder: Path, **settings: str) -> Iterator[OpenSearchNode]:
    """A node that serves. Raises ``JarsUnavailable``.

    Args:
        settings: of the node, with ``__`` for the dots in their names.
    """
    node = OpenSearchNode(folder, {key.replace("__", "."): it for key, it in settings.items()})
    node.start()
    try:
        node.wait()
        yield node
    finally:
        node.kill()
