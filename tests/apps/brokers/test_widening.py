"""Coordinators' topics of a cell that began with one broker."""

import pytest

from brokers.kernel.ids import TopicName
from brokers.models import Partition
from brokers.selectors.brokers import replicas_held
from brokers.services.drain_broker import drain_broker
from brokers.services.drain_moves import MOVES_AT_ONCE
from brokers.services.ensure_coordinator_topic import (
    PARTITION_COUNT,
    coordinator_topic_id,
    ensure_coordinator_topic,
)
from brokers.services.ensure_system_topics import ensure_system_topics
from brokers.services.fence_broker import fence_broker
from brokers.services.mend_partitions import mend_partitions
from brokers.services.register_broker import register_broker
from brokers.services.widen_coordinator_topics import widen_coordinator_topics
from tenants import scope
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration

OFFSETS = TopicName("__consumer_offsets")


@pytest.fixture
def made_by_one_broker(db):
    register_broker(registration(1))
    ensure_system_topics(1)
    ensure_coordinator_topic(OFFSETS)


def rows():
    with scope.system("test"):
        return [*Partition.objects.filter(topic=coordinator_topic_id(OFFSETS)).order_by("index")]


def copied():
    """Every new replica has copied everything, and the controller's round has seen it."""
    with scope.system("test"):
        for row in rows():
            row.isr = row.replicas
            row.save()
    mend_partitions(rebalance=False)


def test_two_brokers_are_not_enough(made_by_one_broker):
    register_broker(registration(2))
    before = newest_change_number()
    assert widen_coordinator_topics() == 0
    assert newest_change_number() == before


def test_with_three_brokers_each_partition_gets_three_replicas(made_by_one_broker):
    register_broker(registration(2))
    register_broker(registration(3))
    begun = []
    while (moves := widen_coordinator_topics()) > 0:
        assert widen_coordinator_topics() == 0, "so many at a time"
        begun.append(moves)
        copied()
    assert begun == [MOVES_AT_ONCE, MOVES_AT_ONCE, PARTITION_COUNT - 2 * MOVES_AT_ONCE]
    assert all(sorted(row.replicas) == [1, 2, 3] == sorted(row.isr) for row in rows())
    assert {row.replicas[0] for row in rows()} == {1}, "the leader stays where it is"
    before = newest_change_number()
    assert widen_coordinator_topics() == 0
    assert newest_change_number() == before


def test_copies_are_spread_over_more_brokers_than_needed(made_by_one_broker):
    for number in (2, 3, 4, 5):
        register_broker(registration(number))
    while widen_coordinator_topics() > 0:
        copied()
    held = replicas_held()
    assert max(held[each] for each in (2, 3, 4, 5)) - min(held[each] for each in (2, 3, 4, 5)) <= 1


def test_fenced_and_draining_brokers_do_not_count(made_by_one_broker):
    register_broker(registration(2))
    third = register_broker(registration(3))
    fence_broker(3, third, by="test")
    register_broker(registration(4))
    drain_broker(broker_id=4, by="test")
    assert widen_coordinator_topics() == 0
