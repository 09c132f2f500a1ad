"""``/api/v1/quotas`` and what belongs to it."""

import pytest
from confluent_kafka import Producer

from tenants.selectors.audit_log import entries_of
from tests.apps.edge_service import wait_for


@pytest.fixture(scope="module")
def admin(edge, tenant):
    with edge.client(tenant.administrator) as client:
        yield client


def limits(answer):
    assert answer.status_code == 200, answer.text
    return {row["name"]: row for row in answer.json()["data"]}


def refused(answer, status, word):
    assert answer.status_code == status, answer.text
    assert word in answer.json()["message"]


def test_a_tenant_sees_its_limits_with_what_it_uses(edge, tenant, admin):
    with edge.socket(f"/ws/v1/stream?cluster_id={tenant.cluster_id}", tenant.service):
        answer = admin.get("/api/v1/quotas")
    assert answer.json()["plan"] == "standard"
    assert answer.json()["tenant"] == tenant.name
    found = limits(answer)
    assert found["websockets"] == {
        "name": "websockets",
        "unit": "sockets",
        "description": "websockets open at a time",
        "scope": "tenant",
        "default": 1000,
        "applied": 1000,
        "used": 1.0,
    }
    assert found["api_keys"]["used"] == 2
    assert limits(admin.get(f"/api/v1/quotas?tenant={tenant.name}"))["topics"]["applied"] == 1000
    refused(admin.get("/api/v1/quotas?tenant=absent"), 404, "absent")
    refused(admin.get("/api/v1/quotas?x=1"), 400, "'x'")


def test_an_operator_changes_limits_and_plan_and_gives_them_back(edge, tenant, admin, operator):
    path = f"/api/v1/tenants/{tenant.name}/quotas"
    refused(admin.patch(path, json={"limits": {"topics": 5}}), 403, "operator")
    changed = limits(operator.patch(path, json={"limits": {"rest_requests_per_s": 7}}))
    assert changed["rest_requests_per_s"]["applied"] == 7
    assert changed["rest_requests_per_s"]["default"] == 1000
    # It holds at once.
    assert admin.get("/api/v1/quotas").headers["X-RateLimit-Limit"] == "7"
    small = limits(
        operator.patch(path, json={"plan": "small", "limits": {"rest_requests_per_s": None}})
    )
    assert small["rest_requests_per_s"]["applied"] == small["rest_requests_per_s"]["default"] == 50
    limits(operator.patch(path, json={"plan": "standard"}))
    actions = [entry.action for entry in entries_of(tenant.id, limit=100)]
    assert actions.count("tenant.limit") >= 3


def test_a_limit_below_what_is_in_use_is_set_and_said(tenant, operator):
    path = f"/api/v1/tenants/{tenant.name}/quotas"
    above = {"tenant": tenant.name, "name": "api_keys", "applied": 1, "used": 2}
    assert operator.patch(path, json={"limits": {"api_keys": 1}}).json()["exceeded"] == [above]
    assert operator.get(path).json()["exceeded"] == [above]
    plan = {"name": "tight", "limits": {"api_keys": 1}}
    assert operator.put("/api/v1/cell/plans", json=plan).json()["exceeded"] == []
    operator.patch(path, json={"limits": {"api_keys": None}, "plan": "tight"})
    made = operator.put("/api/v1/cell/plans", json=plan).json()
    assert (made["exceeded"], made["unchecked_tenants"]) == ([above], 0)
    assert operator.patch(path, json={"plan": "standard"}).json()["exceeded"] == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"limits": {"nonsense": 1}}, "'nonsense'"),
        ({"limits": {"topics": "5"}}, "limits.topics"),
        ({"limits": {"topics": True}}, "limits.topics"),
        ({"limits": {"topics": 0}}, "topics is 0"),
        ({"limits": []}, "limits"),
        ({"plan": "absent"}, "absent"),
        ({"plan": 5}, "plan"),
        ({"other": 1}, "'other'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tenant, operator, body, word):
    path = f"/api/v1/tenants/{tenant.name}/quotas"
    before = operator.get(path).json()
    refused(operator.patch(path, json=body), 400, word)
    after = operator.get(path).json()
    assert [row["applied"] for row in after["data"]] == [row["applied"] for row in before["data"]]


def test_quotas_of_clients_are_put_listed_and_deleted(edge, tenant, admin):
    path = f"/api/v1/tenants/{tenant.name}/client-quotas"
    entity = {"user": "app", "client-id": None}
    put = admin.put(
        path,
        json={
            "entity": entity,
            "values": {"producer_byte_rate": 1000, "request_percentage": 1.5},
        },
    )
    assert put.status_code == 200, put.text
    admin.put(path, json={"entity": entity, "values": {"producer_byte_rate": 2000}})
    unused = {"used": {"producer_byte_rate": 0}, "used_by": []}
    assert admin.get(path).json() == {
        "data": [{"entity": entity, "values": {"producer_byte_rate": 2000}, **unused}]
    }
    with edge.client(tenant.service) as service:
        assert service.get(path).status_code == 403
        assert service.delete(f"{path}?user=app&client_id=<default>").status_code == 403
    assert admin.delete(f"{path}?user=app").status_code == 404
    assert admin.delete(f"{path}?user=app&client_id=<default>").status_code == 204
    assert admin.get(path).json() == {"data": []}


def test_what_clients_use_is_told_of_the_quota_that_holds(edge):
    tenant = edge.tenant()
    topic = edge.topic(tenant, partitions=2)
    path = f"/api/v1/tenants/{tenant.name}/client-quotas"
    key_id, secret = tenant.service
    producer = Producer(
        {
            "bootstrap.servers": f"127.0.0.1:{edge.kafka_port()}",
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": key_id,
            "sasl.password": secret,
            "client.id": "loader",
        }
    )
    with edge.client(tenant.administrator) as admin:
        for entity in ({"user": "app", "client-id": None}, {"user": None}):
            values = {"producer_byte_rate": 1e9}
            assert admin.put(path, json={"entity": entity, "values": values}).status_code == 200
        found = {}

        def is_used():
            for partition in (0, 1):
                producer.produce(topic, b"x" * 1000, partition=partition)
            producer.flush(60)
            found["rows"] = admin.get(path).json()["data"]
            return found["rows"][0]["used"]["producer_byte_rate"] > 0

        wait_for(is_used, "what the client uses is told")
        every_client, every_user = found["rows"]
        assert every_user["used"] == {"producer_byte_rate": 0}, "a more exact quota holds"
        (used_by,) = every_client["used_by"]
        assert used_by["who"] == {"user": "app", "client-id": "loader"}
        assert used_by["used"] == every_client["used"]["producer_byte_rate"]
        assert 0 < used_by["at_broker"] <= used_by["used"]
        batch = limits(admin.get("/api/v1/quotas"))["message_bytes"]
        assert 1000 < batch["used"] < 3000


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"entity": {"host": "a"}, "values": {"producer_byte_rate": 1}}, "'host'"),
        ({"entity": {}, "values": {"producer_byte_rate": 1}}, "entity"),
        ({"entity": {"user": 5}, "values": {"producer_byte_rate": 1}}, "entity.user"),
        ({"entity": {"user": "a"}, "values": {}}, "values"),
        ({"entity": {"user": "a"}, "values": {"producer_byte_rate": None}}, "producer_byte_rate"),
        ({"entity": {"user": "a"}, "values": {"producer_byte_rate": -1}}, "producer_byte_rate"),
        ({"entity": {"ip": "a"}, "values": {"connection_creation_rate": 1}}, "IP address"),
        ({"entity": {"ip": "::1"}, "values": {"producer_byte_rate": 1}}, "producer_byte_rate"),
    ],
)
def test_a_quota_that_cannot_be_is_refused(tenant, admin, body, word):
    refused(admin.put(f"/api/v1/tenants/{tenant.name}/client-quotas", json=body), 400, word)


def test_operators_change_plans(tenant, admin, operator):
    refused(admin.get("/api/v1/cell/plans"), 403, "operator")
    made = operator.put("/api/v1/cell/plans", json={"name": "trial", "limits": {"topics": 3}})
    assert made.status_code == 200, made.text
    assert made.json()["limits"]["topics"] == 3
    plans = {
        each["name"]: each["limits"] for each in operator.get("/api/v1/cell/plans").json()["data"]
    }
    assert plans["trial"]["topics"] == 3
    assert plans["trial"]["groups"] == plans["standard"]["groups"]
    for body, word in (
        ({"name": "NO", "limits": {}}, "NO"),
        ({"name": "x", "limits": {"topics": None}}, "limits.topics"),
        ({"name": "x"}, "limits"),
    ):
        refused(operator.put("/api/v1/cell/plans", json=body), 400, word)
