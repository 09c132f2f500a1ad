"""REST v2 as clients of Confluent's REST Proxy use it, beside the real service."""

import base64
import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import httpx
import pytest

from streaming.consumers import instance as instance_module
from streaming.consumers import registry
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tests.apps.edge_service import PASSWORD, wait_for

PLAIN = "application/vnd.kafka.v2+json"
JSON = "application/vnd.kafka.json.v2+json"
BINARY = "application/vnd.kafka.binary.v2+json"
SECONDS = 30
_numbers = count(1)


@pytest.fixture
def topic(edge, tenant):
    return edge.topic(tenant)


@pytest.fixture
def consumers(client):
    """``consumers(topics=[…], **config)``: a new instance in a new group; all end with the test."""
    made = []

    def make(topics=None, group=None, auth=None, **config):
        instance = InstanceUnderTest(client, group or f"group{next(_numbers)}", config, auth)
        made.append(instance)
        if topics is not None:
            assert instance.post("subscription", {"topics": topics}).status_code == 204
        return instance

    yield make
    for instance in made:
        instance.delete()


class InstanceUnderTest:
    """A consumer instance by its ``base_uri``."""

    def __init__(self, client, group, config, auth=None):
        self.client, self.group, self.auth = client, group, auth or client.auth
        defaults = {"format": "json", "auto.offset.reset": "earliest"}
        response = client.post(
            f"/kafka/v2/consumers/{group}",
            json={**defaults, **config},
            headers={"Content-Type": PLAIN},
            auth=self.auth,
        )
        assert response.status_code == 200, response.text
        self.name = response.json()["instance_id"]
        self.uri = response.json()["base_uri"]
        self.format = config.get("format", "json")

    def get(self, path, **query):
        return self.client.get(f"{self.uri}/{path}", params=query, auth=self.auth)

    def post(self, path, body=None):
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": PLAIN}
        return self.client.post(
            f"{self.uri}/{path}", content=content, headers=headers, auth=self.auth
        )

    def delete(self):
        return self.client.delete(self.uri, auth=self.auth)

    def poll(self, **query):
        headers = {"Accept": f"application/vnd.kafka.{self.format}.v2+json"}
        response = self.client.get(
            f"{self.uri}/records", params=query, headers=headers, auth=self.auth
        )
        assert response.status_code == 200, response.text
        return response

    def values(self, **query):
        return [each["value"] for each in self.poll(**query).json()]

    def commit(self, *offsets):
        body = {"offsets": list(offsets)} if offsets else None
        response = self.post("offsets", body)
        assert response.status_code == 200, response.text
        return response.json()

    def committed(self):
        return {each["partition"]: each["offset"] for each in self.get("offsets").json()["offsets"]}

    def assigned(self):
        partitions = self.get("assignments").json()["partitions"]
        return [(each["topic"], each["partition"]) for each in partitions]


def produce(client, topic, *values, partition=None):
    path = f"/kafka/v2/topics/{topic}"
    if partition is not None:
        path += f"/partitions/{partition}"
    body = {"records": [{"value": value} for value in values]}
    response = client.post(path, json=body, headers={"Content-Type": JSON})
    assert response.status_code == 200, response.text
    assert all(each["error_code"] is None for each in response.json()["offsets"])
    return response.json()["offsets"]


def test_a_session_as_confluents_documentation_shows_it(client, topic):
    """Its requests, with its media types and its slashes."""
    produced = client.post(
        f"/kafka/v2/topics/{topic}",
        content=b'{"records":[{"key":"a","value":{"foo":"bar"}},{"value":[1,1.50]}]}',
        headers={"Content-Type": JSON, "Accept": PLAIN},
    )
    assert produced.headers["Content-Type"] == PLAIN
    assert produced.json() == {
        "offsets": [
            {"partition": 0, "offset": 0, "error_code": None, "error": None},
            {"partition": 0, "offset": 1, "error_code": None, "error": None},
        ],
        "key_schema_id": None,
        "value_schema_id": None,
    }
    created = client.post(
        "/kafka/v2/consumers/my_json_consumer/",
        content=b'{"name": "my_consumer_instance", "format": "json", '
        b'"auto.offset.reset": "earliest", "auto.commit.enable": "false"}',
        headers={"Content-Type": PLAIN, "Accept": PLAIN},
    )
    uri = f"{client.base_url}/kafka/v2/consumers/my_json_consumer/instances/my_consumer_instance"
    assert created.json() == {"instance_id": "my_consumer_instance", "base_uri": uri}
    subscribed = client.post(
        f"{uri}/subscription",
        json={"topics": [topic]},
        headers={"Content-Type": PLAIN},
    )
    assert (subscribed.status_code, subscribed.content) == (204, b"")
    assert client.get(f"{uri}/subscription").json() == {"topics": [topic]}
    read = client.get(f"{uri}/records", headers={"Accept": JSON})
    assert read.headers["Content-Type"] == JSON
    first, second = read.json()
    timestamp = first.pop("timestamp")
    assert abs(timestamp - time.time() * 1000) < SECONDS * 1000
    assert first == {
        "topic": topic, "key": "a", "value": {"foo": "bar"}, "partition": 0, "offset": 0,
        "headers": [],
    }  # fmt: skip
    assert second["value"] == [1, 1.50]
    assert client.get(f"{uri}/assignments").json() == {
        "partitions": [{"topic": topic, "partition": 0}]
    }
    committed = client.post(
        f"{uri}/offsets",
        json={"offsets": [{"topic": topic, "partition": 0, "offset": 1}]},
        headers={"Content-Type": PLAIN},
    )
    assert committed.status_code == 200
    asked = client.request(
        "GET",
        f"{uri}/offsets",
        json={"partitions": [{"topic": topic, "partition": 0}]},
        headers={"Content-Type": PLAIN},
    )
    # The offset of the last record consumed goes in; the next one to read comes out.
    assert asked.json() == {
        "offsets": [{"topic": topic, "partition": 0, "offset": 2, "metadata": ""}]
    }
    deleted = client.delete(uri, headers={"Content-Type": PLAIN})
    assert (deleted.status_code, deleted.content) == (204, b"")
    gone = client.get(f"{uri}/records", headers={"Accept": JSON})
    assert (gone.status_code, gone.json()["error_code"]) == (404, 40403)
    assert gone.headers["Content-Type"] == PLAIN
    assert "base_uri" in gone.json()["message"]


def test_brokers_topics_partitions_and_offsets(edge, client, tenant):
    assert client.get("/kafka/v2/").json() == {}
    assert client.post("/kafka/v2/").json() == {}
    assert client.get("/kafka/v2/brokers").json() == {"brokers": [1, 2]}
    topic = edge.topic(tenant, 2, **{"retention.ms": "1234567"})
    assert topic in client.get("/kafka/v2/topics").json()
    shown = client.get(f"/kafka/v2/topics/{topic}").json()
    assert (shown["name"], shown["configs"]["retention.ms"]) == (topic, "1234567")
    assert shown["configs"]["cleanup.policy"] == "delete"
    first, second = shown["partitions"]
    assert {first["leader"], second["leader"]} == {1, 2}
    assert first["replicas"] == [{"broker": first["leader"], "leader": True, "in_sync": True}]
    assert client.get(f"/kafka/v2/topics/{topic}/partitions").json() == [first, second]
    assert client.get(f"/kafka/v2/topics/{topic}/partitions/1").json() == second
    produce(client, topic, 1, 2, 3, partition=1)
    extent = client.get(f"/kafka/v2/topics/{topic}/partitions/1/offsets").json()
    assert extent == {"beginning_offset": 0, "end_offset": 3}


def test_binary_records_with_headers_and_timestamps(client, topic, consumers):
    raw = bytes(range(256))
    encoded = base64.b64encode(raw).decode()
    headers = [{"name": "h", "value": "AAE="}, {"name": "none", "value": None}]
    sent = {"key": "AAH/", "value": encoded, "headers": headers, "timestamp": 1234}
    body = {"records": [sent, {"key": None, "value": None, "partition": 0}]}
    response = client.post(f"/kafka/v2/topics/{topic}", json=body, headers={"Content-Type": BINARY})
    assert [each["offset"] for each in response.json()["offsets"]] == [0, 1]
    full, empty = consumers([topic], format="binary").poll().json()
    assert {name: full[name] for name in sent} == sent
    assert (empty["key"], empty["value"], empty["headers"]) == (None, None, [])


def test_a_lost_answer_loses_no_record(edge, client, tenant, topic, consumers):
    """A client vanishes with its answer, and asks again: as kafka-rest issue 582 shows it."""
    produce(client, topic, *range(4))
    instance = consumers([topic], **{"auto.commit.enable": "false"})
    assert instance.values(max_bytes=2) == [0, 1]
    again = instance.poll()
    assert [each["value"] for each in again.json()] == [0, 1]
    assert again.headers["Headwater-Redelivered"] == "true"
    vanish(edge, tenant, f"{urlsplit(instance.uri).path}/records")
    produce(client, topic, 4)
    assert instance.values() == [0, 1]
    assert instance.committed() == {}
    assert instance.commit() == [{"topic": topic, "partition": 0, "offset": 2, "metadata": ""}]
    rest = instance.poll()
    assert [each["value"] for each in rest.json()] == [2, 3, 4]
    assert "Headwater-Redelivered" not in rest.headers
    instance.commit({"topic": topic, "partition": 0, "offset": 3})
    assert instance.committed() == {0: 4}
    assert instance.values() == [4]
    # Whoever comes next in the group goes on from what was committed.
    instance.delete()
    assert consumers([topic], group=instance.group).values() == [4]


def vanish(edge, tenant, path):
    """Ask, and close the connection without having read anything."""
    address = urlsplit(edge.url)
    auth = httpx.BasicAuth(*tenant.service)._auth_header
    with socket.create_connection((address.hostname, address.port)) as wire:
        wire.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {auth}\r\n"
            f"Accept: {JSON}\r\n\r\n".encode()
        )


def test_a_poll_that_is_left_frees_the_instance_for_the_next(
    edge, client, tenant, topic, consumers
):
    instance = consumers([topic])
    assert instance.values(timeout=0) == []
    vanish(edge, tenant, f"{urlsplit(instance.uri).path}/records?timeout=30000")
    produce(client, topic, "after")
    begun = time.monotonic()
    assert instance.values(timeout=20_000) == ["after"]
    assert time.monotonic() - begun < 15


def test_with_auto_commit_the_next_request_says_that_the_answer_arrived(client, topic, consumers):
    produce(client, topic, *range(3))
    instance = consumers([topic], **{"auto.commit.enable": "true"})
    assert instance.values(max_bytes=1) == [0]
    # Where it begins may be known before the first request, which commits that: nothing of [0].
    assert instance.committed() in ({}, {0: 0})
    assert instance.values(max_bytes=1) == [1]
    assert instance.committed() == {0: 1}
    # What was answered last may not have arrived: it is the next member's.
    instance.delete()
    assert consumers([topic], group=instance.group).values() == [1, 2]


def test_a_poll_waits_for_as_many_bytes_as_its_instance_wants(client, topic, consumers):
    produce(client, topic, "a")
    instance = consumers([topic], **{"fetch.min.bytes": 5, "consumer.request.timeout.ms": 20_000})
    thread = threading.Timer(0.5, produce, (client, topic, "b"))
    thread.start()
    begun = time.monotonic()
    assert instance.values() == ["a", "b"]
    assert time.monotonic() - begun < 15
    thread.join()
    instance.commit()
    produce(client, topic, "c")
    assert instance.values(timeout=300) == ["c"]


def test_the_first_poll_waits_for_the_assignment(client, topic, consumers):
    """Even one that has no time of its own; another member has to let go first."""
    produce(client, topic, "there")
    first = consumers([topic], group=f"group{next(_numbers)}")
    assert first.values(timeout=0) == ["there"]
    second = consumers([topic], group=first.group)
    second.poll(timeout=0)
    assert sorted(first.assigned() + second.assigned()) == [(topic, 0)]


def test_two_instances_share_a_topic_and_hand_over(edge, client, tenant, consumers):
    topic = edge.topic(tenant, 2)
    for partition in (0, 1):
        produce(client, topic, f"a{partition}", partition=partition)
    first = consumers([topic])
    seen = []
    while len(seen) < 2:
        seen += first.values()
        first.commit()
    assert sorted(seen) == ["a0", "a1"]
    second = consumers([topic], group=first.group)

    def are_shared():
        first.poll(timeout=0)
        second.poll(timeout=0)
        return len(first.assigned()) == len(second.assigned()) == 1

    wait_for(are_shared, "each has a partition")
    assert sorted(first.assigned() + second.assigned()) == [(topic, 0), (topic, 1)]
    for partition in (0, 1):
        produce(client, topic, f"b{partition}", partition=partition)
    (of_first,), (of_second,) = first.values(), second.values()
    assert {of_first, of_second} == {"b0", "b1"}
    first.commit()
    # The second's answer was not committed, so the first reads it once it has the partition.
    second.delete()
    wait_for(lambda: len(first.assigned()) == 2, "the first has both")
    assert first.values() == [of_second]


def test_what_is_read_while_the_partition_is_taken_is_not_answered(
    edge, client, topic, consumers, monkeypatch
):
    produce(client, topic, "other's")
    instance = consumers([topic])
    state = edge.web_state(registry._by_loop)
    (running,) = [each for each in state._instances.values() if each.name == instance.name]
    look = instance_module.look

    async def look_and_lose(*arguments, **options):
        page = await look(*arguments, **options)
        running._assigned(frozenset())
        return page

    monkeypatch.setattr(instance_module, "look", look_and_lose)
    assert instance.values(timeout=0) == []


def test_partitions_assigned_by_hand_and_positions(edge, client, tenant, consumers):
    topic = edge.topic(tenant, 2)
    for value in range(5):
        body = {"records": [{"value": value, "timestamp": 1000 + value}]}
        path = f"/kafka/v2/topics/{topic}/partitions/1"
        client.post(path, json=body, headers={"Content-Type": JSON}).raise_for_status()
    instance = consumers(**{"auto.commit.enable": "true"})
    one = {"topic": topic, "partition": 1}
    assert instance.post("assignments", {"partitions": [one]}).status_code == 204
    assert instance.assigned() == [(topic, 1)]

    def read_from(path, body):
        response = instance.post(path, body)
        assert response.status_code == 204, response.text
        return instance.values(timeout=0)

    assert read_from("positions", {"offsets": [{**one, "offset": 3}]}) == [3, 4]
    assert read_from("positions/beginning", {"partitions": [one]}) == [0, 1, 2, 3, 4]
    assert read_from("positions/end", {"partitions": [one]}) == []
    for moment in (1002, "1970-01-01T00:00:01.002Z"):
        assert read_from("positions", {"timestamps": [{**one, "timestamp": moment}]}) == [2, 3, 4]
    # Retention may take what it stood at: it goes on with what there is.
    assert read_from("positions", {"offsets": [{**one, "offset": 99}]}) == []
    assert instance.values() == [0, 1, 2, 3, 4]

    refused = instance.post(
        "positions", {"offsets": [{"topic": topic, "partition": 0, "offset": 0}]}
    )
    assert (refused.status_code, refused.json()["error_code"]) == (409, 40903)
    assert instance.post("subscription", {"topics": [topic]}).json()["error_code"] == 40903
    assert client.delete(f"{instance.uri}/subscription").status_code == 204
    assert instance.post("subscription", {"topics": [topic]}).status_code == 204
    assert instance.post("assignments", {"partitions": [one]}).json()["error_code"] == 40903


def test_a_pattern_takes_topics_that_come_later(edge, client, tenant, consumers, monkeypatch):
    monkeypatch.setattr("streaming.consumers.instance.PATTERN_SECONDS", 0)
    prefix = f"pattern{next(_numbers)}"
    instance = consumers()
    pattern = {"topic_pattern": rf"{prefix}\.[a-z]+"}
    assert instance.post("subscription", pattern).status_code == 204
    assert instance.values(timeout=0) == []
    for name in (f"{prefix}.first", f"{prefix}.first.not"):
        with edge.client(tenant.administrator) as admin:
            admin.post(f"{tenant.path}/topics", json={"topic_name": name}).raise_for_status()
        produce(client, name, name)
    wait_for(lambda: instance.values(timeout=0) == [f"{prefix}.first"], "the new topic is read")
    assert instance.get("subscription").json() == {"topics": [f"{prefix}.first"]}
    long = client.post(f"/kafka/v2/consumers/{'g' * 256}")
    assert (long.status_code, long.json()["error_code"]) == (422, 42204)
    bad = instance.post("subscription", {"topic_pattern": r"(a+)+\1"})
    assert (bad.status_code, bad.json()["error_code"]) == (400, 40002)


def test_a_record_that_is_not_json_is_named_and_can_be_passed(client, topic, consumers):
    produce(client, topic, "good")
    raw = {"records": [{"value": base64.b64encode(b"{bad").decode()}]}
    path = f"/kafka/v2/topics/{topic}"
    client.post(path, json=raw, headers={"Content-Type": BINARY}).raise_for_status()
    produce(client, topic, "after")
    instance = consumers([topic])
    assert instance.values() == ["good"]
    instance.commit()
    refused = client.get(f"{instance.uri}/records", headers={"Accept": JSON})
    assert (refused.status_code, refused.json()["error_code"]) == (422, 42203)
    assert "offset 1" in refused.json()["message"]
    past = {"offsets": [{"topic": topic, "partition": 0, "offset": 2}]}
    assert instance.post("positions", past).status_code == 204
    assert instance.values() == ["after"]


def test_instances_are_their_tenants_and_their_principals(edge, client, tenant, topic, consumers):
    instance = consumers([topic])
    twice = client.post(f"/kafka/v2/consumers/{instance.group}", json={"name": instance.name})
    assert (twice.status_code, twice.json()["error_code"]) == (409, 40902)
    absent = instance.uri.replace(instance.name, "absent")
    other = edge.tenant()
    for credentials in (tenant.administrator, other.administrator, other.service):
        for method, path in (("GET", "records"), ("POST", "offsets"), ("DELETE", "")):
            foreign, missing = (
                client.request(method, f"{uri}/{path}".rstrip("/"), auth=credentials)
                for uri in (instance.uri, absent)
            )
            assert foreign.status_code == missing.status_code == 404
            assert foreign.text.replace(instance.name, "absent") == missing.text
    # The same names are free for another tenant.
    with edge.client(other.service) as stranger:
        theirs = InstanceUnderTest(stranger, instance.group, {"name": instance.name})
        assert theirs.delete().status_code == 204
    assert instance.get("subscription").status_code == 200


def test_a_revoked_key_ends_its_instances(edge, client, tenant, topic, consumers):
    key = issue_api_key(tenant_id=tenant.id, by="test", service_account="app")
    instance = consumers([topic], auth=(key.key_id, key.secret))
    assert instance.values(timeout=0) == []
    revoke_api_key(tenant_id=tenant.id, key_id=key.key_id, by="test")
    as_the_other_key = {"auth": tenant.service}
    wait_for(
        lambda: client.get(f"{instance.uri}/subscription", **as_the_other_key).status_code == 404,
        "the instance has ended",
    )


def test_an_instance_that_nobody_asks_ends(edge, client, topic, consumers, monkeypatch):
    monkeypatch.setattr(registry, "UPKEEP_SECONDS", 0.05)
    instance = consumers([topic])
    state = edge.web_state(registry._by_loop)
    (kept,) = [each for each in state._instances.values() if each.name == instance.name]
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(instance.poll, timeout=3_000)
        wait_for(lambda: kept._users == 1, "the poll waits")
        # Not before: a busy machine may need as long from one request to the next.
        monkeypatch.setattr(registry, "IDLE_SECONDS", 0.05)
        assert poll.result().status_code == 200, "it was in use"
    wait_for(lambda: not state._instances, "it has ended")
    assert instance.get("subscription").json()["error_code"] == 40403


def test_a_tenant_has_so_many_instances(client, topic, consumers, monkeypatch):
    monkeypatch.setattr(registry, "INSTANCES_PER_TENANT_MAX", 1)
    kept = consumers([topic])
    refused = client.post(f"/kafka/v2/consumers/{kept.group}")
    assert (refused.status_code, refused.json()["error_code"]) == (429, 42901)
    kept.delete()
    assert consumers([topic]).values(timeout=0) == []


def test_a_delete_ends_a_poll_that_waits(edge, client, tenant, topic, consumers):
    instance = consumers([topic])
    assert instance.values(timeout=0) == []
    answers = []

    def poll():
        with edge.client(tenant.service) as other, contextlib.suppress(httpx.HTTPError):
            answers.append(other.get(f"{instance.uri}/records?timeout=30000"))

    thread = threading.Thread(target=poll)
    thread.start()
    state = edge.web_state(registry._by_loop)
    (running,) = [each for each in state._instances.values() if each.name == instance.name]
    wait_for(lambda: running._users == 1, "the poll waits")
    assert instance.delete().status_code == 204
    thread.join(60)
    assert [answer.status_code for answer in answers] == [404]


def test_people_of_one_tenant_have_instances_too(edge, tenant):
    """What their roles may is in tests/apps/access."""
    with edge.client() as person:
        login = {"login": edge.person(tenant, "developer"), "password": PASSWORD}
        token = {"X-CSRFToken": person.post("/api/v1/session", json=login).json()["csrf_token"]}
        group = f"/kafka/v2/consumers/group{next(_numbers)}"
        assert person.post(group).status_code == 403  # no token
        created = person.post(group, headers=token)
        assert created.status_code == 200, created.text
        assert person.delete(created.json()["base_uri"], headers=token).status_code == 204


RECORDS = '{"records":[%s]}'


@pytest.mark.parametrize(
    ("media_type", "content", "status", "code"),
    [
        ("application/json", RECORDS % '{"value":1}', 415, 415),
        ("application/vnd.kafka.avro.v2+json", RECORDS % '{"value":1}', 415, 415),
        (JSON, "", 400, 40002),
        (JSON, "{", 400, 40002),
        (JSON, "[" * 50_000, 400, 40002),
        (JSON, RECORDS % '{"value":NaN}', 400, 40002),
        (JSON, RECORDS % '{"value":1e999}', 422, 42206),
        (JSON, RECORDS % '{"value":"\\ud800"}', 422, 42206),
        (JSON, "[]", 422, 42206),
        (JSON, RECORDS % "", 422, 42206),
        (JSON, RECORDS % "1", 422, 42206),
        (JSON, RECORDS % '{"valu":1}', 422, 42206),
        (JSON, '{"records":[{"value":1}],"value_schema_id":1}', 422, 42206),
        (BINARY, RECORDS % '{"value":"no base64!"}', 422, 42206),
        (BINARY, RECORDS % '{"value":1}', 422, 42206),
        (JSON, RECORDS % '{"value":1,"partition":-1}', 422, 42206),
        (JSON, RECORDS % '{"value":1,"partition":1}', 404, 40402),
        (JSON, RECORDS % ",".join(["{}"] * 10_001), 422, 42206),
        (JSON, RECORDS % ",".join(["[]"] * 500_000), 422, 42206),
        (JSON, RECORDS % f'{{"value":"{"x" * 13_000_000}"}}', 413, 413),
    ],
)
def test_bad_records_get_clear_errors_and_nothing_is_written(  # noqa: PLR0917
    client, topic, media_type, content, status, code
):
    path = f"/kafka/v2/topics/{topic}"
    response = client.post(path, content=content, headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["error_code"]) == (status, code), response.text
    assert response.json()["message"]
    assert client.get(f"{path}/partitions/0/offsets").json()["end_offset"] == 0


def test_one_record_that_is_refused_is_told_beside_the_others(client, topic):
    body = {"records": [{"value": "x" * 2_000_000}, {"value": "x" * 9_000_000}]}
    path = f"/kafka/v2/topics/{topic}"
    response = client.post(path, json=body, headers={"Content-Type": JSON})
    assert response.status_code == 200, response.text
    for result in response.json()["offsets"]:
        assert (result["offset"], result["error_code"]) == (None, 50002)
        assert topic in result["error"]
    assert produce(client, topic, "after")[0]["offset"] == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"format": "avro"}, "format"),
        ({"auto.offset.reset": "soon"}, "auto.offset.reset"),
        ({"auto.commit.enable": 1}, "auto.commit.enable"),
        ({"fetch.min.bytes": "many"}, "fetch.min.bytes"),
        ({"consumer.request.timeout.ms": 10**9}, "consumer.request.timeout.ms"),
        ({"name": "a/b"}, "name"),
        ({"name": ".."}, "name"),
        ({"name": ""}, "name"),
        ({"id": "fine", "name": "not fine"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"isolation.level": "x"}, "isolation.level"),
        ([], "the body"),
    ],
)
def test_bad_configurations_are_refused_by_the_field(client, body, named):
    response = client.post("/kafka/v2/consumers/g", json=body)
    assert (response.status_code, response.json()["error_code"]) == (422, 42204), response.text
    assert named in response.json()["message"]


def test_bad_requests_of_an_instance(client, topic, consumers):
    instance = consumers()
    place = {"topic": topic, "partition": 0}
    for path, body, status, code in (
        ("subscription", {}, 400, 40002),
        ("subscription", {"topics": [topic], "topic_pattern": "a"}, 400, 40002),
        ("subscription", {"topics": [1]}, 400, 40002),
        ("subscription", {"topics": ["a/b"]}, 400, 40002),
        ("subscription", None, 400, 40002),
        ("assignments", {"partitions": [{"topic": topic}]}, 400, 40002),
        ("assignments", {"partitions": [{"topic": topic, "partition": 9}]}, 404, 40403),
        ("assignments", {"partitions": [{"topic": "absent", "partition": 0}]}, 404, 40403),
        ("positions", {"offsets": [{**place, "offset": 0}]}, 409, 40903),
        ("positions", {"timestamps": [{**place, "timestamp": "soon"}]}, 400, 40002),
        ("positions", {}, 400, 40002),
        ("offsets", {"offsets": [{**place, "offset": -1}]}, 400, 40002),
        ("offsets", {"offsets": [{**place, "offset": 0}]}, 409, 40903),
        ("offsets", {"offset": 1}, 400, 40002),
        ("nonsense", {}, 404, 404),
        ("records", {}, 405, 405),
    ):
        response = instance.post(path, body)
        told = (response.status_code, response.json()["error_code"])
        assert told == (status, code), (path, body, response.text)
    for query, accept, status, code in (
        ("", JSON, 409, 40903),
        ("?timeout=soon", JSON, 400, 40002),
        ("?max_byte=1", JSON, 400, 40002),
        ("", BINARY, 406, 40601),
        ("", "application/vnd.kafka.avro.v2+json", 406, 40601),
        ("", "text/html", 406, 406),
    ):
        response = client.get(f"{instance.uri}/records{query}", headers={"Accept": accept})
        told = (response.status_code, response.json()["error_code"])
        assert told == (status, code), (query, accept, response.text)
    for path, code in (
        ("topics/absent", 40401),
        ("topics/absent/partitions", 40401),
        ("topics/a%00b", 40401),
        ("topics/a%0Ab/partitions", 40401),
        ("a%0Ab", 404),
        (f"topics/{topic}/partitions/1", 40402),
        (f"topics/{topic}/partitions/1/offsets", 40402),
        ("nonsense/", 404),
    ):
        assert client.get(f"/kafka/v2/{path}").json()["error_code"] == code, path
