"""From a produced record to the console's figures: brokers, PostgreSQL, HTTP."""

from datetime import timedelta

import pytest

from brokers.metering.steps import FINEST_S
from brokers.models import BrokerFigures, ReplicaFigures
from brokers.selectors.database_time import database_time
from brokers.services.roll_up_figures import roll_up_figures
from tenants import scope
from tenants.services.appoint_operator import appoint_operator
from tests.apps.edge_service import PASSWORD, wait_for


@pytest.fixture(scope="module")
def topic(edge, tenant):
    """With ten records, all of them in its brokers' figures and in two ticks."""
    name = edge.topic(tenant, partitions=2, **{"retention.ms": "3600000"})
    # Two ticks that this test does not wait for, and no broker makes meanwhile.
    soon = database_time() + timedelta(minutes=2)
    roll_up(soon)
    with edge.client(tenant.service) as client:
        for number in range(10):
            body = {"partition_id": number % 2, "value": {"type": "STRING", "data": "x" * 100}}
            sent = client.post(f"{tenant.path}/topics/{name}/records", json=body)
            assert sent.status_code == 200, sent.text
    wait_for(lambda: published(tenant) == 10, "the brokers publish what they counted")
    roll_up(soon + timedelta(seconds=FINEST_S))
    return name


def roll_up(at):
    """Once the brokers, which make ticks of their own, let it: one at a time does."""
    wait_for(lambda: roll_up_figures(at), "the figures are rolled up")


def published(tenant):
    with scope.system("test"):
        rows = ReplicaFigures.objects.filter(tenant_id=tenant.id)
        return sum(row.records_in for row in rows)


def test_the_list_of_topics(edge, tenant, topic):
    with edge.client(tenant.service) as client:
        answer = client.get(f"/api/v1/tenants/{tenant.name}/topics").json()
    (row,) = answer["data"]
    assert answer["as_of"] > 0
    assert (row["name"], row["partitions"], row["replication_factor"]) == (topic, 2, 1)
    assert (row["records"], row["under_replicated"], row["offline"]) == (10, 0, 0)
    assert row["bytes"] > 1000
    assert row["records_in_per_s"] == 1.0
    assert row["bytes_in_per_s"] > 100
    assert row["bytes_out_per_s"] == 0
    assert (row["cleanup_policy"], row["retention_ms"]) == ("delete", 3_600_000)
    assert row["created_at"].endswith("Z")


def test_the_partitions_of_a_topic(edge, tenant, topic):
    with edge.client(tenant.service) as client:
        path = f"/api/v1/tenants/{tenant.name}/topics/{topic}/partitions"
        rows = client.get(path).json()["data"]
        absent = client.get(path.replace(topic, "absent"))
    assert [row["partition"] for row in rows] == [0, 1]
    for row in rows:
        assert row["replicas"] == row["isr"] == [row["leader"]]
        assert (row["log_start_offset"], row["high_watermark"]) == (0, 5)
        assert row["bytes"] > 500
        assert (row["offline"], row["lags"]) == ([], {})
    assert absent.status_code == 404


def test_the_overview(edge, tenant, topic):
    with edge.client(tenant.administrator) as client:
        overview = client.get(f"/api/v1/tenants/{tenant.name}/overview").json()
    assert overview["health"] == {
        "state": "good", "under_replicated": 0, "offline": 0, "brokers_down": 0,
    }  # fmt: skip
    assert overview["records_in_per_s"] == 1.0
    assert overview["bytes_stored"] > 1000


def test_the_brokers_of_the_cell(edge, tenant, topic):
    login = edge.person(tenant, "viewer")
    appoint_operator(login=login, by="test")
    wait_for(lambda: BrokerFigures.objects.count() == 2, "both brokers tell how they are")
    with edge.client() as client:
        client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        rows = client.get("/api/v1/cell/brokers").json()["data"]
    assert [row["id"] for row in rows] == [1, 2]
    for row in rows:
        assert row["state"] == "running"
        assert 0 < row["disk_free_bytes"] <= row["disk_bytes"]
        assert row["leaders"] == row["replicas"] > 0
        assert row["under_replicated"] == 0


def test_a_topic_that_was_made_just_now(edge, tenant, topic):
    new = edge.topic(tenant, partitions=3)
    with edge.client(tenant.administrator) as client:
        rows = client.get(f"/api/v1/tenants/{tenant.name}/topics").json()["data"]
        (row,) = (row for row in rows if row["name"] == new)
        assert (row["partitions"], row["replication_factor"]) == (3, 1)
        assert (row["records"], row["offline"]) == (0, 0)
        client.delete(f"{tenant.path}/topics/{new}")
        rows = client.get(f"/api/v1/tenants/{tenant.name}/topics").json()["data"]
    assert [row["name"] for row in rows] == [topic]


def test_series(edge, tenant, topic):
    with edge.client(tenant.administrator) as client:
        path = f"/api/v1/tenants/{tenant.name}/metrics"
        whole = client.get(path, params={"since": "15m"}).json()
        of_topic = client.get(path, params={"scope": f"topic:{topic}", "since": "15m"}).json()
        group = client.get(path, params={"scope": "group:nobody", "since": "7d"}).json()
        refused = [
            client.get(path, params=params).status_code
            for params in (
                {"scope": "topic:absent"}, {"scope": "x"}, {"scope": "topic:"}, {"since": "1s"},
                {"until": "1"}, {"scope": "group:\0"},
            )
        ]  # fmt: skip
    assert refused == [404, 400, 400, 400, 400, 400]
    assert (whole["step_s"], group["step_s"]) == (10, 900)
    for found in (whole, of_topic):
        assert found["series"]["records_in_per_s"][-1] == 1.0
        assert found["series"]["stored_records"][-1] == 10
        assert {len(values) for values in found["series"].values()} == {len(found["times"])}
    assert set(group["series"]["lag"]) == {None}


def test_usage(edge, tenant, topic):
    with edge.client(tenant.administrator) as client:
        path = f"/api/v1/tenants/{tenant.name}/usage"
        rows = client.get(path, params={"days": 2}).json()["data"]
        refused = [
            client.get(path, params={"days": days}).status_code for days in ("0", "x", "99999")
        ]
    assert sum(row["records_in"] for row in rows) == 10
    assert max(row["stored_bytes_max"] for row in rows) > 1000
    assert refused == [400, 400, 400]


def test_usage_by_topic_and_principal_adds_up_to_the_tenant_s(edge, tenant, topic):
    path = f"/api/v1/tenants/{tenant.name}/usage"
    with edge.client(tenant.administrator) as client:

        def rows(**query):
            return client.get(path, params={"step": "hour", **query}).json()["data"]

        wait_for(lambda: sum(row["records_in"] for row in rows(by="principal")) == 10, "usage")
        of_topic, of_principal, of_tenant = rows(by="topic"), rows(by="principal"), rows()
        table = client.get(f"{path}.csv", params={"by": "topic", "step": "hour"})
        refused = [
            client.get(path, params=query).status_code
            for query in (
                {"by": "key"}, {"step": "week"}, {"since": "x"}, {"days": 1, "by": "topic"},
                {"who": "me"},
            )
        ]  # fmt: skip
    assert {row["name"] for row in of_topic if row["records_in"]} == {topic}
    for counter in ("records_in", "bytes_in"):
        whole = sum(row[counter] for row in of_tenant)
        assert sum(row[counter] for row in of_topic) == whole
        assert sum(row[counter] for row in of_principal) == whole
    assert all(row["requests"] >= 1 for row in of_topic if row["records_in"])
    assert {row["connector_task_seconds"] for row in of_topic} == {None}
    assert {row["stored_bytes_max"] for row in of_principal} == {None}
    assert sum(row["requests"] for row in of_tenant) >= 1
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.text.splitlines()[0].startswith("at,name,bytes_in,")
    assert len(table.text.splitlines()) == len(of_topic) + 1
    assert refused == [400] * len(refused)
