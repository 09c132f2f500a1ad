"""How far a connector is, over REST and kept by real brokers: set, read and forgotten."""

from contextlib import contextmanager
from uuid import UUID

from confluent_kafka import Consumer
from django.conf import settings

from connect.services.checked_config import CheckedConfig
from connect.services.create_connector import insert_connector
from connect.states import Kind, TargetState
from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants import scope
from tests.apps.edge_service import wait_for


def stopped(tenant, name, kind=Kind.SINK):
    """A connector of no plugin that there need be."""
    checked = CheckedConfig("nothing", kind, {"name": name}, {})
    with scope.tenant(UUID(tenant.id)):
        insert_connector(UUID(tenant.id), "test", name, checked, TargetState.STOPPED)
    return f"/connect/connectors/{name}/offsets"


def place(topic, partition, offset):
    return {
        "partition": {"kafka_topic": topic, "kafka_partition": partition},
        "offset": {"kafka_offset": offset},
    }


@contextmanager
def member(tenant, group, topic):
    """A consumer that is in the group and has the topic's partition."""
    identity = administrator_of(tenant.name, READ, WRITE, ADMINISTER)
    ours = {"group.id": group, "enable.auto.commit": False}
    consumer = Consumer(client_settings(settings.HEADWATER, identity) | ours)
    consumer.subscribe([topic])

    def has_it():
        consumer.poll(0.1)
        return consumer.assignment()

    try:
        wait_for(has_it, "the consumer has its partition")
        yield
    finally:
        consumer.close()


def test_a_sink_s_offsets(edge, tenant):
    path = stopped(tenant, "to-files")
    topic = edge.topic(tenant, partitions=2)
    with edge.client(tenant.administrator) as client:
        both = [place(topic, 0, 5), place(topic, 1, 7)]
        answer = client.patch(path, json={"offsets": both})
        assert answer.status_code == 200, answer.text
        assert client.get(path).json() == {"offsets": both}
        groups = client.get(f"{tenant.path}/consumer-groups/connect-to-files/lags").json()["data"]
        assert {each["current_offset"] for each in groups} == {5, 7}
        moved_and_forgotten = [place(topic, 0, 6), {**place(topic, 1, 0), "offset": None}]
        assert client.patch(path, json={"offsets": moved_and_forgotten}).status_code == 200
        assert client.get(path).json() == {"offsets": [place(topic, 0, 6)]}
        assert client.delete(path).status_code == 200
        assert client.get(path).json() == {"offsets": []}
        told = client.get(f"/api/v1/tenants/{tenant.name}/audit").text
        assert "connector.alter_offsets" in told
        assert "connector.reset_offsets" in told


def test_a_sink_that_has_committed_nothing(edge, tenant):
    """There is no group then, and nothing that could be forgotten: which is what was asked for."""
    path = stopped(tenant, "never-ran")
    topic = edge.topic(tenant)
    with edge.client(tenant.administrator) as client:
        assert client.get(path).json() == {"offsets": []}
        forgotten = {**place(topic, 0, 0), "offset": None}
        assert client.patch(path, json={"offsets": [forgotten]}).status_code == 200
        assert client.delete(path).status_code == 200
        assert client.get(path).json() == {"offsets": []}


def test_offsets_that_cannot_be(edge, tenant):
    path = stopped(tenant, "to-nowhere")
    with edge.client(tenant.administrator) as client:
        refused = client.patch(path, json={"offsets": [place("no-such-topic", 0, 1)]})
        assert (refused.status_code, refused.json()["error_code"]) == (404, 404)
        assert "connect-to-nowhere" in refused.json()["message"]
        assert client.get(path).json() == {"offsets": []}


def test_a_group_that_others_have_joined_is_left_to_them(edge, tenant):
    path = stopped(tenant, "joined")
    topic = edge.topic(tenant)
    with edge.client(tenant.administrator) as client:
        assert client.patch(path, json={"offsets": [place(topic, 0, 3)]}).status_code == 200
        with member(tenant, "connect-joined", topic):
            refused = [
                client.patch(path, json={"offsets": [place(topic, 0, 1)]}),
                client.patch(path, json={"offsets": [{**place(topic, 0, 0), "offset": None}]}),
                client.delete(path),
            ]
            assert [each.json()["error_code"] for each in refused] == [409] * 3, refused
        assert client.get(path).json() == {"offsets": [place(topic, 0, 3)]}


def file_at(name, position):
    offset = None if position is None else {"position": position}
    return {"partition": {"filename": name}, "offset": offset}


def test_a_source_s_offsets(edge, tenant):
    path = stopped(tenant, "from-files", Kind.SOURCE)
    with edge.client(tenant.administrator) as client:
        assert client.get(path).json() == {"offsets": []}
        assert client.delete(path).status_code == 200
        both = [file_at("a", 5), file_at("b", 7)]
        answer = client.patch(path, json={"offsets": both})
        assert answer.status_code == 200, answer.text
        assert client.get(path).json() == {"offsets": both}
        moved_and_forgotten = [file_at("a", 6), file_at("b", None)]
        assert client.patch(path, json={"offsets": moved_and_forgotten}).status_code == 200
        assert client.get(path).json() == {"offsets": [file_at("a", 6)]}
        assert client.delete(path).status_code == 200
        assert client.get(path).json() == {"offsets": []}


def test_a_source_s_offsets_are_kept_apart_from_others(edge, tenant):
    paths = [stopped(tenant, name, Kind.SOURCE) for name in ("one", "other")]
    with edge.client(tenant.administrator) as client:
        for position, path in enumerate(paths):
            given = {"offsets": [file_at("a", position)]}
            assert client.patch(path, json=given).status_code == 200
        assert client.delete(paths[0]).status_code == 200
        assert client.get(paths[0]).json() == {"offsets": []}
        assert client.get(paths[1]).json() == {"offsets": [file_at("a", 1)]}
        topic = client.get("/kafka/v2/topics/connect-offsets").json()
        assert (topic["configs"]["cleanup.policy"], len(topic["partitions"])) == ("compact", 1)


def test_a_source_s_offsets_that_json_has_no_room_for(edge, tenant):
    path = stopped(tenant, "too-far", Kind.SOURCE)
    with edge.client(tenant.administrator) as client:
        refused = client.patch(path, json={"offsets": [file_at("a", 2**70)]})
        assert refused.status_code == 400, refused.text
        assert client.get(path).json() == {"offsets": []}
