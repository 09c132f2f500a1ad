"""That a key was used is told once per interval, with the address that it was used from."""

import time

import pytest

from brokers.node import key_uses
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient


@pytest.fixture
def cell(monkeypatch):
    monkeypatch.setattr(key_uses, "INTERVAL_SECONDS", 0.05)
    return MemoryCell()


def test_uses_are_told_with_their_address(cell, tmp_path):
    tenant = cell.add_tenant("acme")
    used, unused = cell.add_key(tenant), cell.add_key(tenant)
    with running(cell, node_config(tmp_path / "volume")) as node:
        with RawClient(node.port, source="127.0.0.5") as client:
            client.log_in(used)
            wait_until(lambda: cell.key_uses, "a use")
            use = cell.key_uses[0]
            assert (use.key_id, use.address) == (used[0], "127.0.0.5")
            assert abs(use.at_ms - time.time() * 1000) < 10_000
            quiet = node.node.external.now
            wait_until(lambda: node.node.external.now > quiet, "a sweep")
            assert key_uses.uses_since(node.node, node.node.external.now) == []
            client.metadata()
            (again,) = key_uses.uses_since(node.node, node.node.external.now)
            assert again.at_ms > use.at_ms
        assert {use.key_id for use in cell.key_uses} == {used[0]} != {unused[0]}


def test_a_connection_that_ends_before_anybody_looks_is_told_until_it_was_taken(
    cell, tmp_path, monkeypatch
):
    """Who has stolen a key may need it for a second only."""
    monkeypatch.setattr(key_uses, "INTERVAL_SECONDS", 3600)
    tenant = cell.add_tenant("acme")
    key, other = cell.add_key(tenant), cell.add_key(tenant)
    with running(cell, node_config(tmp_path / "volume")) as node:
        for source in ("127.0.0.5", "127.0.0.6"):
            with RawClient(node.port, source=source) as client:
                client.log_in(key)
            wait_until(lambda: not node.node.external.connections, "the end of the connection")
        never_told = node.node.external.now + 1
        (use,) = key_uses.uses_since(node.node, never_told)
        assert (use.key_id, use.address) == (key[0], "127.0.0.6")
        assert abs(use.at_ms - time.time() * 1000) < 10_000
        key_uses.forget_ended(node.node, node.node.external.ended_uses[key[0]][0])
        assert len(key_uses.uses_since(node.node, never_told)) == 1, "heard as it was told"
        key_uses.forget_ended(node.node, never_told)
        assert key_uses.uses_since(node.node, never_told) == []
        with RawClient(node.internal_port) as edge:
            edge.log_in_as_edge(tenant.id, key=other[0])
        wait_until(lambda: not node.node.internal.connections, "the end of the connection")
        assert key_uses.uses_since(node.node, never_told) == [], "the edge's it notes itself"


def test_short_connections_are_told_by_the_interval(cell, tmp_path):
    key = cell.add_key(cell.add_tenant("acme"))
    with running(cell, node_config(tmp_path / "volume")) as node:
        with RawClient(node.port) as client:
            client.log_in(key)
        wait_until(lambda: cell.key_uses, "a use")
        wait_until(lambda: not node.node.external.ended_uses, "that it is told")
    assert {use.key_id for use in cell.key_uses} == {key[0]}
