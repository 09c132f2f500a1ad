"""Stopping and starting again: cleanly, as after a crash, and with topics gone meanwhile."""

import gc
import shutil
import uuid
import weakref

import pytest

from brokers.kernel.errors import ErrorCode, StorageError
from brokers.wire.registry import ApiKey
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, running, wait_until
from tests.node.raw_client import RawClient, batch


@pytest.fixture
def cell():
    return MemoryCell()


@pytest.fixture
def key(cell):
    return cell.add_key(cell.add_tenant())


@pytest.fixture
def tenant(cell, key):
    return next(iter(cell.tenants.values()))


def test_a_clean_restart_keeps_everything(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume")
    cell.add_topic(tenant.id, "t")
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        client.produce("t", batch(b"one"), acks=1)
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        assert cell.registrations[-1].clean_incarnation == 1
        assert node.node.incarnation == 2
        row = client.fetch("t", 0)
        assert row.high_watermark == 1
        assert b"one" in bytes(row.records)
        assert client.produce("t", batch(b"two")).base_offset == 1


@pytest.mark.parametrize("name", ["...", "..x", "-rf", "meta.properties", "a" * 249])
def test_a_name_is_no_path(tmp_path, cell, tenant, key, name):
    """What a tenant calls a topic is nowhere on the disk: folders are called by its id."""
    topic = cell.add_topic(tenant.id, name)
    volume = tmp_path / "volume"
    with running(cell, node_config(volume)) as node, RawClient(node.port).log_in(key) as client:
        assert client.produce(name, batch(b"v")).error_code == 0
        folders = {path.name for path in volume.iterdir() if path.is_dir()}
        assert f"{uuid.UUID(bytes=topic.id)}-0" in folders
        assert not [path for path in tmp_path.rglob("*") if path.name.startswith(f"{name}-")]
    assert [path.name for path in tmp_path.iterdir()] == ["volume"]


def test_a_start_from_a_crashed_volume(tmp_path, cell, tenant, key):
    """The folder as a kill -9 leaves it: copied while the broker runs."""
    cell.add_topic(tenant.id, "t")
    crashed = tmp_path / "crashed"
    config = node_config(tmp_path / "volume")
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        for sequence in range(6):
            data = batch(b"%d" % sequence, producer=(77, 0, sequence))
            assert client.produce("t", data).base_offset == sequence
        shutil.copytree(tmp_path / "volume", crashed)
    with running(cell, node_config(crashed)) as node, RawClient(node.port).log_in(key) as client:
        assert cell.registrations[-1].clean_incarnation is None
        assert client.fetch("t", 0).high_watermark == 6
        again = client.produce("t", batch(b"5", producer=(77, 0, 5)))
        assert (again.error_code, again.base_offset) == (0, 5)
        assert client.produce("t", batch(b"6", producer=(77, 0, 6))).base_offset == 6


def test_the_leader_epoch_rises_with_every_start(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume")
    topic = cell.add_topic(tenant.id, "t")
    epochs = []
    for _ in range(3):
        with running(cell, config) as node:
            epochs.append(node.node.partitions.get(topic.id, 0).leader_epoch)
    assert epochs == sorted(set(epochs))


def test_stopping_answers_what_is_under_way(tmp_path, cell, tenant, key):
    cell.add_topic(tenant.id, "t")
    node = RunningNode(cell, node_config(tmp_path / "volume")).wait_until_ready()
    client = RawClient(node.port).log_in(key)
    for number in range(50):
        client.send(ApiKey.PRODUCE, 9, client.produce_request("t", batch(b"%d" % number)))
    waiting = RawClient(node.port).log_in(key)
    waiting.send(ApiKey.FETCH, 11, waiting.fetch_request("t", 1000, max_wait_ms=1))
    waiting.receive(ApiKey.FETCH, 11)
    first = client.receive(ApiKey.PRODUCE, 9)
    assert first.responses[0].partition_responses[0].base_offset == 0
    request = waiting.fetch_request("t", 50, max_wait_ms=30_000)
    waiting.send(ApiKey.FETCH, 11, request)
    node.stop()
    acknowledged = 1
    try:
        while True:
            row = client.receive(ApiKey.PRODUCE, 9).responses[0].partition_responses[0]
            assert (row.error_code, row.base_offset) == (0, acknowledged)
            acknowledged += 1
    except ConnectionError:
        pass
    assert not node.failures
    config = node_config(tmp_path / "volume")
    with running(cell, config) as again, RawClient(again.port).log_in(key) as reader:
        assert reader.fetch("t", 0).high_watermark >= acknowledged


def test_a_volume_has_one_broker(tmp_path, cell):
    config = node_config(tmp_path / "volume")
    with running(cell, config):
        second = RunningNode(cell, config)
        wait_until(lambda: second.failures, "the refusal")
        assert isinstance(second.failures[0], StorageError)
        assert "in use" in str(second.failures[0])
        second.stop()


def test_a_taken_port_ends_the_start_before_it_registers(tmp_path, cell):
    with running(cell, node_config(tmp_path / "one")) as node:
        from dataclasses import replace

        taken = replace(node_config(tmp_path / "two").external, port=node.port)
        second = RunningNode(cell, node_config(tmp_path / "two", 2, external=taken))
        wait_until(lambda: second.failures, "the refusal")
        assert isinstance(second.failures[0], OSError)
        assert {r.id for r in cell.registrations} == {1}
        second.stop()


def test_a_deleted_topic_loses_its_files_after_the_delay(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume", retention_interval_s=0.1)
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        topic = cell.add_topic(tenant.id, "t", configs={"file.delete.delay.ms": "100"})
        client.produce("t", batch(b"v"))
        folders = lambda: [p for p in (tmp_path / "volume").iterdir() if p.is_dir()]  # noqa: E731
        assert len(folders()) == 1
        cell.tombstone(topic.id)
        wait_until(lambda: not folders(), "removing the files")
        row = client.produce("t", batch(b"v"))
        assert row.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_deleted_while_the_broker_was_down(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume", retention_interval_s=0.1)
    topic = cell.add_topic(tenant.id, "t", configs={"file.delete.delay.ms": "0"})
    with running(cell, config):
        pass
    cell.tombstone(topic.id)
    with running(cell, config):
        folders = lambda: [p for p in (tmp_path / "volume").iterdir() if p.is_dir()]  # noqa: E731
        wait_until(lambda: not folders(), "removing the files")


def test_what_the_metadata_does_not_know_is_left_alone(tmp_path, cell, tenant, key, caplog):
    """Nothing is deleted because metadata is missing."""
    config = node_config(tmp_path / "volume", retention_interval_s=0.1)
    topic = cell.add_topic(tenant.id, "t")
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        client.produce("t", batch(b"v"))
    empty = MemoryCell()
    while len(empty.changes) < len(cell.changes):
        empty.add_tenant(f"other-{len(empty.changes)}")
    with running(empty, config) as node:
        wait_until(lambda: "left alone" in caplog.text, "the warning")
    while len(cell.changes) < len(empty.changes):
        cell.add_tenant(f"other-{len(cell.changes)}")
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        assert client.fetch("t", 0).high_watermark == 1
        assert topic.id in node.node.image.topics


def test_a_damaged_partition_does_not_keep_the_others_from_serving(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume")
    bad = cell.add_topic(tenant.id, "bad")
    cell.add_topic(tenant.id, "good")
    with running(cell, config) as node:
        folder = node.node.volume.partition_directory(bad.id, 0)
    (folder / "partition.metadata").write_text("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA\n")
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        assert client.produce("bad", batch(b"v")).error_code == ErrorCode.KAFKA_STORAGE_ERROR
        assert client.produce("good", batch(b"v")).error_code == 0


def test_config_changes_reach_the_log(tmp_path, cell, tenant, key):
    from dataclasses import replace

    with running(cell, node_config(tmp_path / "volume")) as node:
        topic = cell.add_topic(tenant.id, "t")
        with RawClient(node.port).log_in(key) as client:
            assert client.produce("t", batch(bytes(2000))).error_code == 0
            cell.put_topic(replace(topic, configs={"max.message.bytes": "1000"}))
            runtime = node.node.partitions.get(topic.id, 0)
            wait_until(lambda: runtime.max_message_bytes == 1000, "the new config")
            row = client.produce("t", batch(bytes(2000)))
            assert row.error_code == ErrorCode.MESSAGE_TOO_LARGE


def test_old_records_are_let_go(tmp_path, cell, tenant, key):
    config = node_config(tmp_path / "volume", retention_interval_s=0.1)
    configs = {"retention.ms": "1", "segment.bytes": "1048576"}
    with running(cell, config) as node, RawClient(node.port).log_in(key) as client:
        cell.add_topic(tenant.id, "t", configs=configs)
        for number in range(5):
            client.produce("t", batch(bytes(500_000), timestamp_ms=1 + number))
        wait_until(lambda: client.list_offset("t", -2).offset >= 4, "retention")
        assert client.produce("t", batch(b"new")).base_offset == 5


def test_nothing_of_a_node_outlives_it_in_a_process_that_goes_on(tmp_path, cell):
    with running(cell, node_config(tmp_path / "volume")) as node:
        there = weakref.ref(node.node)
    with running(cell, node_config(tmp_path / "volume")):
        del node
    gc.collect()
    assert there() is None
