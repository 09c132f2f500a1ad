"""A metadata store that has forgotten: what a broker does then, and that it acts on nothing it has
not kept."""

from dataclasses import replace

import pytest

from brokers.kernel.errors import ErrorCode, StorageError
from brokers.kernel.ids import LeaderEpoch, PartitionEpoch
from brokers.log.control_plane_checkpoint import ControlPlaneCheckpoint
from brokers.metadata.recovery import Evidence, rebuilt
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, running, wait_until
from tests.node.raw_client import RawClient
from tests.node.test_restart import batch


@pytest.fixture
def cell():
    return MemoryCell()


@pytest.fixture
def tenant(cell):
    return cell.add_tenant("acme")


@pytest.fixture
def key(cell, tenant):
    return cell.add_key(tenant)


@pytest.fixture
def config(tmp_path):
    return node_config(tmp_path / "volume", heartbeat_interval_s=0.05)


class Past:
    """The cell at one moment, to which it can go back."""

    def __init__(self, cell):
        self.cell = cell
        self.changes = [*cell.changes]
        self.partitions = {**cell.partitions}
        self.topics = {**cell.topics}
        self.brokers = {**cell.brokers}

    def restore(self):
        with self.cell._lock:
            self.cell.changes = [*self.changes]
            self.cell.partitions = {**self.partitions}
            self.cell.topics = {**self.topics}
            self.cell.brokers = {**self.brokers}


def raised(record):
    return replace(
        record,
        leader_epoch=LeaderEpoch(record.leader_epoch + 1),
        partition_epoch=PartitionEpoch(record.partition_epoch + 1),
    )


def recover(cell, topic, brokers):
    """As the service does: rows from the reports, at higher epochs, and numbers beyond."""
    (report,) = cell.remembered.values()
    number = report.registration.seen.number
    with cell._lock:
        cell.brokers |= brokers
        cell.put_topic(topic)
        for record in report.partitions:
            evidence = Evidence(row=None, facts={1: record}, unclean=())
            cell.put_partition(rebuilt(evidence, is_synced=True, live={1}, minimum=1))
        while len(cell.changes) <= number:
            cell.add_tenant(f"other-{len(cell.changes)}")
        cell.generation, cell.halted = 1, False


def test_a_running_leader_goes_on_reports_and_takes_what_was_rebuilt(cell, tenant, key, config):
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        past = Past(cell)
        topic = cell.add_topic(tenant.id, "t")
        assert client.produce("t", batch(b"before")).error_code == 0
        cell.put_partition(raised(cell.partitions[topic.id, 0]))
        runtime = node.node.partitions.get(topic.id, 0)
        wait_until(lambda: runtime.leader_epoch == 1, "the next epoch")
        brokers = {**cell.brokers}
        past.restore()
        wait_until(lambda: cell.remembered, "its report")
        (report,) = cell.remembered.values()
        assert [each.leader_epoch for each in report.partitions] == [1]
        assert [each.name for each in report.topics] == ["t"]
        assert client.produce("t", batch(b"halted")).error_code == 0
        assert runtime.leader_epoch == 1
        recover(cell, topic, brokers)
        wait_until(lambda: runtime.leader_epoch == 2, "the epoch that was rebuilt")
        assert client.produce("t", batch(b"after")).error_code == 0
        assert client.fetch("t", 0).high_watermark == 3


def test_one_that_starts_serves_only_when_the_metadata_was_rebuilt(cell, tenant, key, config):
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        past = Past(cell)
        topic = cell.add_topic(tenant.id, "t")
        assert client.produce("t", batch(b"before")).error_code == 0
    past.restore()
    node = RunningNode(cell, config)
    try:
        wait_until(lambda: cell.remembered, "its report")
        brokers = {**cell.brokers}
        assert not node.thread.ready.is_set()
        assert node.node.volume.partition_directory(topic.id, 0).is_dir()
        recover(cell, topic, brokers)
        node.wait_until_ready()
        with RawClient(node.port).log_in(key) as client:
            assert client.fetch("t", 0).high_watermark == 1
    finally:
        node.stop()


def test_a_store_that_went_on_past_what_was_seen_is_found_by_its_epochs(cell, tenant, config):
    with running(cell, config) as node:
        topic = cell.add_topic(tenant.id, "t")
        past = Past(cell)
        cell.put_partition(raised(cell.partitions[topic.id, 0]))
        runtime = node.node.partitions.get(topic.id, 0)
        wait_until(lambda: runtime is None or runtime.leader_epoch == 1, "the next epoch")
    number = len(cell.changes)
    past.restore()
    while len(cell.changes) < number + 5:
        cell.add_tenant(f"other-{len(cell.changes)}")
    node = RunningNode(cell, config)
    try:
        wait_until(lambda: cell.remembered, "its report")
        assert not node.thread.ready.is_set()
    finally:
        node.stop()


def test_no_role_is_taken_before_it_is_kept(cell, tenant, key, config, monkeypatch):
    failing = [True]
    keep = ControlPlaneCheckpoint.keep

    def keep_or_fail(self, changed):
        if failing[0] and any("partition/" in key for key in changed):
            raise StorageError("the test's disk is full")
        keep(self, changed)

    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        topic = cell.add_topic(tenant.id, "t")
        assert client.produce("t", batch(b"v")).error_code == 0
        runtime = node.node.partitions.get(topic.id, 0)
        monkeypatch.setattr(ControlPlaneCheckpoint, "keep", keep_or_fail)
        cell.put_partition(raised(cell.partitions[topic.id, 0]))
        image = node.node.image
        wait_until(lambda: image.partition(topic.id, 0).leader_epoch == 1, "hearing of it")
        assert client.produce("t", batch(b"v")).error_code == 0
        assert runtime.leader_epoch == 0
        gone = cell.add_topic(tenant.id, "gone")
        cell.tombstone(gone.id)
        failing[0] = False
        wait_until(lambda: runtime.leader_epoch == 1, "the role, once it is kept")
        assert client.produce("gone", batch(b"v")).error_code in (
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        )
