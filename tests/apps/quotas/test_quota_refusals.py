"""What a tenant's quotas do not allow is in its audit log, wherever it was asked for."""

import json

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from websockets.exceptions import InvalidStatus

from streaming.quotas.tenant_limits import process_limits
from tenants.selectors.audit_log import AuditFilter, entries_of
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tenants.services.set_tenant_limits import set_tenant_limits
from tests.apps.edge_service import wait_for


@pytest.fixture
def tenant(edge):
    return edge.tenant()


def limit(tenant, **limits):
    set_tenant_limits(tenant_id=tenant.id, by="test", limits=limits)
    process_limits().renewed(tenant.id)


def refusal(tenant, quota):
    """The one entry about that quota, as soon as it is written."""
    found = []

    def look():
        wanted = AuditFilter(outcome="refused", action="quota.*", object=quota)
        found[:] = entries_of(tenant.id, wanted=wanted)
        return found

    wait_for(look, f"a refusal by {quota} in the audit log")
    (entry,) = found
    return entry


def kafka(edge, key, **settings):
    key_id, secret = key
    return {
        "bootstrap.servers": f"127.0.0.1:{edge.kafka_port()}",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": key_id,
        "sasl.password": secret,
        **settings,
    }


def test_a_kafka_client_that_is_held_back(edge, tenant):
    topic = edge.topic(tenant)
    wanted = Alteration({"user": "app"}, {"producer_byte_rate": 1000})
    alter_client_quotas(tenant_id=tenant.id, by="test", alterations=[wanted])
    producer = Producer(kafka(edge, tenant.service, **{"linger.ms": 0}))
    for _ in range(3):
        producer.produce(topic, b"x" * 1000)
        producer.flush(60)
    entry = refusal(tenant, "producer_byte_rate")
    assert (entry.by, entry.action, entry.outcome) == ("User:app", "quota.throttle", "refused")
    assert entry.source == "127.0.0.1"
    assert entry.detail["count"] >= 1
    with edge.client(tenant.administrator) as admin:
        path = f"/api/v1/tenants/{tenant.name}"
        shown = admin.get(f"{path}/audit?action=quota.*").json()["data"]
        assert [each["object"] for each in shown] == ["producer_byte_rate"]
        exported = admin.get(f"{path}/audit.ndjson").text.splitlines()
        assert "quota.throttle" in {json.loads(line)["action"] for line in exported}
        verification = admin.get(f"{path}/audit/verification").json()
    assert verification["is_whole"]


def test_topics_and_partitions_over_the_wire_and_over_rest(edge, tenant):
    limit(tenant, topics=1, partitions=3)
    edge.topic(tenant)
    client = AdminClient(kafka(edge, tenant.administrator))
    (created,) = client.create_topics([NewTopic("over", 1, 1)]).values()
    with pytest.raises(KafkaException):
        created.result(60)
    assert refusal(tenant, "topics").action == "quota.refuse"
    limit(tenant, topics=10)
    with edge.client(tenant.administrator) as admin:
        body = {"topic_name": "large", "partitions_count": 5}
        answer = admin.post(
            f"{tenant.path}/topics", json=body, headers={"X-Request-Id": "too-large"}
        )
    assert answer.status_code == 400
    entry = refusal(tenant, "partitions")
    assert (entry.request_id, entry.by) == ("too-large", "User:tenant-admin")


def test_what_management_refuses_for_there_being_enough(edge, tenant):
    limit(tenant, service_accounts=1)
    with edge.client(tenant.administrator) as admin:
        path = f"/api/v1/tenants/{tenant.name}/service-accounts"
        for name in ("one", "two", "three"):
            assert admin.post(path, json={"name": name}).status_code == 409
    entry = refusal(tenant, "service_accounts")
    assert (entry.action, entry.detail["count"]) == ("quota.refuse", 3)


def test_rest_requests_and_websockets_past_their_limits(edge, tenant):
    limit(tenant, websockets=1)
    path = f"/ws/v1/stream?cluster_id={tenant.cluster_id}"
    with edge.socket(path, tenant.service), pytest.raises(InvalidStatus):
        edge.socket(path, tenant.service)
    entry = refusal(tenant, "websockets")
    assert (entry.by, entry.action) == ("User:app", "quota.refuse")
    limit(tenant, rest_requests_per_s=1)
    with edge.client(tenant.service) as client:
        path = f"{tenant.path}/topics"
        wait_for(lambda: client.get(path).status_code == 429, "a refusal")
    entry = refusal(tenant, "rest_requests_per_s")
    assert (entry.by, entry.action) == ("User:app", "quota.throttle")


def test_another_tenant_is_told_nothing_of_it(edge, tenant):
    limit(tenant, service_accounts=1)
    other = edge.tenant()
    with edge.client(tenant.administrator) as admin:
        admin.post(f"/api/v1/tenants/{tenant.name}/service-accounts", json={"name": "two"})
    refusal(tenant, "service_accounts")
    assert not entries_of(other.id, wanted=AuditFilter(action="quota.*"))
