"""One broker in this process with one tenant, a key of each kind and a topic."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from brokers.metadata.records import TenantRecord
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, running
from tests.node.raw_client import RawClient
from tests.node.trio import BROKERS, Trio


@dataclass
class World:
    cell: MemoryCell
    node: RunningNode
    tenant: TenantRecord
    key: tuple[str, str]
    """The administrator's."""

    def connect(self, **options: object) -> RawClient:
        """Logged in as the tenant's administrator."""
        return RawClient(self.node.port, **options).log_in(self.key)

    def add_topic(self, name: str, partitions: int = 1, **configs: str):
        dotted = {config.replace("_", "."): value for config, value in configs.items()}
        return self.cell.add_topic(self.tenant.id, name, partitions, configs=dotted)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory) -> Iterator[World]:
    cell = MemoryCell()
    tenant = cell.add_tenant("acme")
    key = cell.add_key(tenant)
    with running(cell, node_config(tmp_path_factory.mktemp("volume"))) as node:
        yield World(cell, node, tenant, key)


@pytest.fixture
def world(shared_world) -> World:
    """The module's broker, with the metadata store switched on again."""
    shared_world.cell.available = True
    return shared_world


@pytest.fixture
def topic(world, request):
    """A topic of this test's own."""
    return world.add_topic(request.node.name.replace("[", "-").replace("]", ""))


@pytest.fixture
def client(world) -> Iterator[RawClient]:
    with world.connect() as connected:
        yield connected


@pytest.fixture
def trio(tmp_path) -> Iterator[Trio]:
    cell = MemoryCell()
    tenant = cell.add_tenant()
    trio = Trio(cell, tmp_path, {}, cell.add_key(tenant), tenant.id)
    with ExitStack() as stack:
        stack.callback(lambda: [trio.stop(broker) for broker in list(trio.nodes)])
        for broker in BROKERS:
            trio.start(broker)
        yield trio
