"""Nodes in this process, each on its own thread and loop, as a broker process runs one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from brokers.kernel.ids import BrokerId
from brokers.node.config import ListenerConfig, NodeConfig
from brokers.node.node_thread import NodeThread
from brokers.node.ports import FiguresStore, RefusalLog
from brokers.node.storage_hints import StorageHints
from tests.login import Login
from tests.node.cell.access import PEPPER
from tests.node.fakes import MemoryCell
from tests.waiting import wait_until

EDGE_KEY = Ed25519PrivateKey.generate()
EDGE_PUBLIC_KEY_PEM = (
    EDGE_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
LOOPBACK = ListenerConfig("127.0.0.1", 0, "127.0.0.1", 0)
START_SECONDS = 30


def node_config(volume: Path, broker_id: int = 1, **changes: object) -> NodeConfig:
    config = NodeConfig(
        broker_id=BrokerId(broker_id),
        external=LOOPBACK,
        internal=LOOPBACK,
        metrics_host="127.0.0.1",
        metrics_port=0,
        volume=volume,
        verifier_pepper=PEPPER,
        edge_public_key_pem=EDGE_PUBLIC_KEY_PEM,
        broker_token_key=bytes(range(32)),
    )
    return replace(config, **changes)


class RunningNode:
    """A node that serves; ``port`` is its external listener's."""

    def __init__(
        self,
        cell: MemoryCell,
        config: NodeConfig,
        storage: StorageHints | None = None,
        figures: FiguresStore | None = None,
        refusals: RefusalLog | None = None,
    ) -> None:
        self.failures: list[Exception] = []
        self.thread = NodeThread(
            config, cell, cell, on_failure=self.failures.append, storage=storage, figures=figures,
            refusals=refusals,
        )  # fmt: skip
        self.thread.start()

    def wait_until_ready(self) -> "RunningNode":
        wait_until(lambda: self.thread.ready.is_set() or self.failures, "the start", START_SECONDS)
        if self.failures:
            raise self.failures[0]
        return self

    @property
    def node(self):
        return self.thread.node

    @property
    def port(self) -> int:
        return self.node.external.port

    @property
    def internal_port(self) -> int:
        return self.node.internal.port

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def login(self, key: tuple[str, str]) -> Login:
        """With an API key, without TLS."""
        return Login(self.bootstrap, "SASL_PLAINTEXT", *key)

    def stop(self) -> None:
        assert self.thread.stop(START_SECONDS), "the node did not stop"


@contextmanager
def running(
    cell: MemoryCell,
    config: NodeConfig,
    storage: StorageHints | None = None,
    figures: FiguresStore | None = None,
    refusals: RefusalLog | None = None,
) -> Iterator[RunningNode]:
    node = RunningNode(cell, config, storage, figures, refusals)
    try:
        yield node.wait_until_ready()
    finally:
        node.stop()
