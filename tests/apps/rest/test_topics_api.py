import pytest
from confluent_kafka.admin import AdminClient, ConfigResource

from streaming.cli.kafka import client_settings
from streaming.records.identity import ADMINISTER, READ, WRITE, Identity


@pytest.fixture
def client(edge, tenant):
    with edge.client(tenant.administrator) as client:
        yield client


@pytest.fixture
def topic(edge, tenant):
    return edge.topic(tenant)


@pytest.fixture(scope="module")
def kafka(edge, tenant):
    """Clients of librdkafka's, one for each broker."""
    from django.conf import settings

    identity = Identity(tenant.id, "User:admin", frozenset({READ, WRITE, ADMINISTER}))
    common = client_settings(settings.HEADWATER, identity)
    servers = common["bootstrap.servers"].split(",")
    return [AdminClient({**common, "bootstrap.servers": server}) for server in servers]


def test_a_topics_life(client, tenant):
    body = {"topic_name": "orders", "partitions_count": 3}
    created = client.post(f"{tenant.path}/topics", json=body)
    assert created.status_code == 201, created.text
    topic = created.json()
    assert topic["kind"] == "KafkaTopic"
    assert (topic["topic_name"], topic["partitions_count"]) == ("orders", 3)
    assert topic["replication_factor"] == 1
    assert created.headers["Location"] == topic["metadata"]["self"]
    assert client.get(topic["metadata"]["self"]).json() == topic
    names = [each["topic_name"] for each in client.get(f"{tenant.path}/topics").json()["data"]]
    assert "orders" in names
    partitions = client.get(topic["partitions"]["related"]).json()["data"]
    assert [each["partition_id"] for each in partitions] == [0, 1, 2]
    assert {each["leader_broker_id"] for each in partitions} == {1, 2}
    assert client.get(partitions[2]["metadata"]["self"]).json() == partitions[2]
    again = client.post(f"{tenant.path}/topics", json=body)
    assert (again.status_code, again.json()["error_code"]) == (400, 40002)
    assert client.delete(topic["metadata"]["self"]).status_code == 204
    assert client.get(topic["metadata"]["self"]).status_code == 404
    assert client.delete(topic["metadata"]["self"]).status_code == 404


def test_a_dry_run_creates_nothing(client, tenant):
    body = {"topic_name": "someday", "partitions_count": 2, "validate_only": True}
    tried = client.post(f"{tenant.path}/topics", json=body)
    assert (tried.status_code, tried.json()["partitions_count"]) == (200, 2)
    assert client.get(f"{tenant.path}/topics/someday").status_code == 404
    refused = client.post(f"{tenant.path}/topics", json={**body, "partitions_count": 100_000})
    assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)


def test_growing(client, tenant, topic):
    url = f"{tenant.path}/topics/{topic}"
    tried = client.patch(url, json={"partitions_count": 3, "validate_only": True})
    assert (tried.status_code, tried.json()["partitions_count"]) == (200, 3)
    assert client.get(url).json()["partitions_count"] == 1
    grown = client.patch(url, json={"partitions_count": 3})
    assert (grown.status_code, grown.json()) == (200, client.get(url).json())
    assert len(client.get(f"{url}/partitions").json()["data"]) == 3
    for count in (3, 2):
        refused = client.patch(url, json={"partitions_count": count})
        assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)
        assert topic in refused.json()["message"]
    absent = client.patch(f"{tenant.path}/topics/absent", json={"partitions_count": 3})
    assert (absent.status_code, absent.json()["error_code"]) == (404, 40403)


def test_what_the_caller_may_do_with_a_topic(edge, client, tenant, topic):
    url = f"{tenant.path}/topics/{topic}"
    assert client.get(url).json()["authorized_operations"] == []
    asked = {"include_authorized_operations": "true"}
    assert client.get(url, params=asked).json()["authorized_operations"] == [
        "ALTER",
        "ALTER_CONFIGS",
        "CREATE",
        "DELETE",
        "DESCRIBE",
        "DESCRIBE_CONFIGS",
        "READ",
        "WRITE",
    ]
    with edge.client(tenant.service) as other:
        operations = other.get(url, params=asked).json()["authorized_operations"]
        assert operations == ["DESCRIBE", "DESCRIBE_CONFIGS", "READ", "WRITE"]
    for query in ({"include_authorized_operations": "1"}, {"include": "true"}):
        refused = client.get(url, params=query)
        assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)


def test_what_was_acknowledged_every_broker_knows(client, tenant, kafka):
    """Over Kafka's protocol, at once, whichever broker is asked."""
    for round_number in range(3):
        name = f"at-once-{round_number}"
        url = f"{tenant.path}/topics/{name}"
        created = client.post(
            f"{tenant.path}/topics", json={"topic_name": name, "partitions_count": 1}
        )
        assert created.status_code == 201
        assert [partitions_of(each, name) for each in kafka] == [1, 1]
        assert client.patch(url, json={"partitions_count": 4}).status_code == 200
        assert [partitions_of(each, name) for each in kafka] == [4, 4]
        value = str(1_000_000 + round_number)
        put = client.put(f"{url}/configs/retention.ms", json={"value": value})
        assert put.status_code == 204
        assert [retention_of(each, name) for each in kafka] == [value, value]
        assert client.delete(url).status_code == 204
        assert [name in each.list_topics().topics for each in kafka] == [False, False]


def partitions_of(kafka, name):
    return len(kafka.list_topics(name, timeout=60).topics[name].partitions)


def retention_of(kafka, name):
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    (answer,) = kafka.describe_configs([resource]).values()
    return answer.result(60)["retention.ms"].value


BAD_JSON = [
    b"",
    b"{",
    b"\xff",
    b'{"topic_name": NaN}',
    b"[" * 200_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"topic_name": "a", "partitions_count": ' + b"9" * 5_000 + b"}",
    b'{"topic_name": "\\ud800"}',
    b'{"topic_name": "\\u0000"}',
    b'{"topic_name": "a/b"}',
    b'{"topic_name": "good", "partitions_count": 1e400}',
    b'{"topic_name": "good", "configs": [{"name": "\\ud800", "value": "1"}]}',
    b'{"topic_name": "good", "configs": [{"name": "retention.ms", "value": "\\u0000"}]}',
    b'{"topic_name": "good", "nonsense": 1}',
]


@pytest.mark.parametrize("content", BAD_JSON, ids=range(len(BAD_JSON)))
def test_bad_bodies_get_a_clear_answer_and_change_nothing(client, tenant, content):
    before = client.get(f"{tenant.path}/topics").json()
    headers = {"Content-Type": "application/json"}
    response = client.post(f"{tenant.path}/topics", content=content, headers=headers)
    assert response.status_code == 400, response.text
    assert response.json()["error_code"] in (400, 40002)
    assert len(response.json()["message"]) < 600
    assert client.get(f"{tenant.path}/topics").json() == before


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_other_media_types_are_refused(client, tenant, media_type):
    headers = {"Content-Type": media_type}
    response = client.post(f"{tenant.path}/topics", content=b"{}", headers=headers)
    assert (response.status_code, response.json()["error_code"]) == (415, 415)


@pytest.mark.parametrize("name", ["a%00b", "%F0%9F%98%80", "a" * 5000, "-"])
def test_names_that_cannot_be_are_absent(client, tenant, name):
    for tail in ("", "/configs", "/partitions", "/partitions/0/replicas"):
        response = client.get(f"{tenant.path}/topics/{name}{tail}")
        if name != "-" or tail != "/configs":
            assert response.status_code == 404, response.text


@pytest.mark.parametrize("path", ["/kafka/v3/a/b%0Ac/d", "/kafka/v3/%0A", "/api/v1/a%0Ab/c"])
def test_a_path_with_a_line_break_is_answered_as_json_too(client, path):
    response = client.get(path)
    assert (response.status_code, response.json()["error_code"]) == (404, 404)
