"""ACLs over REST, and that REST and websockets go by them."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tenants.acl_presets import Preset
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key


@pytest.fixture
def consumer(tenant):
    """The key of an account that may read topics that begin with ``shop-``, and nothing else."""
    name = "shop-reader"
    preset = Preset("consumer", topic="shop-", pattern_type="prefixed", group="shop-")
    ensure_service_account(tenant_id=tenant.id, name=name, by="test", preset=preset)
    issued = issue_api_key(tenant_id=tenant.id, service_account=name, by="test")
    return issued.key_id, issued.secret


def acl(topic, operation="WRITE", principal="User:shop-reader"):
    return {
        "resource_type": "TOPIC", "resource_name": topic, "pattern_type": "LITERAL",
        "principal": principal, "host": "*", "operation": operation, "permission": "ALLOW",
    }  # fmt: skip


def test_a_service_account_sees_and_does_what_its_acls_allow(edge, tenant, consumer):
    cluster = f"/kafka/v3/clusters/{tenant.cluster_id}"
    with edge.client(tenant.administrator) as admin, edge.client(consumer) as reader:
        for name in ("shop-orders", "payroll"):
            assert admin.post(f"{cluster}/topics", json={"topic_name": name}).status_code == 201
        listed = reader.get(f"{cluster}/topics").json()["data"]
        assert [each["topic_name"] for each in listed] == ["shop-orders"]
        seen = reader.get(f"{cluster}/topics/shop-orders?include_authorized_operations=true")
        assert seen.json()["authorized_operations"] == ["DESCRIBE", "READ"]
        for path in ("", "/partitions", "/configs"):
            hidden = reader.get(f"{cluster}/topics/payroll{path}")
            absent = reader.get(f"{cluster}/topics/nothing{path}")
            assert (hidden.status_code, absent.status_code) == (403, 403)
            assert hidden.text.replace("payroll", "nothing") == absent.text
        record = {"value": {"type": "STRING", "data": "x"}}
        written = reader.post(f"{cluster}/topics/shop-orders/records", json=record)
        assert written.json()["error_code"] == 40301
        assert admin.post(f"{cluster}/acls", json=acl("shop-orders")).status_code == 201
        written = reader.post(f"{cluster}/topics/shop-orders/records", json=record)
        assert written.json()["error_code"] == 200
        assert reader.delete(f"{cluster}/topics/shop-orders").status_code == 403
        assert reader.get(f"{cluster}/acls").status_code == 403
        query = "resource_type=TOPIC&resource_name=shop-orders&pattern_type=MATCH&operation=ANY"
        found = admin.get(f"{cluster}/acls?{query}").json()
        assert found["kind"] == "KafkaAclList"
        assert {(e["resource_name"], e["operation"]) for e in found["data"]} >= {
            ("shop-orders", "WRITE"), ("shop-", "READ"),
        }  # fmt: skip
        exact = query.replace("MATCH", "LITERAL") + "&permission=ANY"
        ended = admin.delete(f"{cluster}/acls?{exact}").json()["data"]
        assert [each["operation"] for each in ended] == ["WRITE"]
        again = reader.post(f"{cluster}/topics/shop-orders/records", json=record)
        assert again.json()["error_code"] == 40301


def test_a_live_tail_is_refused_and_ends_with_the_right(edge, tenant, consumer):
    cluster = f"/kafka/v3/clusters/{tenant.cluster_id}"
    with edge.client(tenant.administrator) as admin:
        for name in ("shop-live", "ledger"):
            assert admin.post(f"{cluster}/topics", json={"topic_name": name}).status_code == 201
        with pytest.raises(InvalidStatus) as refused:
            edge.socket("/ws/v1/topics/ledger", consumer)
        assert refused.value.response.status_code == 403
        with edge.socket("/ws/v1/topics/shop-live", consumer) as socket:
            socket.recv(timeout=60)
            query = "resource_type=TOPIC&pattern_type=PREFIXED&resource_name=shop-"
            query += "&operation=ANY&permission=ANY"
            assert admin.delete(f"{cluster}/acls?{query}").status_code == 200
            with pytest.raises(ConnectionClosed) as closed:
                _drain(socket)
            assert closed.value.rcvd.code == 4403


def _drain(socket):
    while True:
        socket.recv(timeout=60)
