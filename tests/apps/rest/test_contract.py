"""What the service answers, beside the schemas of Confluent's contract."""

import pytest

from tests.contracts import faults


@pytest.fixture(scope="module")
def topic(edge, tenant):
    name = edge.topic(tenant, partitions=2, **{"retention.ms": "1000"})
    return f"{tenant.path}/topics/{name}"


@pytest.fixture
def client(edge, tenant):
    with edge.client(tenant.administrator) as client:
        yield client


ANSWERS = [
    ("/kafka/v3/clusters", "ClusterDataList"),
    ("{cluster}", "ClusterData"),
    ("{cluster}/broker-configs", "ClusterConfigDataList"),
    ("{cluster}/broker-configs/num.partitions", "ClusterConfigData"),
    ("{cluster}/brokers", "BrokerDataList"),
    ("{cluster}/brokers/1", "BrokerData"),
    ("{cluster}/brokers/-/configs", "BrokerConfigDataList"),
    ("{cluster}/brokers/1/configs", "BrokerConfigDataList"),
    ("{cluster}/brokers/1/configs/broker.id", "BrokerConfigData"),
    ("{cluster}/brokers/1/partition-replicas", "ReplicaDataList"),
    ("{cluster}/topics", "TopicDataList"),
    ("{topic}", "TopicData"),
    ("{topic}?include_authorized_operations=true", "TopicData"),
    ("{topic}/configs", "TopicConfigDataList"),
    ("{topic}/configs/retention.ms", "TopicConfigData"),
    ("{topic}/configs/flush", "TopicConfigData"),
    ("{topic}/default-configs", "TopicConfigDataList"),
    ("{cluster}/topics/-/configs", "TopicConfigDataList"),
    ("{topic}/partitions", "PartitionDataList"),
    ("{topic}/partitions/0", "PartitionData"),
    ("{topic}/partitions/0/replicas", "ReplicaDataList"),
    ("{topic}/partitions/-/reassignment", "ReassignmentDataList"),
    ("{cluster}/topics/-/partitions/-/reassignment", "ReassignmentDataList"),
    ("{cluster}/consumer-groups", "ConsumerGroupDataList"),
]


@pytest.mark.parametrize(("path", "schema"), ANSWERS, ids=[path for path, _ in ANSWERS])
def test_answers_are_as_the_contract_has_them(client, tenant, topic, path, schema):
    response = client.get(path.format(cluster=tenant.path, topic=topic))
    assert response.status_code == 200, response.text
    assert faults(schema, response.json()) == []


def test_writes_answer_as_the_contract_has_them(client, tenant, topic):
    body = {"topic_name": "contracted", "configs": [{"name": "flush", "value": "os"}]}
    for fields, status in (({"validate_only": True}, 200), ({}, 201)):
        made = client.post(f"{tenant.path}/topics", json={**body, **fields})
        assert (made.status_code, faults("TopicData", made.json())) == (status, [])
    grown = client.patch(f"{tenant.path}/topics/contracted", json={"partitions_count": 7})
    assert (grown.status_code, faults("TopicData", grown.json())) == (200, [])
    record = {"partition_id": 0, "value": {"type": "JSON", "data": {"a": 1}}}
    produced = client.post(f"{topic}/records", json=record)
    assert (produced.status_code, faults("ProduceResponse", produced.json())) == (200, [])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("GET /kafka/v3/clusters/lkc-zzzzzz", (404, 404)),
        ("GET {cluster}/topics/absent", (404, 40403)),
        ("GET {topic}/partitions/9", (404, 40403)),
        ("PATCH {topic}", (400, 40002)),
        ("POST {cluster}/topics", (400, 40002)),
        ("GET {topic}/configs/absent", (404, 404)),
        ("GET {topic}/nonsense", (404, 404)),
        ("PUT {topic}", (405, 405)),
    ],
)
def test_errors_have_the_contracts_shape_and_numbers(client, tenant, topic, call, told):
    method, path = call.format(cluster=tenant.path, topic=topic).split()
    response = client.request(method, path)
    assert (response.status_code, response.json()["error_code"]) == told
    assert faults("Error", response.json()) == []


def test_a_fault_would_be_found():
    assert faults("Error", {"error_code": "404", "message": "x"}) != []
    assert faults("TopicData", {"kind": "KafkaTopic"}) != []
    assert faults("ConfigSynonymData", {"name": "a", "source": "SOMEWHERE"}) != []
