"""A tenant's limit over three brokers, as their clients meet it: real sockets, real clocks."""

import threading
import time
from dataclasses import dataclass
from itertools import pairwise

import pytest

from brokers.quotas.shares import owner_of
from brokers.quotas.tenant_quotas import CONNECTIONS, PRODUCE
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, wait_until
from tests.node.raw_client import RawClient, batch

BROKERS = (1, 2, 3)
KIB = 1024
RATE = 300 * KIB


@dataclass
class Trio:
    cell: MemoryCell
    nodes: dict[int, RunningNode]

    def guest(self, name, **limits):
        tenant = self.cell.add_tenant(name)
        number = len(self.cell.changes) + 1
        self.cell.limit(tenant, **limits)
        self.cell.add_topic(tenant.id, "flights", 3, leaders=[1, 2, 3])
        key = self.cell.add_key(tenant)
        for node in self.nodes.values():
            wait_until(lambda n=node: n.node.image.number >= number + 1, "hearing of it")
        return tenant, key

    def share(self, broker, tenant):
        return self.nodes[broker].node.quotas.of(tenant.id).rates[PRODUCE].share

    def flood(self, key, brokers, seconds):
        """Produce to these as fast as they take it; (when, bytes) of what was taken."""
        taken = []
        end = time.monotonic() + seconds

        def produce(broker):
            with RawClient(self.nodes[broker].port).log_in(key) as client:
                while time.monotonic() < end:
                    row = client.produce("flights", batch(b"x" * 20 * KIB), partition=broker - 1)
                    assert row.error_code == 0
                    taken.append((time.monotonic(), 20 * KIB))

        threads = [threading.Thread(target=produce, args=(broker,)) for broker in brokers * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return taken


@pytest.fixture(scope="module")
def trio(tmp_path_factory):
    cell = MemoryCell()
    folder = tmp_path_factory.mktemp("volumes")
    nodes = {}
    try:
        for broker in BROKERS:
            config = node_config(folder / str(broker), broker)
            nodes[broker] = RunningNode(cell, config).wait_until_ready()
        for node in nodes.values():  # Each has had the time to hear what the others hold.
            shares = node.node.quotas.shares
            wait_until(lambda s=shares, n=node: len(s._brokers) == 3, "knowing the brokers")
            clock = node.node.clock
            wait_until(lambda s=shares, c=clock: c.monotonic_ms() > s._settled_ms, "settling")
        yield Trio(cell, nodes)
    finally:
        for node in nodes.values():
            node.stop()


def per_second(taken, since, until):
    return sum(size for at, size in taken if since <= at < until) / (until - since)


def test_the_limit_holds_over_all_brokers_and_moves_with_use(trio):
    tenant, key = trio.guest("wide", produce_bytes_per_s=RATE)
    taken = trio.flood(key, BROKERS, 5)
    end = max(at for at, _ in taken)
    assert 0.9 * RATE <= per_second(taken, end - 3, end) <= 1.1 * RATE
    taken = trio.flood(key, (1,), 5)
    end = max(at for at, _ in taken)
    assert 0.9 * RATE <= per_second(taken, end - 2, end) <= 1.1 * RATE
    assert trio.share(1, tenant) > 0.9 * RATE
    assert sum(trio.share(broker, tenant) for broker in BROKERS) <= RATE * 1.001
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(taken))


def test_connections_are_counted_over_all_brokers(trio):
    tenant, key = trio.guest("many", connections=12)
    kept = []

    def connect(broker):
        client = RawClient(trio.nodes[broker].port)
        kept.append(client)
        client.handshake("PLAIN")
        try:
            return client.authenticate(b"\0" + "\0".join(key).encode()).error_code == 0
        except ConnectionError:
            return False

    try:
        let_in = sum(connect(broker) for broker in BROKERS * 5)
        assert 10 <= let_in <= 12
    finally:
        for client in kept:
            client.socket.close()
    for broker in BROKERS:
        lease = trio.nodes[broker].node.quotas.of(tenant.id).counts[CONNECTIONS]
        wait_until(lambda one=lease: one.count == 0, "noticing the close")


def test_the_last_share_stays_in_force_when_the_owner_cannot_be_reached(trio):
    tenant, key = trio.guest("alone", produce_bytes_per_s=RATE)
    owner = owner_of(tenant.id, BROKERS)
    other = next(broker for broker in BROKERS if broker != owner)
    trio.flood(key, (other,), 2)
    node = trio.nodes[other].node
    before = trio.share(other, tenant)
    assert before > 0.5 * RATE
    asked = []

    async def unreachable(broker, *_):
        asked.append(broker)
        raise TimeoutError

    peers = node.quotas.shares._peers
    peers.ask, usual = unreachable, peers.ask
    try:
        taken = trio.flood(key, (other,), 2.5)
        assert asked
        assert trio.share(other, tenant) == before
        end = max(at for at, _ in taken)
        assert 0.85 * before <= per_second(taken, end - 2, end) <= 1.15 * before
    finally:
        peers.ask = usual
