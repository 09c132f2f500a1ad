"""What brokers publish and what is made of it: sums, points and usage, each counted once."""

from datetime import UTC, datetime, timedelta

import pytest

from brokers.kernel.ids import BrokerId, Incarnation, PartitionIndex
from brokers.metadata.lags import ReplicaLag
from brokers.models import (
    Broker,
    BrokerFigures,
    FiguresTick,
    Partition,
    PrincipalFigures,
    ReplicaFigures,
    TenantFigures,
    TenantPoint,
    TenantUse,
    Topic,
    TopicFigures,
    TopicPoint,
)
from brokers.node.ports import BrokerReading, PrincipalReading, Readings, ReplicaReading, UseReading
from brokers.selectors.cell_brokers import cell_brokers
from brokers.selectors.database_time import database_time
from brokers.selectors.moving_tenants import LATELY, moving_tenants
from brokers.selectors.partition_map import partition_map
from brokers.selectors.partitions import partition_states
from brokers.selectors.quotas import limits_of
from brokers.selectors.tenant_health import tenant_health
from brokers.selectors.tenant_use import tenant_use
from brokers.services import forget_usage as forgetting
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.forget_usage import forget_usage
from brokers.services.publish_figures import publish_figures
from brokers.services.roll_up_figures import roll_up_figures
from tenants import scope
from tenants.models import Usage

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)


def reading(topic, index=0, *, records=0, size=0, out=0, start=0, end=0, stored=0, requests=0):
    return ReplicaReading(
        topic.topic_id, PartitionIndex(index), records, size, out, start, end, stored, requests
    )


def broker_reading(**changes):
    figures = dict.fromkeys(BrokerReading.__dataclass_fields__, 0)
    return BrokerReading(**{**figures, **changes})


def publish(*replicas, broker=1, incarnation=1, **figures):
    readings = Readings(broker_reading(**figures), replicas)
    publish_figures(BrokerId(broker), Incarnation(incarnation), readings)


def roll_up(seconds):
    return roll_up_figures(NOON + timedelta(seconds=seconds))


@pytest.fixture(autouse=True)
def system(db):
    with scope.system("test"):
        yield


@pytest.fixture
def flights(acme, three_brokers):
    return acme.create("flights", 2)


def totals(topic):
    row = TopicFigures.objects.get(topic_id=topic.topic_id.hex())
    return row.records_in, row.bytes_in, row.bytes_out


def days_of(tenant):
    return Usage.objects.filter(tenant=tenant.tenant, by="tenant", step="day").order_by("start")


def usage(tenant):
    rows = days_of(tenant)
    return [(row.records_in, row.bytes_in, row.bytes_out) for row in rows]


def test_what_is_published_twice_counts_once(acme, flights):
    for _ in range(2):
        publish(reading(flights, records=5, size=500, out=100))
        roll_up(0)
    assert totals(flights) == (5, 500, 100)
    publish(reading(flights, records=5, size=500, out=100))
    assert roll_up(10)
    assert usage(acme) == [(5, 500, 100)]
    assert TopicPoint.objects.count() == 1
    publish(reading(flights, records=7, size=700, out=100))
    assert roll_up(20)
    assert not roll_up(25), "the tick was made twice"
    assert usage(acme) == [(7, 700, 100)]
    assert [row.records_in for row in TopicPoint.objects.order_by("at")] == [5, 7]
    assert [row.seconds for row in FiguresTick.objects.order_by("at")] == [None, 10, 10]


def test_a_restart_takes_nothing_back(acme, flights):
    publish(reading(flights, records=5, size=500, out=50))
    roll_up(0)
    publish(reading(flights, records=2, size=200, out=20), incarnation=2)
    roll_up(10)
    assert totals(flights) == (7, 700, 70)
    publish(reading(flights, records=3, size=300, out=30), incarnation=3)
    publish(reading(flights, records=99, size=99, out=99), incarnation=2)
    roll_up(20)
    assert totals(flights) == (10, 1000, 100)
    assert usage(acme) == [(10, 1000, 100)]
    added = TopicFigures.objects.get(topic_id=flights.topic_id.hex())
    assert (added.records_in_added, added.bytes_in_added, added.bytes_out_added) == (3, 300, 30)


def test_an_older_word_that_arrives_late_changes_nothing(flights):
    publish(reading(flights, records=5, size=500, out=50))
    publish(reading(flights, records=4, size=400, out=50))
    assert ReplicaFigures.objects.get().records_in == 5


def test_sums_are_those_of_one_replica_of_each_partition(acme, flights):
    for broker in (1, 2, 3):
        publish(
            reading(flights, 0, start=10, end=110, stored=1000),
            reading(flights, 1, start=0, end=50, stored=600),
            broker=broker,
        )
    roll_up(0)
    row = TopicFigures.objects.get()
    assert (row.stored_records, row.stored_bytes, row.partitions) == (150, 1600, 2)
    tenant = TenantFigures.objects.get(tenant=acme.tenant)
    assert (tenant.stored_records, tenant.stored_bytes, tenant.partitions) == (150, 1600, 2)


def test_leaders_may_change_brokers(flights):
    publish(reading(flights, records=5, size=5), broker=1)
    publish(reading(flights, records=3, size=3), broker=2)
    roll_up(0)
    assert totals(flights) == (8, 8, 0)


def test_a_deleted_topic_takes_nothing_back(acme, flights):
    publish(reading(flights, records=5, size=500, stored=500))
    roll_up(0)
    delete_topic(actor=acme.actor, topic_id=flights.topic_id)
    publish(reading(flights, records=6, size=600, stored=600))
    roll_up(10)
    row = TenantFigures.objects.get(tenant=acme.tenant)
    assert (row.records_in, row.stored_bytes, row.partitions) == (6, 0, 0)
    Topic.objects.all().delete()
    assert not TopicFigures.objects.exists()
    roll_up(20)
    assert TenantFigures.objects.get(tenant=acme.tenant).records_in == 6
    assert usage(acme) == [(6, 600, 0)]


def test_each_day_has_its_own_usage(acme, flights):
    leader = Partition.objects.get(index=0).leader
    publish(reading(flights, records=5, size=500, stored=900), broker=leader)
    roll_up(0)
    publish(reading(flights, records=6, size=600, stored=100), broker=leader)
    roll_up(86_400)
    roll_up(2 * 86_400)
    rows = days_of(acme)
    assert [(row.records_in, row.stored_bytes_max, row.partitions_max) for row in rows] == [
        (5, 900, 2),
        (1, 100, 2),
        (0, 100, 2),
    ]


def used(by, step, *counts):
    """(hours since noon, name, counts…) of each row."""
    rows = Usage.objects.filter(by=by, step=step).order_by("start", "name")
    return [
        (
            (row.start - NOON).total_seconds() / 3600,
            row.name,
            *(getattr(row, count) for count in counts),
        )
        for row in rows
    ]


def principal(tenant, name, requests, *, records=0, size=0, out=0):
    return PrincipalReading(str(tenant.tenant.id), name, records, size, out, requests)


def told_of(*principals, incarnation=1):
    readings = Readings(broker_reading(), principals=principals)
    publish_figures(BrokerId(1), Incarnation(incarnation), readings)


def test_hours_and_days_of_a_topic_add_up(acme, flights):
    leader = Partition.objects.get(index=0).leader
    for seconds, records in ((0, 5), (10, 7), (3600, 8)):
        publish(reading(flights, records=records, size=100 * records, stored=10), broker=leader)
        roll_up(seconds)
    assert used("topic", "hour", "records_in", "bytes_in", "stored_bytes_max") == [
        (0, "flights", 7, 700, 10),
        (1, "flights", 1, 100, 10),
    ]
    assert used("topic", "day", "records_in", "partitions_max") == [(-12, "flights", 8, 2)]
    assert used("tenant", "hour", "records_in") == [(0, "", 7), (1, "", 1)]


def test_a_topic_that_took_another_s_name_is_metered_with_it(acme, flights):
    publish(reading(flights, records=5, size=500))
    delete_topic(actor=acme.actor, topic_id=flights.topic_id)
    again = acme.create("flights", 1)
    publish(reading(again, records=2, size=200))
    roll_up(0)
    assert used("topic", "hour", "records_in", "bytes_in") == [(0, "flights", 7, 700)]


def test_requests_of_a_topic_are_metered_once_whatever_restarts_or_moves(acme, flights):
    leader = Partition.objects.get(index=0).leader
    publish(reading(flights, records=1, size=9, stored=9, requests=5), broker=leader)
    roll_up(0)
    publish(reading(flights, records=1, size=9, stored=9, requests=7), broker=leader)
    publish(reading(flights, records=1, size=9, stored=9, requests=6), broker=leader)  # late
    roll_up(10)
    publish(reading(flights, stored=9, requests=2), broker=leader, incarnation=2)
    publish(reading(flights, 1, requests=4), broker=leader % 3 + 1)
    roll_up(20)
    roll_up(30)
    assert used("topic", "hour", "requests") == [(0, "flights", 13)]
    publish(reading(flights, stored=9, requests=3), broker=leader, incarnation=2)
    roll_up(3600)
    assert used("topic", "hour", "requests", "records_in", "stored_bytes_max") == [
        (0, "flights", 13, 1, 9),
        (1, "flights", 1, 0, 9),
    ]
    assert used("topic", "day", "requests") == [(-12, "flights", 14)]


def test_requests_alone_make_no_point(acme, flights):
    publish(reading(flights, records=1, size=1, requests=1))
    roll_up(0)
    before = TopicFigures.objects.get().at, TopicPoint.objects.count()
    publish(reading(flights, records=1, size=1, requests=9))
    roll_up(10)
    assert (TopicFigures.objects.get().at, TopicPoint.objects.count()) == before
    assert used("topic", "hour", "requests") == [(0, "flights", 9)]


def test_what_is_stored_counts_where_requests_alone_were_made(acme, flights):
    leader = Partition.objects.get(index=0).leader
    publish(reading(flights, records=1, size=9, stored=9), broker=leader)
    roll_up(0)
    for requests, hours in ((1, 1), (2, 12)):
        told_of(principal(acme, "User:app", requests))
        roll_up(3600 * hours)
    counts = ("requests", "stored_bytes_max", "partitions_max")
    assert used("tenant", "hour", *counts)[1:] == [(1, "", 1, 9, 2), (12, "", 1, 9, 2)]
    assert used("tenant", "day", *counts)[1:] == [(12, "", 1, 9, 2)]


def test_a_day_s_row_that_knew_of_nothing_stored_is_told(acme, flights):
    leader = Partition.objects.get(index=0).leader
    publish(reading(flights, records=1, size=9, stored=9), broker=leader)
    roll_up(10)
    Usage.objects.update(stored_bytes_max=0, partitions_max=1)
    roll_up(3600)
    for by in ("tenant", "topic"):
        ((*_, stored, partitions),) = used(by, "day", "stored_bytes_max", "partitions_max")
        assert (stored, partitions) == (9, 2), by


def test_principals_are_metered_once_whatever_restarts(acme, rival):
    told_of(principal(acme, "User:app", 10, records=4, size=400, out=40))
    roll_up(0)
    roll_up(10)
    told_of(principal(acme, "User:app", 12, records=4, size=400, out=50))
    told_of(principal(acme, "User:app", 11, records=4, size=400, out=40))  # late
    told_of(principal(acme, "User:app", 3), principal(rival, "User:app", 1), incarnation=2)
    roll_up(20)
    told_of(principal(acme, "User:app", 5), principal(acme, "User:b", 7), incarnation=2)
    roll_up(3600)
    with_tenant = Usage.objects.filter(by="principal", step="hour").order_by("start", "-requests")
    assert [
        (row.tenant.name, row.name, row.requests, row.records_in, row.bytes_out)
        for row in with_tenant.select_related("tenant")
    ] == [
        ("acme", "User:app", 15, 4, 50),
        ("rival", "User:app", 1, 0, 0),
        ("acme", "User:b", 7, 0, 0),
        ("acme", "User:app", 2, 0, 0),
    ]
    (day,) = days_of(acme)
    assert day.requests == 24


def test_hours_are_forgotten_and_days_stay_and_ended_counters_go(acme, flights, monkeypatch):
    publish(reading(flights, records=1, size=1))
    told_of(principal(acme, "User:app", 10))
    told_of(principal(acme, "User:app", 3), incarnation=2)
    roll_up(0)
    roll_up(90 * 86_400)
    monkeypatch.setattr(forgetting, "ROWS_AT_ONCE", 1)
    Broker.objects.filter(id=1).update(incarnation=2)
    PrincipalFigures.objects.update(at=NOON)
    assert forget_usage(NOON + timedelta(days=90)) == 0
    assert forget_usage(NOON + timedelta(days=90, hours=1)) == 3
    assert used("topic", "hour") == []
    assert len(used("tenant", "day")) == 2
    assert [row.incarnation for row in PrincipalFigures.objects.all()] == [2]
    told_of(principal(acme, "User:app", 4), incarnation=2)
    roll_up(90 * 86_400 + 10)
    assert used("principal", "hour", "requests")[-1][2] == 1


def test_idle_topics_cost_nothing(acme, rival, flights):
    rival.create("other", 1)
    publish(reading(flights, records=1, size=1))
    roll_up(0)
    before = TopicPoint.objects.count(), TenantPoint.objects.count()
    for seconds in (10, 20, 30):
        roll_up(seconds)
    assert (TopicPoint.objects.count(), TenantPoint.objects.count()) == before


def test_rates_of_a_broker(three_brokers):
    publish(requests=10)
    assert BrokerFigures.objects.get().requests_per_s is None
    publish(requests=2, incarnation=2)
    row = BrokerFigures.objects.get()
    assert (row.requests, row.requests_per_s) == (2, None)


def test_readings_of_topics_that_are_gone_are_left_out(flights):
    class Gone:
        topic_id = bytes(16)

    publish(reading(Gone, records=1), reading(flights, records=2))
    assert [row.records_in for row in ReplicaFigures.objects.all()] == [2]


def test_a_clock_that_goes_back_makes_no_tick(flights):
    assert roll_up(100)
    assert not roll_up(50)


def test_tenants_whose_records_move(acme, rival, flights):
    idle = rival.create("idle", 1)
    publish(reading(flights, records=1, size=1, out=1), reading(idle, records=1, size=1))
    roll_up_figures(database_time())
    assert moving_tenants() == [str(acme.tenant.id)]
    TenantFigures.objects.update(at=database_time() - 2 * LATELY)
    assert moving_tenants() == []


MOVES = [
    {"replicas": [1, 2, 3], "isr": [1, 2, 3]},
    {"replicas": [1, 2, 3], "isr": [1, 2]},
    {"replicas": [1, 2, 3], "isr": [1, 2], "adding": [3]},
    {"replicas": [1, 2, 3], "isr": [1, 2], "adding": [3], "removing": [1]},
    {"replicas": [1, 2, 3], "isr": [1], "adding": [3]},
    {"replicas": [1, 2, 3], "isr": [1, 2], "removing": [3]},
    {"replicas": [1, 2, 3], "isr": [], "leader": None, "eligible_leaders": [1]},
]


@pytest.mark.parametrize("row", MOVES, ids=str)
def test_health_is_that_of_the_partitions(acme, flights, row):
    """The SQL says of a partition what ``PartitionState`` says."""
    Partition.objects.filter(index=0).update(**{"leader": 1, "isr": [1], **row})
    (state, other) = partition_states(acme.tenant.id, "flights")
    assert not other.is_under_replicated
    health = tenant_health(acme.tenant.id)
    assert (health.topics, health.partitions) == (1, 2)
    assert health.under_replicated == state.is_under_replicated
    assert health.offline == state.is_unavailable
    expected = {(False, False): "good", (True, False): "degraded", (True, True): "down"}
    assert health.state == expected[state.is_under_replicated, state.is_unavailable]
    roll_up(0)
    figures = TopicFigures.objects.get()
    assert (figures.under_replicated, figures.offline) == (health.under_replicated, health.offline)
    assert figures.replication_factor == 3
    found = {each.broker.id: each for each in cell_brokers()}
    assert sum(each.leaders for each in found.values()) == (1 if state.is_unavailable else 2)
    assert sum(each.replicas for each in found.values()) == 6


def test_the_map_tells_lags_and_who_is_offline(acme, flights):
    fence_broker(BrokerId(3), Incarnation(1), by="test")
    Partition.objects.update(leader=1, isr=[1, 2], replicas=[1, 2, 3])
    lag = ReplicaLag(flights.topic_id, PartitionIndex(0), BrokerId(2), 7, 1500, 700, 100)
    Broker.objects.filter(id=1).update(replica_lags=[lag.to_json()])
    publish(reading(flights, start=3, end=9, stored=90), broker=1)
    publish(reading(flights, start=0, end=5, stored=50), broker=2)
    first, second = partition_map(acme.tenant.id, "flights")
    assert (first.sizes.log_start_offset, first.sizes.high_watermark, first.sizes.bytes) == (
        3, 9, 90,
    )  # fmt: skip
    assert first.offline == (3,)
    assert {each: known.records for each, known in first.lags.items()} == {2: 7}
    assert second.sizes.high_watermark is None
    assert {each: known.records for each, known in second.lags.items()} == {2: 0}
    assert partition_map(acme.tenant.id, "absent") == []


def hold(tenant, connections, groups, busy_ms, *, logins=0, broker=1, incarnation=1):
    use = UseReading(str(tenant.tenant.id), connections, groups, busy_ms, logins)
    readings = Readings(broker_reading(), uses=[use])
    publish_figures(BrokerId(broker), Incarnation(incarnation), readings)


def test_what_a_tenant_holds_is_the_sum_over_brokers_that_are_alive(acme, rival, three_brokers):
    hold(acme, 3, 2, 100)
    hold(rival, 50, 50, 100)
    hold(acme, 4, 5, 100, broker=2)
    assert (tenant_use(acme.tenant.id).connections, tenant_use(acme.tenant.id).groups) == (7, 7)
    hold(acme, 1, 2, 150)
    assert tenant_use(acme.tenant.id).connections == 5
    hold(acme, 9, 9, 140)
    assert tenant_use(acme.tenant.id).connections == 5, "an older word changes nothing"
    fence_broker(BrokerId(2), Incarnation(1), by="test")
    assert (tenant_use(acme.tenant.id).connections, tenant_use(acme.tenant.id).groups) == (1, 2)


def test_how_often_a_tenant_connects_is_told_while_it_does(acme, three_brokers):
    for broker in (1, 2):
        hold(acme, 1, 0, 0, logins=10, broker=broker)
    assert limits_of(acme.tenant.id)["connections_per_s"].used == 0, "nobody knows since when"
    with scope.system("a test"):
        TenantUse.objects.update(at=database_time() - timedelta(seconds=5))
    for broker in (1, 2):
        hold(acme, 1, 0, 0, logins=10 + 15, broker=broker)
    assert limits_of(acme.tenant.id)["connections_per_s"].used == pytest.approx(6, rel=0.05)
    hold(acme, 1, 0, 0, logins=24)
    with scope.system("a test"):
        assert {row.logins for row in TenantUse.objects.all()} == {25}, "an older word"
        TenantUse.objects.update(at=database_time() - timedelta(seconds=60))
    assert limits_of(acme.tenant.id)["connections_per_s"].used == 0, "it has not for a while"


def test_a_brokers_time_is_told_while_it_is_taken(acme, three_brokers):
    hold(acme, 1, 0, 100)
    assert tenant_use(acme.tenant.id).busy_percent == 0
    with scope.system("a test"):
        TenantUse.objects.update(at=database_time() - timedelta(seconds=5))
    hold(acme, 1, 0, 100 + 2_500)
    assert tenant_use(acme.tenant.id).busy_percent == pytest.approx(50, rel=0.05)
    with scope.system("a test"):
        TenantUse.objects.update(at=database_time() - timedelta(seconds=60))
    assert tenant_use(acme.tenant.id).busy_percent == 0
