"""Consumer groups over REST beside real consumers of both protocols."""

import time
from contextlib import contextmanager
from itertools import count
from urllib.parse import quote

import pytest
from confluent_kafka import Consumer, TopicPartition
from django.conf import settings

from streaming.cli.identity import administrator_of
from streaming.cli.kafka import client_settings
from streaming.records.identity import ADMINISTER, READ, WRITE
from tenants import scope
from tenants.models import AuditEntry
from tests.apps.edge_service import PASSWORD, wait_for

_numbers = count(1)


@pytest.fixture
def group(edge, tenant, client):
    """A name that no group has yet, and a topic of two partitions for it."""
    return GroupUnderTest(f"group/{next(_numbers)}", edge.topic(tenant, 2), tenant, client)


class GroupUnderTest:
    """One group and one topic; what consumers do with them, and what REST tells."""

    def __init__(self, name, topic, tenant, client):
        self.name, self.topic, self.tenant, self.client = name, topic, tenant, client
        self.url = f"{tenant.path}/consumer-groups/{quote(name, safe='')}"
        identity = administrator_of(tenant.name, READ, WRITE, ADMINISTER)
        self.kafka = client_settings(settings.HEADWATER, identity)

    def produce(self, *timestamps, partition=0):
        for timestamp in timestamps:
            body = {"partition_id": partition, "timestamp": timestamp}
            path = f"{self.tenant.path}/topics/{self.topic}/records"
            assert self.client.post(path, json=body).status_code == 200

    def commit(self, offset, partition=0):
        consumer = Consumer(self.kafka | {"group.id": self.name})
        consumer.commit(offsets=[TopicPartition(self.topic, partition, offset)], asynchronous=False)
        consumer.close()

    @contextmanager
    def member(self, **config):
        """A consumer that is in the group and has been assigned all of the topic."""
        ours = {"group.id": self.name, "client.id": "reader", "enable.auto.commit": False}
        consumer = Consumer(self.kafka | ours | config)
        consumer.subscribe([self.topic])

        def has_all():
            consumer.poll(0.1)
            return len(consumer.assignment()) == 2

        try:
            wait_for(has_all, "the consumer has its partitions")
            yield consumer
        finally:
            consumer.close()

    def get(self, path=""):
        response = self.client.get(self.url + path)
        assert response.status_code == 200, response.text
        return response.json()

    def current(self):
        """What is committed, by partition."""
        return {lag["partition_id"]: lag["current_offset"] for lag in self.get("/lags")["data"]}

    def reset(self, **body):
        body = {"validate_only": False, **body}
        return self.client.post(f"{self.url}/offsets:reset", json=body)


def now_ms():
    return time.time_ns() // 1_000_000


def test_totals_of_all_groups_are_those_of_each(edge, tenant, client):
    """Of groups that are read, that only committed, and on whichever coordinator."""
    groups = [
        GroupUnderTest(f"total/{number}", edge.topic(tenant, 2), tenant, client)
        for number in range(4)
    ]
    for number, group in enumerate(groups):
        group.produce(now_ms(), now_ms(), now_ms())
        group.produce(now_ms(), partition=1)
        group.commit(number)
    groups[1].commit(0, partition=1)
    with groups[0].member():
        answer = client.get(f"{tenant.path}/consumer-groups:totals")
        assert answer.status_code == 200, answer.text
        totals = {each["consumer_group_id"]: each for each in answer.json()["data"]}
    for group in groups:
        assert totals[group.name]["total_lag"] == group.get("/lag-summary")["total_lag"]
    ours = [totals[group.name] for group in groups]
    assert [each["total_lag"] for each in ours] == [3, 3, 1, 0]
    assert [each["member_count"] for each in ours] == [1, 0, 0, 0]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_group_and_its_members_by_their_links(client, group, protocol):
    """Every link of a resource leads to what it says."""
    with group.member(**{"group.protocol": protocol}):
        shown = group.get()
        assert shown["kind"] == "KafkaConsumerGroup"
        assert (shown["state"], shown["type"]) == ("STABLE", protocol.upper())
        assert (shown["consumer_group_id"], shown["cluster_id"]) == (
            group.name,
            group.tenant.cluster_id,
        )
        assert shown["partition_assignor"] == ("range" if protocol == "classic" else "uniform")
        assert not shown["is_simple"]
        assert not shown["is_mixed_consumer_group"]
        assert client.get(shown["metadata"]["self"]).json() == shown
        listed = client.get(f"{group.tenant.path}/consumer-groups").json()
        assert listed["kind"] == "KafkaConsumerGroupList"
        assert shown in listed["data"]

        (member,) = client.get(shown["consumers"]["related"]).json()["data"]
        assert (member["client_id"], member["instance_id"]) == ("reader", None)
        assert client.get(member["metadata"]["self"]).json() == member
        assignments = client.get(member["assignments"]["related"]).json()["data"]
        assert [(each["topic_name"], each["partition_id"]) for each in assignments] == [
            (group.topic, 0),
            (group.topic, 1),
        ]
        assert client.get(assignments[1]["metadata"]["self"]).json() == assignments[1]
        partition = client.get(assignments[1]["partition"]["related"]).json()
        assert partition["partition_id"] == 1
        lag = client.get(assignments[1]["lag"]["related"]).json()
        assert (lag["consumer_id"], lag["current_offset"]) == (member["consumer_id"], None)


def test_lag_is_told_in_records_and_in_seconds(client, group):
    begun = now_ms()
    group.produce(begun - 500_000, begun - 400_000, begun - 300_000)
    group.produce(begun - 9_000, partition=1)
    group.commit(1)
    group.commit(1, partition=1)

    lag = group.get(f"/lags/{group.topic}/partitions/0")
    elapsed = (now_ms() - begun) / 1000
    # The first record that it has not read is the second: 400 s old when the test began.
    assert 400 <= lag.pop("lag_seconds") <= 400 + elapsed
    assert {key: lag[key] for key in lag if key not in ("metadata", "cluster_id")} == {
        "kind": "KafkaConsumerLag", "consumer_group_id": group.name, "topic_name": group.topic,
        "partition_id": 0, "consumer_id": "", "instance_id": None, "client_id": "",
        "current_offset": 1, "log_end_offset": 3, "lag": 2,
    }  # fmt: skip
    summary = client.get(group.get()["lag_summary"]["related"]).json()
    assert (summary["max_lag"], summary["total_lag"]) == (2, 2)
    assert (summary["max_lag_topic_name"], summary["max_lag_partition_id"]) == (group.topic, 0)
    assert 400 <= summary["max_lag_seconds"] <= 400 + elapsed + 5
    assert client.get(summary["max_lag_partition"]["related"]).json()["partition_id"] == 0


def test_a_reset_is_seen_before_it_is_done(group):
    group.produce(*([now_ms()] * 5))
    group.commit(4)
    wish = {"to": "shift", "value": -3}
    proposed = group.reset(**wish, validate_only=True)
    assert proposed.status_code == 200, proposed.text
    assert proposed.json()["kind"] == "KafkaConsumerGroupOffsetResetList"
    assert proposed.json()["data"] == [
        {
            "topic_name": group.topic, "partition_id": 0, "current_offset": 4, "new_offset": 1,
            "lag_before": 1, "lag_after": 4, "warning": None,
        }
    ]  # fmt: skip
    assert group.current() == {0: 4}
    assert group.reset(**wish).json()["data"] == proposed.json()["data"]
    assert group.current() == {0: 1}
    topics = [{"topic_name": group.topic}]
    assert [
        row["new_offset"] for row in group.reset(topics=topics, to="latest").json()["data"]
    ] == [5, 0]
    assert group.current() == {0: 5, 1: 0}


def test_a_group_with_members_is_left_alone(client, group):
    group.produce(*([now_ms()] * 3))
    group.commit(3)
    with group.member():
        for refused in (
            group.reset(to="earliest"),
            client.delete(group.url),
            client.delete(f"{group.url}/offsets", params={"topic_name": group.topic}),
        ):
            assert (refused.status_code, refused.json()["error_code"]) == (409, 40903)
            assert "stop its consumers" in refused.json()["message"]
        assert group.reset(to="earliest", validate_only=True).status_code == 200
        assert group.current() == {0: 3, 1: None}


def test_offsets_and_groups_are_deleted(client, group):
    group.commit(0)
    group.commit(0, partition=1)
    one = {"topic_name": group.topic, "partition_id": 1}
    assert client.delete(f"{group.url}/offsets", params=one).status_code == 204
    assert group.current() == {0: 0}
    assert client.delete(group.url).status_code == 204
    gone = client.get(group.url)
    assert (gone.status_code, gone.json()["error_code"]) == (404, 40405)
    assert group.name in gone.json()["message"]
    assert client.delete(group.url).status_code == 404

    with scope.system("a test reads the audit log"):
        actions = AuditEntry.objects.filter(object=group.name).values_list("action", "by")
        assert list(actions) == [
            ("group.delete_offsets", "User:app"),
            ("group.delete", "User:app"),
        ]


def test_a_foreign_group_and_an_absent_one_answer_alike(edge, group):
    group.commit(0)
    other = edge.tenant()
    with edge.client(other.administrator) as client:
        for method, path in (
            ("GET", ""),
            ("GET", "/consumers"),
            ("GET", "/lags"),
            ("GET", "/lag-summary"),
            ("DELETE", ""),
            ("DELETE", f"/offsets?topic_name={group.topic}"),
        ):
            foreign, absent = (
                client.request(method, f"{other.path}/consumer-groups/{name}{path}")
                for name in (quote(group.name, safe=""), "absent")
            )
            assert foreign.status_code == absent.status_code == 404, foreign.text
            assert foreign.text.replace(group.name, "absent") == absent.text
        assert client.get(f"{other.path}/consumer-groups").json()["data"] == []
        assert client.get(group.url).status_code == 404


def test_a_viewer_looks_and_changes_nothing(edge, tenant, group):
    group.commit(0)
    with edge.client() as person:
        login = {"login": edge.person(tenant, "viewer"), "password": PASSWORD}
        assert person.get(group.url).status_code == 401
        token = person.get("/api/v1/session").json().get("csrf_token", "")
        session = person.post("/api/v1/session", json=login, headers={"X-CSRFToken": token})
        assert session.status_code == 200, session.text
        token = {"X-CSRFToken": session.json()["csrf_token"]}
        assert person.get(group.url).status_code == 200
        assert person.delete(group.url).status_code == 403  # no token
        refused = person.delete(group.url, headers=token)
        assert (refused.status_code, refused.json()["error_code"]) == (403, 40301)
        wish = {"to": "earliest", "validate_only": True}
        url = f"{group.url}/offsets:reset"
        assert person.post(url, json=wish, headers=token).status_code == 200
        wish["validate_only"] = False
        assert person.post(url, json=wish, headers=token).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("POST", "/offsets:reset", b'{"to":"earliest"}', 400, 40002),
        ("POST", "/offsets:reset", b"{", 400, 40002),
        ("POST", "/offsets:reset", b"[" * 100_000, 400, 40002),
        ("POST", "/offsets:reset", b'{"to":"shift","value":NaN,"validate_only":true}', 400, 40002),
        ("DELETE", "/offsets", None, 400, 40002),
        ("DELETE", "/offsets?topic_name=t&partition_id=-1", None, 400, 40002),
        ("DELETE", "/offsets?topic_name=t&partitions=1", None, 400, 40002),
        ("GET", "/consumers/absent", None, 404, 404),
        ("GET", "/consumers/a%0A%2Fb", None, 404, 404),
        ("GET", "/lags/absent/partitions/0", None, 404, 40403),
        ("GET", "/lags/absent/partitions/99999999999999999999", None, 404, 40403),
        ("PUT", "/lags", None, 405, 405),
    ],
)
def test_bad_requests_get_clear_errors(client, group, method, path, content, status, code):  # noqa: PLR0917
    group.commit(0)
    response = client.request(method, group.url + path, content=content)
    assert (response.status_code, response.json()["error_code"]) == (status, code), response.text
    assert response.json()["message"]


def test_a_reset_of_nothing_that_is_there(group):
    unknown = group.reset(to="earliest")
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, 40405)
    no_topic = group.reset(to="earliest", topics=[{"topic_name": "absent"}])
    assert (no_topic.status_code, no_topic.json()["error_code"]) == (404, 40403)
    group.commit(0)
    nothing = group.reset(to="shift", value=1, topics=[{"topic_name": group.topic}])
    assert (nothing.status_code, nothing.json()["error_code"]) == (400, 40002)
