"""Rows of deleted topics go when no broker needs their tombstones, and not before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from brokers.models import Broker, Partition, Topic
from brokers.services.delete_topic import delete_topic
from brokers.services.purge_deleted_topics import DELAY, purge_deleted_topics
from brokers.tasks import purge_deleted_topics as task
from tenants import scope
from tenants.selectors.audit_log import entries_of
from tenants.selectors.changes import newest_change_number

LONG_AGO = datetime.now(UTC) - 10 * DELAY


@pytest.fixture
def tombstone(acme, three_brokers):
    """Deleted long ago; every broker has run since and lives."""
    created = acme.create("flights", 3)
    delete_topic(actor=acme.actor, topic_id=created.topic_id)
    with scope.system("test"):
        Topic.objects.update(deleted_at=LONG_AGO)
    Broker.objects.update(registered_at=LONG_AGO)
    return created


def remaining():
    with scope.system("test"):
        return Topic.objects.count(), Partition.objects.count()


def test_an_old_tombstone_goes_with_its_partitions(acme, tombstone):
    assert purge_deleted_topics() == 1
    assert remaining() == (0, 0)
    assert entries_of(acme.tenant.id)[0].action == "topic.purge"
    assert purge_deleted_topics() == 0


def test_a_live_topic_stays(acme, tombstone):
    acme.create("flights", 2)
    assert purge_deleted_topics() == 1
    assert remaining() == (1, 2)


@pytest.mark.parametrize(
    "broker_3",
    [
        {"heartbeat_at": LONG_AGO + DELAY / 2},
        {"heartbeat_at": Now(), "registered_at": Now()},
    ],
    ids=["was not heard of since", "has only just come back"],
)
def test_a_tombstone_waits_for_every_broker_that_had_a_replica(tombstone, broker_3):
    Broker.objects.filter(id=3).update(**broker_3)
    before = newest_change_number()
    assert purge_deleted_topics() == 0
    assert remaining() == (1, 3)
    assert newest_change_number() == before


def test_a_tombstone_does_not_wait_for_others(acme, tombstone):
    with scope.system("test"):
        Partition.objects.update(replicas=[1, 2], isr=[1, 2], leader=1)
    Broker.objects.filter(id=3).update(heartbeat_at=LONG_AGO)
    assert purge_deleted_topics() == 1


def test_a_fresh_tombstone_stays(tombstone):
    with scope.system("test"):
        Topic.objects.update(deleted_at=datetime.now(UTC) - DELAY + timedelta(minutes=5))
    assert purge_deleted_topics() == 0


def test_the_task_goes_on_until_nothing_is_left(tombstone):
    task()
    assert remaining() == (0, 0)
