"""Metadata, and what a broker does while the metadata store is away."""

import urllib.request
from dataclasses import replace

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.kernel.ids import BrokerId
from brokers.metadata.records import BrokerRecord
from brokers.node.config import ListenerConfig
from brokers.wire.messages.describe_cluster_request import DescribeClusterRequest
from brokers.wire.messages.init_producer_id_request import InitProducerIdRequest
from brokers.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from brokers.wire.registry import ApiKey
from tenants.acl_presets import Preset
from tenants.acls import AclEntry
from tests.node.fakes import MemoryCell
from tests.node.harness import RunningNode, node_config, running, wait_until
from tests.node.raw_client import RawClient, batch

NOT_ALLOWED = ErrorCode.TOPIC_AUTHORIZATION_FAILED


def test_the_cluster_is_the_tenants(world, client):
    answer = client.metadata()
    assert answer.cluster_id == world.tenant.cluster_id
    (broker,) = [b for b in answer.brokers if b.node_id == 1]
    assert (broker.host, broker.port) == ("127.0.0.1", world.node.port)
    assert answer.controller_id == 1


def test_the_edge_gets_internal_addresses(world):
    with RawClient(world.node.internal_port) as edge:
        edge.log_in_as_edge(world.tenant.id)
        ports = [b.port for b in edge.metadata().brokers if b.node_id == 1]
    assert ports == [world.node.internal_port]


def test_a_node_that_ends_gives_its_connections_to_the_store_back(tmp_path):
    cell = MemoryCell()
    with running(cell, node_config(tmp_path / "volume")):
        assert cell.closed == 0
    assert cell.closed == 1


def addresses(client):
    """Of all brokers, fenced ones too."""
    request = DescribeClusterRequest(False, 1, True)
    rows = client.ask(ApiKey.DESCRIBE_CLUSTER, 2, request).brokers
    return {row.broker_id: (row.host, row.port) for row in rows}


def test_the_deployment_s_own_network_gets_addresses_of_its_own(tmp_path):
    """By a listener that takes tenants' keys and nothing of the internal one's."""
    cell = MemoryCell()
    cell.put_broker(BrokerRecord(BrokerId(2), 1, "two", 9093, "127.0.0.1", 1, "volume"))
    cell.put_broker(BrokerRecord(BrokerId(3), 1, "three", 9094, "127.0.0.1", 1, "volume"))
    tenant = cell.add_tenant()
    config = node_config(
        tmp_path / "volume",
        network=ListenerConfig("127.0.0.1", 0, "broker-1", 9392),
        network_addresses={BrokerId(1): ("broker-1", 9392), BrokerId(2): ("broker-2", 9393)},
    )
    with running(cell, config) as node:
        key = cell.add_key(tenant)
        port = node.node.network.port
        with RawClient(port).log_in(key) as client:
            (own,) = [row for row in client.metadata().brokers if row.node_id == 1]
            inner = addresses(client)
            inner_versions = client.api_versions()
        with RawClient(node.port).log_in(key) as client:
            outer = addresses(client)
            assert client.api_versions() == inner_versions
        with RawClient(port) as client:
            assert client.handshake("OAUTHBEARER").error_code == (
                ErrorCode.UNSUPPORTED_SASL_MECHANISM
            )
    assert (own.host, own.port) == ("broker-1", 9392)
    assert inner == {1: ("broker-1", 9392), 2: ("broker-2", 9393), 3: ("three", 9094)}
    assert outer == {1: ("127.0.0.1", node.port), 2: ("two", 9093), 3: ("three", 9094)}


@pytest.mark.parametrize("version", range(14))
def test_a_topic_in_every_version(world, client, topic, version):
    request = MetadataRequest([MetadataRequestTopic(name=topic.name)], True)
    row = client.ask(ApiKey.METADATA, version, request).topics[0]
    assert (row.error_code, row.name) == (0, topic.name)
    (partition,) = row.partitions
    assert (partition.error_code, partition.leader_id) == (0, 1)
    assert (partition.replica_nodes, partition.isr_nodes) == ([1], [1])
    if version >= 10:
        assert row.topic_id == topic.id


def test_all_topics_and_none(client, topic):
    everything = client.ask(ApiKey.METADATA, 0, MetadataRequest([], True))
    assert topic.name in {row.name for row in everything.topics}
    assert not client.ask(ApiKey.METADATA, 1, MetadataRequest([], True)).topics
    everything = client.ask(ApiKey.METADATA, 1, MetadataRequest(None, True))
    assert topic.name in {row.name for row in everything.topics}


@pytest.mark.parametrize("name", ["../x", ".", "..", "a b", "ü", "", "x" * 250])
def test_invalid_names(client, name):
    row = client.metadata(name).topics[0]
    assert row.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION


@pytest.mark.parametrize("name", [None, ""])
def test_by_id(client, topic, name):
    """Java's clients leave the name empty, not null; patterns of KIP-848 hang on that."""
    for topic_id, code in [(topic.id, 0), (b"\x01" * 16, ErrorCode.UNKNOWN_TOPIC_ID)]:
        request = MetadataRequest([MetadataRequestTopic(topic_id, name)], True)
        row = client.ask(ApiKey.METADATA, 12, request).topics[0]
        assert (row.error_code, row.topic_id) == (code, topic_id)
        assert row.name == (topic.name if code == 0 else None)
    request = MetadataRequest([MetadataRequestTopic(topic.id, name or "")], False)
    row = client.ask(ApiKey.METADATA, 10, request).topics[0]
    assert row.error_code == ErrorCode.INVALID_REQUEST


def test_topics_are_created_on_demand_where_the_tenant_wants_it(world, client):
    assert client.metadata("on-demand", auto_create=True).topics[0].error_code == (
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    )
    willing = world.cell.add_tenant("willing", auto_create_topics=True)
    with RawClient(world.node.port).log_in(world.cell.add_key(willing)) as theirs:
        assert theirs.metadata("on-demand").topics[0].error_code != 0
        row = theirs.metadata("on-demand", auto_create=True).topics[0]
        assert (row.error_code, len(row.partitions)) == (0, 1)
        assert theirs.produce("on-demand", batch(b"v")).error_code == 0
        refused = theirs.metadata("../x", auto_create=True).topics[0]
        assert refused.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([("topic", "prefixed", "on-", "write", "allow")], NOT_ALLOWED),
        ([("topic", "prefixed", "on-", "write", "allow"),
          ("topic", "literal", "on-demand", "create", "allow")], ErrorCode.NONE),
        ([("topic", "prefixed", "on-", "describe", "allow"),
          ("cluster", "literal", "kafka-cluster", "create", "allow")], ErrorCode.NONE),
        ([("topic", "literal", "*", "all", "allow"),
          ("topic", "prefixed", "on", "create", "deny")], NOT_ALLOWED),
        ([("topic", "literal", "on-demand", "create", "allow")], NOT_ALLOWED),
    ],
)  # fmt: skip
def test_on_demand_too_a_topic_is_created_by_whoever_may_create_it(world, request, entries, code):
    """Kafka asks for CREATE, on the cluster or the topic, and for DESCRIBE before it."""
    willing = world.cell.add_tenant(request.node.name, auto_create_topics=True)
    app = "User:app"
    key = world.cell.add_key(willing, administrator=False, principal=app, preset=Preset("none"))
    world.cell.allow(willing, *(AclEntry(app, "*", *entry) for entry in entries))
    with RawClient(world.node.port).log_in(key) as client:
        assert client.metadata("on-demand", auto_create=True).topics[0].error_code == code
    with RawClient(world.node.port).log_in(world.cell.add_key(willing)) as boss:
        there = [topic.name for topic in boss.metadata().topics]
    assert there == ([] if code else ["on-demand"])


def test_a_fenced_leader_is_not_offered(world, client):
    world.cell.put_broker(
        BrokerRecord(BrokerId(7), 1, "seven", 1, "127.0.0.1", 1, "volume", fenced=True)
    )
    world.cell.add_topic(world.tenant.id, "leaderless", leaders=[7])
    row = client.metadata("leaderless").topics[0].partitions[0]
    assert (row.error_code, row.leader_id) == (ErrorCode.LEADER_NOT_AVAILABLE, -1)
    assert row.offline_replicas == [7]
    assert 7 not in {broker.node_id for broker in client.metadata().brokers}


# The store away.


def test_serving_goes_on_while_the_store_is_away(world, client, topic):
    client.produce(topic.name, batch(b"before"))
    world.cell.available = False
    wait_until(lambda: not world.node.node.metadata.available, "noticing it")
    assert client.produce(topic.name, batch(b"meanwhile")).error_code == 0
    assert client.fetch(topic.name, 0).high_watermark == 2
    assert client.metadata(topic.name).topics[0].error_code == 0
    absent = client.metadata("absent").topics[0]
    assert absent.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    request = InitProducerIdRequest(transactional_id=None)
    assert client.ask(ApiKey.INIT_PRODUCER_ID, 1, request).error_code == 0
    with world.connect() as other:
        assert other.fetch(topic.name, 1).error_code == 0
    world.cell.available = True
    wait_until(lambda: world.node.node.metadata.available, "noticing its return")
    assert client.produce(topic.name, batch(b"after")).base_offset == 2


def test_a_start_waits_for_the_store(tmp_path):
    cell = MemoryCell()
    cell.available = False
    node = RunningNode(cell, node_config(tmp_path / "volume"))
    try:
        assert not node.thread.ready.wait(0.7)
        assert not node.failures
        cell.available = True
        node.wait_until_ready()
    finally:
        node.stop()


def test_a_start_that_waits_can_be_stopped(tmp_path):
    cell = MemoryCell()
    cell.available = False
    node = RunningNode(cell, node_config(tmp_path / "volume"))
    node.stop()
    assert not node.failures


def test_a_store_restored_from_the_past_changes_nothing(tmp_path, caplog):
    cell = MemoryCell()
    tenant = cell.add_tenant()
    key = cell.add_key(tenant)
    with running(cell, node_config(tmp_path / "volume")) as node:
        topic = cell.add_topic(tenant.id, "kept")
        with RawClient(node.port).log_in(key) as client:
            client.produce("kept", batch(b"v"))
            del cell.changes[-3:]
            wait_until(lambda: "restored from an earlier state" in caplog.text, "the error")
            assert client.fetch("kept", 0).high_watermark == 1
            assert node.node.partitions.get(topic.id, 0) is not None


# Liveness.


def test_a_silent_broker_is_fenced(tmp_path):
    cell = MemoryCell()
    cell.put_broker(BrokerRecord(BrokerId(2), 4, "two", 1, "127.0.0.1", 1, "volume"))
    config = node_config(tmp_path / "volume", heartbeat_interval_s=0.05, session_timeout_s=0.3)
    with running(cell, config) as node:
        wait_until(lambda: cell.brokers[BrokerId(2)].fenced, "fencing the silent broker")
        wait_until(lambda: node.node.image.brokers[BrokerId(2)].fenced, "hearing of it")
        assert not cell.brokers[BrokerId(1)].fenced


def test_a_later_incarnation_ends_the_broker(tmp_path):
    cell = MemoryCell()
    node = RunningNode(cell, node_config(tmp_path / "volume", heartbeat_interval_s=0.05))
    node.wait_until_ready()
    broker = cell.brokers[BrokerId(1)]
    cell.put_broker(replace(broker, incarnation=broker.incarnation + 1))
    wait_until(lambda: node.failures, "the end")
    assert "later one has registered" in str(node.failures[0])
    node.stop()


# Metrics.


def _http(node, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{node.node.metrics_server.port}{path}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_metrics_are_served(world, client, topic):
    data = batch(b"a", b"b", b"c")
    client.produce(topic.name, data)
    client.fetch(topic.name, 0)
    client.fetch("absent", 0)
    status, text = _http(world.node, "/metrics")
    assert status == 200
    labels = f'{{tenant="{world.tenant.id}",topic="{topic.name}"}}'
    for line in (
        f"headwater_bytes_in_total{labels} {len(data)}",
        f"headwater_records_in_total{labels} 3",
        f"headwater_bytes_out_total{labels} {len(data)}",
        f"headwater_records_out_total{labels} 3",
        f"headwater_topic_requests_total{labels} 2",
        f'headwater_errors_total{{tenant="{world.tenant.id}",code="3"}}',
        f'headwater_requests_total{{tenant="{world.tenant.id}",api="produce"}}',
    ):
        assert line in text
    assert _http(world.node, "/health") == (200, "serving\n")
    assert _http(world.node, "/else")[0] == 404


def test_metrics_are_published(tmp_path):
    import json

    from brokers.wire.records import iterate_records
    from tests.node.cell.state import SYSTEM

    cell = MemoryCell()
    tenant = cell.add_tenant()
    config = node_config(tmp_path / "volume", metrics_interval_s=0.1)
    with running(cell, config) as node:
        topic = cell.add_topic(SYSTEM, "__headwater_metrics", internal=True)
        cell.add_topic(tenant.id, "t")
        with RawClient(node.port).log_in(cell.add_key(tenant)) as client:
            client.produce("t", batch(b"v"))
        runtime = lambda: node.node.partitions.get(topic.id, 0)  # noqa: E731
        wait_until(lambda: runtime() and runtime().high_watermark > 2, "published counters")
        offset = runtime().high_watermark - 1
        read = runtime().log.read(
            offset, max_bytes=1 << 20, end_offset=offset + 1, at_least_one=True
        )
        (record,) = iterate_records(memoryview(read.data))
        document = json.loads(record.value)
    assert document["broker"] == 1
    assert {"t"} <= {row["topic"] for row in document["topics"]}
