"""The controller's round: leaders where there may be one, reassignments to their end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brokers.models import Partition
from brokers.node.ports import PartitionAssignment, Report, Upkeep
from brokers.selectors.topics import partitions_of
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.mend_partitions import MOVED_MAX, mend_partitions
from brokers.services.reassign_partitions import reassign_partitions
from brokers.services.register_broker import register_broker
from tenants import scope
from tenants.models import PLATFORM
from tenants.selectors.audit_log import entries_of
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration

FULL = Report(lacks_room=True)


@pytest.fixture
def flights(acme, three_brokers):
    return acme.create("flights", 6)


def rows(acme):
    return partitions_of(acme.tenant.id, "flights")


def put(**fields):
    with scope.system("test"):
        Partition.objects.update(**fields)


def test_nothing_to_do_is_nothing_written_and_one_query_about_partitions(flights):
    before = newest_change_number()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert mend_partitions(rebalance=False) == Upkeep()
    about = [each for each in queries if "FROM brokers_partition" in each["sql"]]
    assert len(about) == 1
    assert not any("FOR " in each["sql"] for each in queries)
    assert newest_change_number() == before


def test_a_leader_is_elected_where_one_was_missed(acme, flights):
    put(leader=None, isr=[], eligible_leaders=[2])
    assert mend_partitions(rebalance=False) == Upkeep(elected=6)
    assert {row.leader for row in rows(acme)} == {2}
    assert {row.leader_epoch for row in rows(acme)} == {1}
    assert entries_of(PLATFORM)[0].detail["elected"] == 6


@pytest.mark.parametrize("eligible", [[], [3]])
def test_without_anybody_who_may_lead_they_wait(flights, eligible):
    fence_broker(3, 1, by="test")
    put(leader=None, isr=[], eligible_leaders=eligible)
    before = newest_change_number()
    assert mend_partitions(rebalance=True) == Upkeep()
    assert newest_change_number() == before


def test_a_reassignment_ends_when_all_new_replicas_are_in_sync(acme, flights):
    register_broker(registration(4))
    target = PartitionAssignment("flights", 0, (4, 1, 2))
    assert reassign_partitions(actor=acme.actor, assignments=[target]) == [None]
    assert mend_partitions(rebalance=False) == Upkeep()
    with scope.system("test"):
        Partition.objects.filter(index=0).update(isr=[4, 1, 2, 3])
    assert mend_partitions(rebalance=False) == Upkeep(reassigned=1)
    done = rows(acme)[0]
    assert (done.replicas, done.isr, done.adding, done.removing) == ([4, 1, 2],) * 2 + ([], [])
    assert done.leader in (1, 2, 4)
    assert mend_partitions(rebalance=False) == Upkeep()


def test_preferred_leaders_lead_again_when_asked_for(acme, flights):
    fence_broker(1, 1, by="test")
    heartbeat(1, 1)
    assert mend_partitions(rebalance=True) == Upkeep()  # 1 is not in sync yet
    put(isr=[1, 2, 3])
    assert mend_partitions(rebalance=False) == Upkeep()
    assert mend_partitions(rebalance=True) == Upkeep(moved_to_preferred=2)
    assert [row.leader for row in rows(acme)] == [row.replicas[0] for row in rows(acme)]
    assert mend_partitions(rebalance=True) == Upkeep()


def test_others_lead_what_is_led_on_a_full_disk_where_they_have_room(acme, flights):
    put(leader=1, replicas=[1, 2, 3], isr=[1, 2, 3])
    heartbeat(1, 1, FULL)
    heartbeat(2, 1, FULL)
    with scope.system("test"):
        Partition.objects.filter(index=5).update(isr=[1, 2])
    assert mend_partitions(rebalance=False) == Upkeep(handed_over=5)
    after = rows(acme)
    assert [row.leader for row in after] == [3, 3, 3, 3, 3, 1]
    assert [row.leader_epoch for row in after] == [1, 1, 1, 1, 1, 0]
    assert {row.isr == [1, 2, 3] for row in after[:5]} == {True}
    assert mend_partitions(rebalance=True) == Upkeep(), "nor is it given back"
    heartbeat(1, 1)
    assert mend_partitions(rebalance=True) == Upkeep(moved_to_preferred=5)


def test_not_more_than_so_many_move_at_once(acme, flights):
    acme.create("many", MOVED_MAX + 20)
    put(replicas=[3, 2, 1], isr=[3, 2, 1], leader=1)
    assert mend_partitions(rebalance=True).moved_to_preferred == MOVED_MAX
    assert mend_partitions(rebalance=True).moved_to_preferred == 26


def test_deleted_topics_are_left_alone(acme, flights):
    delete_topic(actor=acme.actor, topic_id=flights.topic_id)
    put(leader=None, isr=[], eligible_leaders=[2])
    assert mend_partitions(rebalance=True) == Upkeep()


@pytest.mark.django_db(transaction=True)
def test_several_controllers_are_harmless(acme, flights):
    put(leader=None, isr=[], eligible_leaders=[2])

    def mend(_):
        try:
            return mend_partitions(rebalance=True).elected
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(mend, range(6))) == 6
    assert {row.leader_epoch for row in rows(acme)} == {1}
