"""Registering, living, being fenced: incarnations rise, and epochs with them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from brokers.kernel.ids import TopicName
from brokers.models import Broker, Partition, Topic
from brokers.node.ports import Report
from brokers.selectors.brokers import broker_heartbeats, list_brokers, live_brokers
from brokers.selectors.topics import partitions_of
from brokers.services.delete_topic import delete_topic
from brokers.services.ensure_coordinator_topic import PARTITION_COUNT, ensure_coordinator_topic
from brokers.services.ensure_system_topics import METRICS_TOPIC, ensure_system_topics
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.register_broker import register_broker
from brokers.services.reserve_producer_ids import reserve_producer_ids
from brokers.services.stop_broker import stop_broker
from tenants import scope
from tenants.models import PLATFORM, AuditEntry
from tenants.selectors.changes import newest_change_number
from tenants.selectors.tenants import list_tenants
from tests.apps.brokers.registrations import registration


def epochs(tenant, name="flights"):
    return {
        row.leader: (row.leader_epoch, row.partition_epoch)
        for row in partitions_of(tenant.tenant.id, name)
    }


class TestRegister:
    def test_every_registration_is_a_new_incarnation(self, db):
        assert [register_broker(registration(1)) for _ in range(3)] == [1, 2, 3]
        assert register_broker(registration(2)) == 1
        assert [broker.id for broker in list_brokers()] == [1, 2]

    @pytest.mark.parametrize("clean", [None, 1])
    def test_the_epochs_of_what_it_leads_rise_clean_or_not(self, acme, three_brokers, clean):
        acme.create("flights", 3)
        register_broker(registration(2, clean_incarnation=clean))
        assert epochs(acme) == {1: (0, 0), 2: (1, 1), 3: (0, 0)}

    def test_deleted_topics_are_left_alone(self, acme, three_brokers):
        created = acme.create("flights", 3)
        delete_topic(actor=acme.actor, topic_id=created.topic_id)
        register_broker(registration(2))
        with scope.tenant(acme.tenant.id):
            assert set(Partition.objects.values_list("leader_epoch", flat=True)) == {0}

    def test_another_volume_means_that_its_replicas_are_gone(self, acme, three_brokers):
        acme.create("flights", 3, replication_factor=1)
        register_broker(registration(2, volume="new"))
        lost = partitions_of(acme.tenant.id, "flights")
        by_replica = {row.replicas[0]: row for row in lost}
        assert (by_replica[2].leader, by_replica[2].isr) == (None, [])
        assert by_replica[2].leader_epoch == 1
        assert (by_replica[1].leader, by_replica[1].isr) == (1, [1])
        register_broker(registration(2, volume="new"))
        assert partitions_of(acme.tenant.id, "flights")[lost.index(by_replica[2])].leader is None

    def test_it_is_audited_with_what_it_came_from(self, db):
        register_broker(registration(1))
        register_broker(registration(1, clean_incarnation=1))
        register_broker(registration(1, clean_incarnation=1))
        with scope.system("test"):
            entries = AuditEntry.objects.filter(tenant_id=PLATFORM).order_by("sequence")
            assert [entry.detail["clean"] for entry in entries] == [False, True, False]

    def test_epochs_never_decrease_whoever_writes(self, acme, three_brokers):
        acme.create("flights", 3)
        register_broker(registration(1))
        for column in ("leader_epoch", "partition_epoch"):
            with (
                pytest.raises(DatabaseError, match="would decrease"),
                scope.system("test"),
                transaction.atomic(),
            ):
                Partition.objects.filter(leader=1).update(**{column: F(column) - 1})
        assert epochs(acme)[1] == (1, 1)


class TestLife:
    def test_heartbeats_count(self, three_brokers):
        assert heartbeat(1, 1).alive
        assert heartbeat(1, 1).alive
        assert broker_heartbeats() == {1: (1, 2), 2: (1, 0), 3: (1, 0)}

    def test_an_earlier_incarnation_and_a_stranger_are_told_so(self, three_brokers):
        register_broker(registration(1))
        assert not heartbeat(1, 1).alive
        assert heartbeat(1, 2).alive
        assert not heartbeat(9, 1).alive

    def test_fencing_is_a_compare_and_set_on_the_incarnation(self, three_brokers):
        register_broker(registration(1))
        assert not fence_broker(1, 1, by="test")
        assert fence_broker(1, 2, by="test")
        assert not fence_broker(1, 2, by="test")
        assert [broker.id for broker in live_brokers()] == [2, 3]
        assert set(broker_heartbeats()) == {2, 3}

    def test_a_fenced_broker_that_lives_comes_back(self, three_brokers):
        fence_broker(1, 1, by="test")
        before = newest_change_number()
        assert heartbeat(1, 1).alive
        assert newest_change_number() == before + 1
        assert [broker.id for broker in live_brokers()] == [1, 2, 3]

    def test_a_full_disk_is_told_once_and_so_is_its_end(self, three_brokers):
        before = newest_change_number()
        for _ in range(2):
            assert heartbeat(2, 1, Report(lacks_room=True)).alive
        assert newest_change_number() == before + 1
        assert [broker.lacks_room for broker in live_brokers()] == [False, True, False]
        assert heartbeat(2, 1).alive
        assert newest_change_number() == before + 2
        assert not any(broker.lacks_room for broker in live_brokers())
        assert broker_heartbeats()[2] == (1, 3)

    def test_heartbeats_are_no_news(self, three_brokers):
        before = newest_change_number()
        heartbeat(1, 1)
        assert newest_change_number() == before

    def test_a_clean_stop_fences_at_once(self, three_brokers):
        stop_broker(2, 1)
        assert [broker.id for broker in live_brokers()] == [1, 3]
        assert register_broker(registration(2)) == 2
        assert [broker.id for broker in live_brokers()] == [1, 2, 3]

    def test_a_late_stop_does_not_fence_the_next_incarnation(self, three_brokers):
        register_broker(registration(2))
        stop_broker(2, 1)
        assert not Broker.objects.get(id=2).fenced


@pytest.mark.django_db(transaction=True)
def test_producer_ids_are_given_once():
    def reserve(_):
        try:
            return reserve_producer_ids(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(reserve, range(40)))
    assert sorted(firsts) == [10 * block for block in range(40)]


@pytest.mark.django_db
def test_no_producer_ids_cannot_be_reserved():
    with pytest.raises(ValueError, match="cannot be reserved"):
        reserve_producer_ids(0)


class TestSystemTopics:
    def leaders(self):
        with scope.system("test"):
            topic = Topic.objects.get(name=METRICS_TOPIC)
            assert topic.internal
            rows = topic.partitions.order_by("index").values_list("leader", flat=True)
            assert topic.partition_count == len(rows)
            return list(rows)

    def test_every_broker_has_a_partition_of_its_own(self, three_brokers):
        for number in (2, 1, 2, 3, 1):
            ensure_system_topics(number)
        assert self.leaders() == [2, 1, 3]

    def test_the_services_own_tenant_is_not_listed(self, three_brokers):
        ensure_system_topics(1)
        assert list_tenants() == []

    @pytest.mark.django_db(transaction=True)
    def test_brokers_that_start_at_once_agree(self, three_brokers):
        def ensure(number):
            try:
                ensure_system_topics(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(ensure, (1, 2, 3)))
        assert sorted(self.leaders()) == [1, 2, 3]


class TestCoordinatorTopics:
    def test_it_has_three_replicas_where_there_are_three_brokers(self, three_brokers):
        ensure_system_topics(1)
        ensure_coordinator_topic(TopicName("__consumer_offsets"))
        with scope.system("test"):
            topic = Topic.objects.get(name="__consumer_offsets")
            rows = list(topic.partitions.order_by("index"))
        assert topic.internal
        assert topic.configs["cleanup.policy"] == "compact"
        assert topic.partition_count == len(rows) == PARTITION_COUNT
        assert all(sorted(row.replicas) == sorted(row.isr) == [1, 2, 3] for row in rows)
        assert {row.leader for row in rows} == {1, 2, 3}

    @pytest.mark.django_db(transaction=True)
    def test_brokers_that_are_asked_at_once_agree(self, three_brokers):
        ensure_system_topics(1)

        def ensure(_):
            try:
                ensure_coordinator_topic(TopicName("__transaction_state"))
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(ensure, range(3)))
        with scope.system("test"):
            topic = Topic.objects.get(name="__transaction_state")
            assert topic.partitions.count() == PARTITION_COUNT
