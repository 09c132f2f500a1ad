import pytest

from brokers.metadata.topic_configs import TOPIC_CONFIGS
from tests.apps.edge_service import wait_for


@pytest.fixture
def client(edge, tenant):
    with edge.client(tenant.administrator) as client:
        yield client


@pytest.fixture
def topic(edge, tenant):
    return f"{tenant.path}/topics/{edge.topic(tenant)}"


def values(client, topic):
    """What is set on the topic."""
    rows = client.get(f"{topic}/configs").json()["data"]
    return {row["name"]: row["value"] for row in rows if not row["is_default"]}


def test_every_config_with_where_it_comes_from(client, topic):
    assert client.put(f"{topic}/configs/retention.ms", json={"value": "1000"}).status_code == 204
    rows = {row["name"]: row for row in client.get(f"{topic}/configs").json()["data"]}
    assert sorted(rows) == list(rows) == list(TOPIC_CONFIGS)
    assert client.get(rows["flush"]["metadata"]["self"]).json() == rows["flush"]
    retention = rows["retention.ms"]
    assert retention == client.get(f"{topic}/configs/retention.ms").json()
    assert (retention["value"], retention["source"], retention["is_default"]) == (
        "1000",
        "DYNAMIC_TOPIC_CONFIG",
        False,
    )
    default = {"name": "log.retention.ms", "value": "604800000", "source": "DEFAULT_CONFIG"}
    own = {"name": "retention.ms", "value": "1000", "source": "DYNAMIC_TOPIC_CONFIG"}
    assert retention["synonyms"] == [own, default]
    assert (retention["type"], retention["minimum"], retention["default_value"]) == (
        "LONG",
        "-1",
        "604800000",
    )
    assert rows["message.timestamp.type"]["allowed_values"] == ["CreateTime", "LogAppendTime"]
    for row in rows.values():
        assert row["documentation"]
        assert row["accepts"]
        assert row["synonyms"][-1]["source"] == "DEFAULT_CONFIG"
        assert row["synonyms"][-1]["value"] == row["default_value"]


def test_setting_and_resetting(client, topic):
    url = f"{topic}/configs/max.message.bytes"
    assert client.put(url, json={"value": "2000"}).status_code == 204
    assert values(client, topic) == {"max.message.bytes": "2000"}
    assert client.delete(url).status_code == 204
    assert values(client, topic) == {}
    assert client.delete(url).status_code == 204


def test_a_batch_is_done_whole_or_not_at_all(client, topic):
    def alter(*data, **fields):
        return client.post(f"{topic}/configs:alter", json={"data": data, **fields})

    first = {"name": "retention.ms", "value": "1000"}
    second = {"name": "segment.bytes", "value": "2000000", "operation": "SET"}
    assert alter(first, second, validate_only=True).status_code == 204
    assert values(client, topic) == {}
    refused = alter(first, {"name": "segment.bytes", "value": "many"})
    assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)
    assert "segment.bytes" in refused.json()["message"]
    assert values(client, topic) == {}
    assert alter(first, second).status_code == 204
    reset = {"name": "retention.ms", "operation": "DELETE"}
    assert alter(reset, {"name": "cleanup.policy", "value": "compact"}).status_code == 204
    assert values(client, topic) == {"segment.bytes": "2000000", "cleanup.policy": "compact"}


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("retention.ms", {"value": "-2"}, (400, 40002)),
        ("retention.ms", {"value": "1" * 10_000}, (400, 40002)),
        ("retention.ms", {"value": "٣"}, (400, 40002)),
        ("cleanup.policy", {"value": "delete,delete"}, (400, 40002)),
        ("unclean.leader.election.enable", {"value": "true"}, (400, 40002)),
        ("retention.ms", {"value": 1000}, (400, 40002)),
        ("retention.ms", {"valeu": "1000"}, (400, 40002)),
        ("no.such.config", {"value": "1"}, (404, 404)),
    ],
)
def test_what_cannot_be_set_is_refused(client, topic, name, body, told):
    response = client.put(f"{topic}/configs/{name}", json=body)
    assert (response.status_code, response.json()["error_code"]) == told, response.text
    assert values(client, topic) == {}


def test_configs_that_are_not_there(client, tenant, topic):
    for method in ("GET", "DELETE"):
        unknown = client.request(method, f"{topic}/configs/no.such.config")
        assert (unknown.status_code, unknown.json()["error_code"]) == (404, 404)
        absent = client.request(method, f"{tenant.path}/topics/absent/configs/retention.ms")
        assert (absent.status_code, absent.json()["error_code"]) == (404, 40403)


def test_defaults_of_a_topic_that_need_not_exist(client, tenant):
    rows = client.get(f"{tenant.path}/topics/someday/default-configs").json()["data"]
    assert [row["name"] for row in rows] == list(TOPIC_CONFIGS)
    assert all(row["is_default"] and row["source"] == "DEFAULT_CONFIG" for row in rows)
    impossible = client.get(f"{tenant.path}/topics/some%20day/default-configs")
    assert (impossible.status_code, impossible.json()["error_code"]) == (400, 40002)


def test_the_configs_of_all_topics_are_those_of_each(edge):
    tenant = edge.tenant()
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics/-/configs").json()["data"] == []
        names = [edge.topic(tenant), edge.topic(tenant, **{"flush": "os", "flush.ms": "5"})]
        everything = client.get(f"{tenant.path}/topics/-/configs").json()
        one_by_one = [
            row
            for name in sorted(names)
            for row in client.get(f"{tenant.path}/topics/{name}/configs").json()["data"]
        ]
        assert everything["data"] == one_by_one
        assert client.get(everything["metadata"]["self"]).json() == everything


def test_altering_many_topics(edge, client, tenant):
    url = f"{tenant.path}/topics/-/configs:alter"
    one, two = edge.topic(tenant), edge.topic(tenant)
    good = [{"name": "retention.ms", "value": "77"}]
    bad = [{"name": "retention.ms", "value": "soon"}]

    def alter(*topics, **fields):
        data = [{"topic_name": name, "configs": configs} for name, configs in topics]
        return client.post(url, json={"data": data, **fields})

    def retention(name):
        path = f"{tenant.path}/topics/{name}/configs/retention.ms"
        return client.get(path).json()["value"]

    assert alter((one, good), (two, good), validate_only=True).status_code == 204
    assert retention(one) != "77"
    mixed = alter((one, good), (two, bad), ("absent", good))
    assert mixed.status_code == 207
    failures = {each["topic_name"]: each["error_code"] for each in mixed.json()["failures"]}
    assert failures == {two: 40002, "absent": 40403}
    assert (retention(one), retention(two) != "77") == ("77", True)
    assert alter((two, good)).status_code == 204
    assert retention(two) == "77"


def test_a_tenant_sets_its_own_defaults(edge):
    tenant = edge.tenant()
    with edge.client(tenant.administrator) as client:
        url = f"{tenant.path}/broker-configs"

        def listed():
            return {row["name"]: row for row in client.get(url).json()["data"]}

        assert {name: row["value"] for name, row in listed().items()} == {
            "auto.create.topics.enable": "false",
            "num.partitions": "6",
        }
        assert all(row["is_default"] for row in listed().values())
        put = client.put(f"{url}/num.partitions", json={"value": "2"})
        assert put.status_code == 204
        assert listed()["num.partitions"] == client.get(f"{url}/num.partitions").json()
        assert listed()["num.partitions"]["source"] == "DYNAMIC_DEFAULT_BROKER_CONFIG"
        made = client.post(f"{tenant.path}/topics", json={"topic_name": "two"})
        assert made.json()["partitions_count"] == 2
        data = [
            {"name": "num.partitions", "operation": "DELETE"},
            {"name": "auto.create.topics.enable", "value": "true"},
        ]
        assert client.post(f"{url}:alter", json={"data": data}).status_code == 204
        assert [row["value"] for row in listed().values()] == ["true", "6"]
        assert client.delete(f"{url}/auto.create.topics.enable").status_code == 204
        assert [row["value"] for row in listed().values()] == ["false", "6"]
        for name, value, status in (
            ("num.partitions", "0", 400),
            ("num.partitions", "1e3", 400),
            ("auto.create.topics.enable", "yes", 400),
            ("log.retention.ms", "5", 404),
        ):
            refused = client.put(f"{url}/{name}", json={"value": value})
            assert refused.status_code == status, refused.text
            assert name in refused.json()["message"]
        assert all(row["is_default"] for row in listed().values())


def test_brokers_and_what_is_on_them(edge, client, tenant):
    name = edge.topic(tenant, partitions=4)
    cluster = client.get(tenant.path).json()
    assert client.get(cluster["controller"]["related"]).json()["kind"] == "KafkaBroker"
    brokers = client.get(cluster["brokers"]["related"]).json()["data"]
    assert [broker["broker_id"] for broker in brokers] == [1, 2]
    held = {}
    for broker in brokers:
        assert client.get(broker["metadata"]["self"]).json() == broker
        for replica in client.get(broker["partition_replicas"]["related"]).json()["data"]:
            if replica["topic_name"] == name:
                assert (replica["is_leader"], replica["is_in_sync"]) == (True, True)
                assert client.get(replica["metadata"]["self"]).json() == replica
                assert client.get(replica["broker"]["related"]).json() == broker
                held[replica["partition_id"]] = broker["broker_id"]
    partitions = client.get(f"{tenant.path}/topics/{name}/partitions").json()["data"]
    assert held == {each["partition_id"]: each["leader_broker_id"] for each in partitions}
    elsewhere = client.get(f"{partitions[0]['replicas']['related']}/{3 - held[0]}")
    assert elsewhere.status_code == 404
    for absent in ("99", "99999999999999999999"):
        assert client.get(f"{tenant.path}/brokers/{absent}").status_code == 404
        assert client.get(f"{tenant.path}/topics/{name}/partitions/{absent}").status_code == 404


def test_configs_of_brokers_are_read_only(client, tenant):
    url = f"{tenant.path}/brokers/1/configs"
    rows = {row["name"]: row for row in client.get(url).json()["data"]}
    assert all(row["is_read_only"] for row in rows.values())
    assert client.get(rows["broker.id"]["metadata"]["self"]).json() == rows["broker.id"]
    everybody = client.get(f"{tenant.path}/brokers/-/configs").json()["data"]
    assert [row for row in everybody if row["broker_id"] == 1] == list(rows.values())
    refusals = [
        client.put(f"{url}/num.partitions", json={"value": "3"}),
        client.delete(f"{url}/num.partitions"),
        client.post(f"{url}:alter", json={"data": [{"name": "num.partitions", "value": "3"}]}),
    ]
    for refused in refusals:
        assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)
        assert "broker-configs/num.partitions" in refused.json()["message"]
    assert client.put(f"{url}/no.such", json={"value": "3"}).status_code == 404
    assert client.get(f"{tenant.path}/brokers/99/configs").status_code == 404


def test_offsets_of_a_partition(client, topic):
    for number in range(3):
        body = {"partition_id": 0, "value": {"type": "STRING", "data": str(number)}}
        assert client.post(f"{topic}/records", json=body).status_code == 200
    offsets = client.get(f"{topic}/partitions/0/offset").json()
    assert (offsets["earliest_offset"], offsets["latest_offset"]) == (0, 3)
    assert client.get(offsets["metadata"]["self"]).json() == offsets
    latest = client.get(f"{topic}/partitions/0/offset", params={"offset_type": "latest"}).json()
    assert ("earliest_offset" in latest, latest["latest_offset"]) == (False, 3)
    for query in ({"offset_type": "newest"}, {"offset": "latest"}):
        assert client.get(f"{topic}/partitions/0/offset", params=query).status_code == 400
    for partition in ("1", "99999999999999999999"):
        absent = client.get(f"{topic}/partitions/{partition}/offset")
        assert (absent.status_code, absent.json()["error_code"]) == (404, 40403)


def test_deleting_records(edge, client, tenant):
    name = edge.topic(tenant, partitions=2)
    topic = f"{tenant.path}/topics/{name}"
    for number in range(4):
        body = {"partition_id": number % 2, "value": {"type": "STRING", "data": str(number)}}
        assert client.post(f"{topic}/records", json=body).status_code == 200

    def delete(*partitions, **fields):
        asked = [{"partition_id": index, "before_offset": at} for index, at in partitions]
        return client.post(f"{topic}/records:delete", json={"partitions": asked, **fields})

    def starts():
        urls = [f"{topic}/partitions/{index}/offset" for index in (0, 1)]
        return [client.get(url).json()["earliest_offset"] for url in urls]

    rows = [
        {"partition_id": 0, "log_start_offset": 1, "high_watermark": 2, "records": 1},
        {"partition_id": 1, "log_start_offset": 2, "high_watermark": 2, "records": 2},
    ]
    tried = delete((0, "1"), (1, "high_watermark"), validate_only=True)
    assert (tried.status_code, tried.json()["data"], starts()) == (200, rows, [0, 0])
    beyond = delete((0, "1"), (1, "3"))
    assert (beyond.status_code, beyond.json()["error_code"]) == (400, 40002)
    assert f"'{name}'/1" in beyond.json()["message"]
    absent = delete((0, "1"), (2, "1"))
    assert (absent.status_code, absent.json()["error_code"], starts()) == (404, 40403, [0, 0])
    done = delete((0, "1"), (1, "high_watermark"))
    assert (done.status_code, done.json()["data"], starts()) == (200, rows, [1, 2])
    again = delete((0, "1"))
    assert [row["records"] for row in again.json()["data"]] == [0]
    assert client.put(f"{topic}/configs/cleanup.policy", json={"value": "compact"}).is_success
    compacted = delete((0, "2"))
    assert (compacted.status_code, compacted.json()["error_code"]) == (400, 40002)
    assert "cleanup.policy" in compacted.json()["message"]
    deep = client.post(
        f"{topic}/records:delete",
        content=b"[" * 100_000,
        headers={"Content-Type": "application/json"},
    )
    assert deep.status_code == 400
    assert starts() == [1, 2]


def test_who_deleted_what_is_in_the_audit_log(edge):
    from tenants import scope
    from tenants.models import AuditEntry

    tenant = edge.tenant()
    name = edge.topic(tenant)
    with edge.client(tenant.administrator) as client:
        asked = {"partitions": [{"partition_id": 0, "before_offset": 0}]}
        done = client.post(f"{tenant.path}/topics/{name}/records:delete", json=asked)
        assert done.status_code == 200, done.text
    with scope.tenant(tenant.id):
        entry = AuditEntry.objects.filter(tenant_id=tenant.id).order_by("-sequence").first()
    assert (entry.action, entry.object, entry.detail) == (
        "topic.delete_records",
        name,
        {"before": {"0": 0}},
    )


def test_a_reassignment_is_seen_and_cancelled(edge, client, tenant):
    """Throttled, it stays under way: a batch of 100 kB is copied each five seconds."""
    from brokers.kernel.ids import BrokerId, PartitionIndex, Principal, TenantId, TopicName
    from brokers.node.ports import Actor, PartitionAssignment
    from brokers.services.reassign_partitions import reassign_partitions
    from brokers.services.throttle_copies import throttle_copies

    name = edge.topic(tenant)
    topic = f"{tenant.path}/topics/{name}"
    for _ in range(10):
        record = {"partition_id": 0, "value": {"type": "STRING", "data": "x" * 100_000}}
        assert client.post(f"{topic}/records", json=record).status_code == 200
    here = client.get(f"{topic}/partitions/0").json()["leader_broker_id"]
    there = 3 - here
    throttle_copies(bytes_per_second=20_000, by="test")
    try:
        actor = Actor(TenantId(tenant.id), Principal("User:test"), administrator=True)
        target = (BrokerId(here), BrokerId(there))
        move = PartitionAssignment(TopicName(name), PartitionIndex(0), target)
        assert reassign_partitions(actor=actor, assignments=[move]) == [None]
        moving = client.get(f"{topic}/partitions/0/reassignment").json()
        assert (moving["adding_replicas"], moving["removing_replicas"]) == ([there], [])
        for url in (f"{topic}/partitions/-/reassignment", reassignments_of_all(client, tenant)):
            assert client.get(url).json()["data"] == [moving]
        with edge.operator() as operator:
            row = {"tenant": tenant.name, "topic": name, "partition": 0, "adding": [there]}
            wait_for(lambda: seen(operator, row), "the leader has told how far it is")
            cancel = f"/api/v1/cell/reassignments/{tenant.name}/{name}/0"
            assert operator.delete(cancel).status_code == 204
            assert operator.get("/api/v1/cell/reassignments").json()["data"] == []
            assert operator.delete(cancel).status_code == 404
            for odd in (f"absent/{name}/0", f"{tenant.name}/{name}/99999999999", "a%00/b/0"):
                answer = operator.delete(f"/api/v1/cell/reassignments/{odd}")
                assert answer.status_code == 404, answer.text
        assert client.get(f"{topic}/partitions/0/reassignment").status_code == 404
    finally:
        throttle_copies(bytes_per_second=None, by="test")


def reassignments_of_all(client, tenant):
    return client.get(tenant.path).json()["partition_reassignments"]["related"]


def seen(operator, row):
    (found,) = operator.get("/api/v1/cell/reassignments").json()["data"]
    assert row.items() <= found.items()
    if not found["remaining_bytes"] or not found["copy_bytes"]:
        return False
    # Ten records of 100 kB, each in a batch of its own.
    assert 1_000_000 <= found["copy_bytes"] < 1_100_000
    return found["remaining_bytes"] <= found["copy_bytes"]


def test_draining_by_rest(edge, client, tenant):
    name = edge.topic(tenant, partitions=2)
    with edge.operator() as operator:
        url = "/api/v1/cell/brokers/2"
        tried = operator.post(f"{url}/drain", json={"validate_only": True}).json()
        assert tried["moving"] > 0
        assert not drains(operator, client, tenant, name)
        drained = operator.post(f"{url}/drain").json()
        assert (drained["broker_id"], drained["validate_only"]) == (2, False)
        refused = operator.delete(url)
        assert (refused.status_code, refused.json()["error_code"]) == (400, 40002)
        wait_for(lambda: drains(operator, client, tenant, name), "broker 2 is empty")
        assert operator.post(f"{url}/undrain").json()["broker_id"] == 2
        for verb, body in (("drain", {"dry_run": True}), ("undrain", {"validate_only": True})):
            assert operator.post(f"{url}/{verb}", json=body).status_code == 400
        for method, path in (("POST", "99/drain"), ("POST", "99/undrain"), ("DELETE", "99")):
            absent = operator.request(method, f"/api/v1/cell/brokers/{path}")
            assert (absent.status_code, absent.json()["error_code"]) == (404, 404)


def drains(operator, client, tenant, name):
    rows = client.get(f"{tenant.path}/topics/{name}/partitions").json()["data"]
    return all(row["replica_broker_ids"] == [1] for row in rows)
