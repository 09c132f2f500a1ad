import pytest


@pytest.fixture(scope="module")
def tenant(edge):
    return edge.tenant()


def test_a_topics_life(edge, tenant):
    with edge.client(tenant.administrator) as client:
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
