"""Time series in PostgreSQL: thinned as the pure rule says, and told on an even grid."""

import random
from datetime import UTC, datetime

import pytest

from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex
from brokers.metering.thinning import kept
from brokers.models import FiguresTick, GroupPoint, TenantPoint, TopicPoint
from brokers.node.ports import BrokerReading, Readings, ReplicaReading
from brokers.selectors.series import Window, group_series, tenant_series, topic_series
from brokers.services.publish_figures import publish_figures
from brokers.services.roll_up_figures import roll_up_figures
from brokers.services.thin_figures import thin_figures
from tenants import scope

NOON_S = int(datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC).timestamp())
HOUR, DAY = 3600, 86_400


def moment(at_s):
    return datetime.fromtimestamp(at_s, UTC)


@pytest.fixture
def flights(acme, three_brokers):
    return acme.create("flights", 1)


def count(topic, records, at_s):
    reading = ReplicaReading(
        topic.topic_id, PartitionIndex(0), records, 100 * records, 0, 0, records, 100 * records
    )
    broker = BrokerReading(**dict.fromkeys(BrokerReading.__dataclass_fields__, 0))
    publish_figures(BrokerId(1), Incarnation(1), Readings(broker, [reading]))
    assert roll_up_figures(moment(at_s))


def series(acme, flights, now_s, seconds, step_s):
    with scope.system("test"):
        topic_id = TopicPoint.objects.values_list("topic_id", flat=True).first()
    window = Window(now_s, seconds, step_s)
    of_topic = topic_series(acme.tenant.id, topic_id, window)
    of_tenant = tenant_series(acme.tenant.id, window)
    assert of_topic == of_tenant
    return of_topic


def test_a_stream_a_silence_and_a_gap(acme, flights):
    for at_s, records in ((0, 0), (10, 100), (20, 300), (30, 300), (60, 600), (70, 600)):
        count(flights, records, NOON_S + at_s)
    found = series(acme, flights, NOON_S + 72, 72, 10)
    assert found.times_s == [NOON_S + 10 * number for number in range(1, 8)]
    assert found.values["records_in_per_s"] == [10, 20, 0, None, None, 10, 0]
    assert found.values["bytes_in_per_s"] == [1000, 2000, 0, None, None, 1000, 0]
    assert found.values["partitions"] == [1, 1, 1, None, None, 1, 1]
    coarse = series(acme, flights, NOON_S + 72, 72, 60)
    assert coarse.values["records_in_per_s"] == [10]


def test_a_window_begins_with_what_was_before(acme, flights):
    for at_s, records in ((0, 0), (10, 100), (1000, 100), (1010, 200)):
        count(flights, records, NOON_S + at_s)
    found = series(acme, flights, NOON_S + 1012, 20, 10)
    assert found.times_s == [NOON_S + 1000, NOON_S + 1010]
    assert found.values["records_in_per_s"] == [0, 10]


def test_nobody_looks_any_more(acme, flights):
    count(flights, 1, NOON_S)
    found = series(acme, flights, NOON_S + 100, 60, 10)
    assert set(found.values["records_in_per_s"]) == {None}
    assert len(found.times_s) == 3


def test_thinning_is_the_pure_rule(acme, flights):
    """Random points over two hours: what is left is what ``kept`` says, series by series."""
    chance = random.Random(1)
    ticks = [NOON_S + 10 * number for number in range(1, 721) if chance.random() < 0.8]
    chosen = [at for at in ticks if chance.random() < 0.3]
    fields = dict.fromkeys(
        ("records_in", "bytes_in", "bytes_out", "stored_records", "stored_bytes", "partitions",
         "under_replicated", "offline"), 1,
    )  # fmt: skip
    with scope.system("test"):
        FiguresTick.objects.bulk_create(
            FiguresTick(at=moment(at), seconds=10, step_s=10) for at in ticks
        )
        TenantPoint.objects.bulk_create(
            TenantPoint(at=moment(at), tenant=acme.tenant, **fields) for at in chosen
        )
        GroupPoint.objects.bulk_create(
            GroupPoint(at=moment(at), tenant=acme.tenant, group=group, topic_name="t", lag=1)
            for at in chosen
            for group in ("a", "b")
        )
        now_s = NOON_S + 2 * HOUR + 1800
        old = NOON_S + HOUR + 1800
        assert thin_figures(moment(now_s)) > 0
        assert thin_figures(moment(now_s)) == 0
        for model, times in ((FiguresTick, ticks), (TenantPoint, chosen)):
            left = [int(row.at.timestamp()) for row in model.objects.order_by("at")]
            expected = kept([at for at in times if at <= old], 60)
            assert left == sorted(expected | {at for at in times if at > old})
        assert GroupPoint.objects.filter(group="a").count() == len(TenantPoint.objects.all())
        assert set(FiguresTick.objects.filter(at__lte=moment(old)).values_list("step_s")) == {(60,)}
        thin_figures(moment(now_s + DAY))
        left = [int(row.at.timestamp()) for row in TenantPoint.objects.order_by("at")]
        assert left[:6] == sorted(kept(chosen, 900))[:6]


def test_what_is_a_month_old_goes_but_for_where_counters_stand(acme, flights):
    count(flights, 5, NOON_S)
    count(flights, 7, NOON_S + 10)
    later = NOON_S + 40 * DAY
    thin_figures(moment(later))
    with scope.system("test"):
        assert TopicPoint.objects.count() == TenantPoint.objects.count() == 1
        assert not FiguresTick.objects.exists()
    count(flights, 7, later)
    count(flights, 8, later + 10)
    found = series(acme, flights, later + 12, 10, 10)
    assert found.values["records_in_per_s"] == [0.1]
    assert found.values["stored_bytes"] in ([0], [800])


def test_a_groups_lag(acme, flights):
    rows = [
        (10, "a", 5, 1000), (10, "b", 7, 4000),
        (20, "a", 0, 0), (20, "b", None, None),
        (40, "a", 1, None),
    ]  # fmt: skip
    with scope.system("test"):
        for at, topic, lag, lag_ms in rows:
            GroupPoint.objects.create(
                tenant=acme.tenant, group="g", topic_name=topic, at=moment(NOON_S + at),
                lag=lag, lag_ms=lag_ms,
            )  # fmt: skip
    found = group_series(acme.tenant.id, "g", Window(NOON_S + 40, 40, 10))
    assert found.times_s == [NOON_S + 10, NOON_S + 20, NOON_S + 30, NOON_S + 40]
    assert found.lag == [12, None, None, 1]
    assert found.lag_seconds == [4.0, None, None, None]
    assert found.per_topic == {"a": [5, 0, None, 1], "b": [7, None, None, None]}
