"""Groups' lag for charts: added up by topic, and bounded."""

from confluent_kafka import Consumer, TopicPartition
from django.conf import settings

from brokers.metering.group_lag import GroupLag
from brokers.metering.steps import GROUPS_S
from brokers.models import GroupPoint
from brokers.selectors.database_time import database_time
from brokers.services.record_group_lags import record_group_lags
from streaming import tasks
from streaming.celery import app
from streaming.cli.kafka import client_settings
from streaming.groups.lag import PartitionLag
from streaming.groups.model import Committed
from streaming.groups.model import TopicPartition as Place
from streaming.groups.sampling import lags_by_topic, turn_of
from streaming.records.identity import READ, WRITE, Identity
from tenants import scope


def lag(topic, index, records, seconds, committed=5):
    commit = None if committed is None else Committed(committed)
    return PartitionLag(Place(topic, index), commit, None, records, seconds, None)


def test_a_topics_partitions_together():
    found = lags_by_topic(
        "t",
        "g",
        [
            lag("a", 0, 3, 1.5), lag("a", 1, 4, 0.25), lag("a", 2, None, None, committed=None),
            lag("b", 0, 0, 0.0), lag("b", 1, 1, None),
            lag("c", 0, None, None),
        ],
    )  # fmt: skip
    assert found == [
        GroupLag("t", "g", "a", 7, 1500),
        GroupLag("t", "g", "b", 1, None),
        GroupLag("t", "g", "c", None, None),
    ]


def test_everybody_has_a_turn():
    things = list(range(7))
    seen = [turn_of(things, 3, number) for number in range(7)]
    assert all(len(each) == 3 for each in seen)
    assert {thing for each in seen[:3] for thing in each} == {*things}
    assert turn_of(things, 7, 5) == things


def test_a_group_that_is_behind(edge, tenant, monkeypatch):
    topic = edge.topic(tenant, partitions=2)
    with edge.client(tenant.service) as client:
        for number in range(6):
            body = {"partition_id": number % 2, "value": {"type": "STRING", "data": "x"}}
            client.post(f"{tenant.path}/topics/{topic}/records", json=body)
    identity = Identity(tenant.id, "User:test", frozenset({READ, WRITE}))
    consumer = Consumer(client_settings(settings.HEADWATER, identity) | {"group.id": "slow"})
    consumer.commit(
        offsets=[TopicPartition(topic, 0, 1), TopicPartition(topic, 1, 3)], asynchronous=False
    )
    consumer.close()
    monkeypatch.setattr(tasks, "moving_tenants", lambda: [tenant.id])
    for _ in range(2):
        tasks.sample_groups()
    with scope.system("test"):
        points = [*GroupPoint.objects.filter(tenant_id=tenant.id).order_by("at")]
    assert {(point.group, point.topic_name, point.lag) for point in points} == {("slow", topic, 2)}
    assert all(0 < point.lag_ms < 60_000 for point in points)
    assert all(point.at.timestamp() % GROUPS_S == 0 for point in points)


def test_what_was_recorded_stays(edge, tenant):
    at = database_time()
    record_group_lags(at, [GroupLag(tenant.id, "twice", "t", 1, 1)])
    record_group_lags(at, [GroupLag(tenant.id, "twice", "t", 2, 2)])
    with scope.system("test"):
        assert [row.lag for row in GroupPoint.objects.filter(group="twice")] == [1]


def test_beat_asks_for_tasks_that_there_are():
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "streaming.tasks.sample_groups" in asked
    assert asked <= app.tasks.keys()
