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
