"""The audit log over HTTP: what was done, what was not allowed, from where and by which request."""

import csv
import json

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from websockets.exceptions import InvalidStatus

from brokers.node.authentication.unknown_login import NOT_SHOWN
from brokers.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from brokers.wire.messages.offset_delete_request import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from brokers.wire.registry import ApiKey
from tenants.acl_presets import Preset
from tenants.acls import AclEntry
from tenants.models import PLATFORM
from tenants.selectors.audit_log import AuditFilter, entries_of
from tenants.services.create_acls import create_acls
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.issue_api_key import issue_api_key
from tests.apps.edge_service import PASSWORD, wait_for
from tests.node.raw_client import RawClient


@pytest.fixture
def service_key(edge, tenant):
    with edge.client(tenant.service) as client:
        yield client


def refusal(chain, **wanted):
    """The one entry of that kind, as soon as it is written."""
    found = []

    def look():
        found[:] = entries_of(chain, wanted=AuditFilter(outcome="refused", **wanted))
        return found

    wait_for(look, f"a refusal {wanted} in the audit log")
    (entry,) = found
    return entry


def test_a_request_s_id_goes_through_to_the_audit_log(admin_key, path, tenant):
    body = {"name": "named"}
    answer = admin_key.post(
        f"{path}/service-accounts", json=body, headers={"X-Request-Id": "build-7.a_b"}
    )
    assert answer.headers["X-Request-Id"] == "build-7.a_b"
    entry = entries_of(tenant.id, limit=1)[0]
    assert (entry.object, entry.request_id) == ("named", "build-7.a_b")
    assert entry.source == "127.0.0.1"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "ü", "a\tb"])
def test_an_id_that_could_do_harm_is_replaced(edge, sent):
    with edge.client() as client:
        answer = client.get("/api/v1/session", headers={"X-Request-Id": sent.encode()})
    assert answer.headers["X-Request-Id"] != sent
    assert len(answer.headers["X-Request-Id"]) == 32


def test_every_answer_has_an_id(edge, tenant, admin_key):
    records = admin_key.get(f"{tenant.path}/topics/absent/records")
    assert records.status_code == 404
    with edge.client() as client:
        answers = [records, client.get("/absent"), client.get("/kafka/v3/clusters")]
    ids = {answer.headers["X-Request-Id"] for answer in answers}
    assert len(ids) == len(answers)


def test_a_topic_made_over_kafka_tells_connection_and_request(edge, tenant):
    with RawClient(edge.kafka_port()) as client:
        client.log_in(tenant.administrator)
        request = CreateTopicsRequest([CreatableTopic("by-kafka", 1, 1)], 5000)
        assert client.ask(ApiKey.CREATE_TOPICS, 5, request).topics[0].error_code == 0
    entry = entries_of(tenant.id, wanted=AuditFilter(object="by-kafka"))[0]
    assert entry.source == "127.0.0.1"
    broker, incarnation, connection, correlation = entry.request_id.split(".")
    assert int(broker) in (1, 2)
    assert int(incarnation) > 0
    assert int(connection) > 0
    assert int(correlation) >= 0


@pytest.fixture
def kafka(edge, tenant):
    """Settings of an unmodified Kafka client with the administrator's key."""
    key_id, secret = tenant.administrator
    return {
        "bootstrap.servers": f"127.0.0.1:{edge.kafka_port()}",
        "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
        "sasl.username": key_id, "sasl.password": secret,
    }  # fmt: skip


def commit(kafka, group, places):
    reader = Consumer(kafka | {"group.id": group})
    reader.commit(offsets=places, asynchronous=False)
    reader.close()


def deed(tenant, action, name):
    """The one entry that tells of it, as soon as it is written."""
    found = []

    def look():
        found[:] = entries_of(tenant.id, wanted=AuditFilter(action=action, object=name))
        return found

    wait_for(look, f"{action} of {name} in the audit log")
    (entry,) = found
    return entry


def test_what_a_kafka_client_deletes_is_in_the_log(edge, tenant, kafka):
    """Records and groups have no rows: no verb of the control plane writes these entries."""
    topic, group = edge.topic(tenant), "swept"
    producer = Producer(kafka)
    producer.produce(topic, b"v")
    assert producer.flush(30) == 0
    places = [TopicPartition(topic, 0, 1)]
    commit(kafka, group, places)
    admin = AdminClient(kafka)
    for deleted in admin.delete_records(places).values():
        assert deleted.result(30).low_watermark == 1
    forget = OffsetDeleteRequest(
        group, [OffsetDeleteRequestTopic(topic, [OffsetDeleteRequestPartition(0)])]
    )

    def is_forgotten(number):
        with RawClient(edge.kafka_port(number)) as client:
            client.log_in(tenant.administrator)
            return client.ask(ApiKey.OFFSET_DELETE, 0, forget).error_code == 0

    assert any(is_forgotten(number) for number in (1, 2)), "one of them coordinates the group"
    commit(kafka, group, places)
    for deleted in admin.delete_consumer_groups([group]).values():
        deleted.result(30)
    for action, name in (
        ("topic.delete_records", topic),
        ("group.delete_offsets", group),
        ("group.delete", group),
    ):
        entry = deed(tenant, action, name)
        assert (entry.by, entry.outcome, entry.source) == ("User:tenant-admin", "done", "127.0.0.1")
        assert entry.detail["count"] == 1
        assert len(entry.request_id.split(".")) == 4


def test_what_an_administrator_s_client_moves_of_a_group_is_in_the_log(edge, tenant, kafka):
    """Forwards too, where members read: their own commits, and their way back, are no change."""
    topic, group = edge.topic(tenant), "moved"
    reader = Consumer(kafka | {"group.id": group, "enable.auto.commit": False})
    reader.subscribe([topic])
    wait_for(lambda: reader.poll(0.1) is None and reader.assignment(), "an assignment")
    for offset in (4, 2):
        reader.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
    reader.close()
    admin = AdminClient(kafka)
    moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 90)])
    for each in admin.alter_consumer_group_offsets([moved]).values():
        each.result(30)
    entry = deed(tenant, "group.reset_offsets", group)
    assert (entry.by, entry.outcome, entry.source) == ("User:tenant-admin", "done", "127.0.0.1")
    assert entry.detail["offsets"] == [{"topic": topic, "partition": 0, "from": 2, "to": 90}]


def test_a_request_that_was_not_allowed_is_in_its_tenant_s_log(service_key, path, tenant):
    for _ in range(3):
        refused = service_key.get(f"{path}/audit", headers={"X-Request-Id": "curious"})
        assert refused.status_code == 403
    entry = refusal(tenant.id, action="http.get", object=f"{path}/audit")
    assert entry.by == "User:app"
    assert (entry.source, entry.request_id) == ("127.0.0.1", "curious")
    assert 1 <= entry.detail["count"] <= 3


def test_what_concerns_no_tenant_is_in_the_platform_s_log(service_key, tenant):
    assert service_key.get("/api/v1/cell/reassignments").status_code == 403
    assert refusal(tenant.id, object="/api/v1/cell/reassignments").by == "User:app"


def test_a_wrong_secret_is_the_tenant_s_to_know_and_an_unknown_key_the_platform_s(edge, tenant):
    key_id, _ = tenant.service
    for name in (key_id, "HWNOSUCHKEYABCDE"):
        with edge.client((name, "a-secret-that-must-not-be-kept")) as client:
            assert client.get("/kafka/v3/clusters").status_code == 401
    assert refusal(tenant.id, action="login.http").object == key_id
    unknown = refusal(PLATFORM, action="login.http", object="HWNOSUCHKEYABCDE")
    assert "a-secret-that-must-not-be-kept" not in json.dumps(unknown.detail)
    assert unknown.by == "nobody"


def test_a_socket_that_is_not_let_in_is_noted_and_has_an_id(edge):
    with (
        pytest.raises(InvalidStatus) as refused,
        edge.socket("/ws/v1/stream", ("HWNOSUCHKEYABCDF", "wrong")),
    ):
        pass
    response = refused.value.response
    assert response.status_code == 401
    entry = refusal(PLATFORM, action="login.http", object="HWNOSUCHKEYABCDF")
    assert entry.request_id == response.headers["X-Request-Id"]


def answer_to(socket, **message):
    """The code of the error that a message of an open socket is answered with."""
    socket.send(json.dumps({"id": "x", **message}))
    while (frame := json.loads(socket.recv(timeout=60)))["type"] != "error":
        pass
    return frame["code"]


def test_what_the_messages_of_an_open_socket_ask_in_vain_is_noted(edge, tenant):
    topic, path = edge.topic(tenant), f"/ws/v1/stream?cluster_id={tenant.cluster_id}"
    ensure_service_account(
        tenant_id=tenant.id, name="sees-nothing", by="test", preset=Preset("none")
    )
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="sees-nothing")
    with edge.socket(path, (key.key_id, key.secret)) as socket:
        assert answer_to(socket, type="subscribe", topic=topic) == 4403
    entry = refusal(tenant.id, action="topic.read", object=topic)
    assert (entry.by, entry.source) == ("User:sees-nothing", "127.0.0.1")
    assert entry.request_id
    login = edge.person(tenant, "viewer")
    with edge.client() as browser:
        browser.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with edge.socket(path, headers={"Cookie": cookies}, origin=edge.url) as socket:
        value = {"type": "string", "data": "v"}
        assert answer_to(socket, type="produce", topic=topic, value=value) == 4403
    assert refusal(tenant.id, action="topic.write", object=topic).by == f"User:@{login}"


def test_what_is_refused_beside_what_is_done_is_noted(edge, tenant):
    own, other = edge.topic(tenant), edge.topic(tenant)
    who = "User:tunes-one"
    ensure_service_account(tenant_id=tenant.id, name="tunes-one", by="test", preset=Preset("none"))
    may = AclEntry(who, "*", "topic", "literal", own, "alter_configs", "allow")
    create_acls(tenant_id=tenant.id, entries=[may], by="test")
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="tunes-one")
    configs = [{"name": "retention.ms", "value": "77"}]
    body = {"data": [{"topic_name": name, "configs": configs} for name in (own, other)]}
    with edge.client((key.key_id, key.secret)) as client:
        url = f"{tenant.path}/topics/-/configs:alter"
        answer = client.post(url, json=body, headers={"X-Request-Id": "half-of-it"})
    assert answer.status_code == 207
    assert [each["topic_name"] for each in answer.json()["failures"]] == [other]
    entry = refusal(tenant.id, action="topic.alter_configs", object=other)
    assert (entry.by, entry.request_id, entry.outcome) == (who, "half-of-it", "refused")


def test_no_credential_is_no_refusal_and_a_wrong_password_is_one(edge, tenant):
    login = edge.person(tenant, "viewer")
    with edge.client() as client:
        assert client.get("/api/v1/session").status_code == 401
        body = {"login": login, "password": PASSWORD[::-1]}
        assert client.post("/api/v1/session", json=body).status_code == 401
    entry = refusal(PLATFORM, action="login.password", object=login)
    assert entry.detail == {"count": 1}


def test_a_secret_that_was_put_in_place_of_a_name_is_not_written_down(edge, tenant):
    secret = "a-secret-in-the-wrong-field"
    with edge.client((secret, "x")) as client:
        assert client.get("/kafka/v3/clusters").status_code == 401
        body = {"login": secret, "password": "x" * 12}
        assert client.post("/api/v1/session", json=body).status_code == 401
    with RawClient(edge.kafka_port()) as client:
        client.handshake("PLAIN")
        client.authenticate(f"\0{secret}\0x".encode())
    for action in ("login.http", "login.password", "login.kafka"):
        assert refusal(PLATFORM, action=action, object=NOT_SHOWN).by == "nobody"
    assert all(secret not in each.object for each in entries_of(PLATFORM, limit=1000))


def test_a_wrong_secret_over_kafka_is_in_the_tenant_s_log(edge, tenant):
    key_id, _ = tenant.service
    with RawClient(edge.kafka_port()) as client:
        client.handshake("PLAIN")
        assert client.authenticate(f"\0{key_id}\0wrong".encode()).error_code == 58
    entry = refusal(tenant.id, action="login.kafka")
    assert (entry.object, entry.source) == (key_id, "127.0.0.1")
    assert entry.detail == {"broker": 1, "count": 1}


def test_filters_exports_and_the_proof(admin_key, path):
    for name in ("first", "second"):
        admin_key.post(f"{path}/service-accounts", json={"name": name})
    query = "action=service_account.*&object=second"
    (found,) = admin_key.get(f"{path}/audit?{query}").json()["data"]
    assert (found["object"], found["outcome"], found["source"]) == ("second", "done", "127.0.0.1")
    after = admin_key.get(f"{path}/audit", params={"since": found["at"]}).json()["data"]
    assert after[-1] == found
    lines = admin_key.get(f"{path}/audit.ndjson").text.splitlines()
    verified = admin_key.get(f"{path}/audit/verification").json()
    assert verified["is_whole"] is True
    assert [json.loads(line)["sequence"] for line in lines][-1] <= verified["entries"]
    table = admin_key.get(f"{path}/audit.csv?{query}", headers={"Accept": "text/csv"})
    assert table.headers["Content-Disposition"].startswith("attachment")
    (row,) = csv.DictReader(table.text.splitlines())
    assert row["object"] == "second"
    for wrong in ("outcome=x", "since=yesterday", "since=2026-01-01T00:00:00", "by=%00", "who=me"):
        assert admin_key.get(f"{path}/audit?{wrong}").status_code == 400, wrong
        assert admin_key.get(f"{path}/audit.csv?{wrong}").status_code == 400, wrong


def test_another_tenant_s_log_cannot_be_seen(edge, path):
    stranger = edge.tenant()
    with edge.client(stranger.administrator) as client:
        for rest in ("audit", "audit.ndjson", "audit.csv", "audit/verification"):
            assert client.get(f"{path}/{rest}").status_code == 404
