"""How far a sink is, over REST and kept by real brokers: set, read and forgotten.

A source's offsets are asked in tests/connect/task, and by REST in tests/connect/rest.
"""

from uuid import UUID

import pytest

from connect.services.checked_config import CheckedConfig
from connect.services.create_connector import insert_connector
from connect.states import Kind, TargetState
from tenants import scope


@pytest.fixture(scope="module")
def tenant(edge):
    return edge.tenant()


def stopped(tenant, name):
    """A sink of no plugin that there need be."""
    checked = CheckedConfig("nothing", Kind.SINK, {"name": name}, {})
    with scope.tenant(UUID(tenant.id)):
        insert_connector(UUID(tenant.id), "test", name, checked, TargetState.STOPPED)
    return f"/connect/connectors/{name}/offsets"


def place(topic, partition, offset):
    return {
        "partition": {"kafka_topic": topic, "kafka_partition": partition},
        "offset": {"kafka_offset": offset},
    }


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
        assert client.delete(path).status_code == 200
        assert client.get(path).json() == {"offsets": []}
        told = client.get(f"/api/v1/tenants/{tenant.name}/audit").text
        assert "connector.alter_offsets" in told
        assert "connector.reset_offsets" in told
