"""Three nodes in this process, replicating over real sockets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from pathlib import Path

from brokers.certificates.mutual_tls import MutualTls
from brokers.metadata.records import TopicRecord
from brokers.node.ports import MetadataUnavailable
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, wait_until
from tests.node.raw_client import RawClient

BROKERS = (1, 2, 3)


class CuttableCell:
    """One broker's way to the metadata store, which can be cut while the others keep theirs."""

    def __init__(self, cell: MemoryCell) -> None:
        self._cell = cell
        self.is_cut = False

    def __getattr__(self, name: str):
        async def refuse(*args, **kwargs):
            raise MetadataUnavailable("cut by the test")

        found = getattr(self._cell, name)
        return refuse if self.is_cut and iscoroutinefunction(found) else found


@dataclass
class Trio:
    cell: MemoryCell
    folder: Path
    nodes: dict[int, RunningNode]
    key: tuple[str, str]
    tenant_id: str
    ways: dict[int, CuttableCell] = field(default_factory=dict)
    mutual_tls: Callable[[int], MutualTls | None] = lambda _broker: None
    """What a broker that is started shows and asks for on internal listeners."""

    def start(self, broker: int) -> None:
        config = node_config(self.folder / str(broker), broker, mutual_tls=self.mutual_tls(broker))
        self.ways[broker] = CuttableCell(self.cell)
        self.nodes[broker] = RunningNode(self.ways[broker], config).wait_until_ready()

    def stop(self, broker: int) -> None:
        self.nodes.pop(broker).stop()

    def topic(self, name: str, *, leader: int = 1, **configs: str) -> TopicRecord:
        others = [each for each in BROKERS if each != leader]
        dotted = {key.replace("_", "."): value for key, value in configs.items()}
        topic = self.cell.add_topic(
            self.tenant_id, name, 1, configs=dotted, replicas=[[leader, *others]]
        )
        for broker in BROKERS:
            wait_until(lambda b=broker: self.partition(b, topic), "a replica to be opened")
        return topic

    def record(self, topic: TopicRecord):
        return self.cell.partitions[topic.id, 0]

    def partition(self, broker: int, topic: TopicRecord):
        return self.nodes[broker].node.partitions.get(topic.id, 0)

    def connect(self, broker: int) -> RawClient:
        return RawClient(self.nodes[broker].port).log_in(self.key)

    def at_leader(self, topic: TopicRecord) -> RawClient:
        return self.connect(self.record(topic).leader)

    def wait_for_isr(self, topic: TopicRecord, *brokers: int) -> None:
        wait_until(lambda: set(self.record(topic).isr) == set(brokers), f"an ISR of {brokers}")
