"""Creating, growing, configuring and deleting topics."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicId
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.models import Broker, Topic
from brokers.node.ports import ConfigOperation
from brokers.selectors.topics import partitions_of, topic_id_of, topic_named, topics_of
from brokers.services.alter_topic_configs import alter_topic_configs
from brokers.services.create_partitions import create_partitions
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.register_broker import register_broker
from brokers.services.replace_topic_configs import replace_topic_configs
from tenants import scope
from tenants.selectors.changes import newest_change_number
from tenants.services.set_tenant_limits import set_tenant_limits
from tenants.services.suspend_tenant import suspend_tenant
from tests.apps.brokers.registrations import registration


def refused(verb, *args, **kwargs):
    before = newest_change_number()
    with pytest.raises(Refusal) as caught:
        verb(*args, **kwargs)
    assert newest_change_number() == before, "what was refused was told to brokers"
    return caught.value.code


@pytest.fixture(autouse=True)
def brokers(three_brokers):
    pass


class TestCreate:
    def test_a_topic_has_its_partitions_spread_over_the_brokers(self, acme):
        created = acme.create("flights", 6, configs={"retention.ms": "1000"})
        assert (created.partition_count, created.replication_factor) == (6, 3)
        rows = partitions_of(acme.tenant.id, "flights")
        assert [row.index for row in rows] == list(range(6))
        assert Counter(row.leader for row in rows) == {1: 2, 2: 2, 3: 2}
        assert all(row.replicas == row.isr and row.leader == row.isr[0] for row in rows)
        assert all(set(row.replicas) == {1, 2, 3} for row in rows)
        topic = topic_named(acme.tenant.id, "flights")
        assert topic_id_of(topic) == created.topic_id
        assert topic.configs == {"retention.ms": "1000"}

    def test_counts_of_minus_one_ask_for_the_defaults(self, acme):
        created = acme.create("flights", -1, replication_factor=-1)
        assert created.partition_count == acme.tenant.default_partition_count

    def test_validating_writes_nothing(self, acme):
        before = newest_change_number()
        created = acme.create("flights", 6, validate_only=True)
        assert created.partition_count == 6
        assert topics_of(acme.tenant.id) == []
        assert newest_change_number() == before

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"partitions": 0}, ErrorCode.INVALID_PARTITIONS),
            ({"partitions": -2}, ErrorCode.INVALID_PARTITIONS),
            ({"partitions": PARTITIONS_PER_TOPIC_MAX + 1}, ErrorCode.INVALID_PARTITIONS),
            ({"replication_factor": 4}, ErrorCode.INVALID_REPLICATION_FACTOR),
            ({"replication_factor": 0}, ErrorCode.INVALID_REPLICATION_FACTOR),
            ({"configs": {"nope": "1"}}, ErrorCode.INVALID_CONFIG),
            ({"configs": {"retention.ms": None}}, ErrorCode.INVALID_CONFIG),
            ({"configs": {"cleanup.policy": "compress"}}, ErrorCode.INVALID_CONFIG),
            ({"assignments": {0: (1,)}}, ErrorCode.INVALID_REQUEST),
            ({"partitions": -1, "assignments": {1: (1,)}}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            ({"partitions": -1, "assignments": {0: (9,)}}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            ({"partitions": -1, "assignments": {0: ()}}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            (
                {"partitions": -1, "assignments": {0: (1, 2), 1: (1,)}},
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            ),
            ({"partitions": -1, "assignments": {0: (1, 1)}}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        ],
    )
    def test_what_cannot_be_is_refused(self, acme, options, code):
        assert refused(acme.create, "flights", **options) is code

    def test_replicas_can_be_assigned_by_hand(self, acme):
        created = acme.create("flights", -1, assignments={0: (3, 1), 1: (3, 2)})
        assert created.replication_factor == 2
        rows = partitions_of(acme.tenant.id, "flights")
        assert [(row.replicas, row.isr, row.leader) for row in rows] == [
            ([3, 1], [3, 1], 3),
            ([3, 2], [3, 2], 3),
        ]

    def test_only_live_replicas_are_in_sync_from_the_start(self, acme):
        fence_broker(2, 1, by="test")
        acme.create("flights", 3)
        acme.create("by-hand", -1, assignments={0: (2, 3, 1)})
        for row in [
            *partitions_of(acme.tenant.id, "flights"),
            *partitions_of(acme.tenant.id, "by-hand"),
        ]:
            assert set(row.replicas) == {1, 2, 3}
            assert row.isr == [replica for replica in row.replicas if replica != 2]
            assert row.leader == row.isr[0]
        dead = {"partitions": -1, "assignments": {0: (2,)}}
        assert refused(acme.create, "dead", **dead) is ErrorCode.INVALID_REPLICA_ASSIGNMENT

    def test_the_default_is_three_replicas_and_one_where_there_are_fewer_brokers(self, acme):
        register_broker(registration(4))
        assert acme.create("three").replication_factor == 3
        for number in (1, 2):
            fence_broker(number, 1, by="test")
            remove = Broker.objects.get(id=number)
            remove.delete()
        assert acme.create("two").replication_factor == 1

    def test_partitions_count_against_the_limit_not_replicas(self, acme):
        set_tenant_limits(tenant_id=acme.tenant.id, limits={"partitions": 3}, by="test")
        assert acme.create("flights", 3).replication_factor == 3

    def test_a_name_is_given_once_and_collisions_count(self, acme):
        acme.create("a.b")
        assert refused(acme.create, "a.b") is ErrorCode.TOPIC_ALREADY_EXISTS
        assert refused(acme.create, "a_b") is ErrorCode.INVALID_TOPIC_EXCEPTION
        acme.create("a-b")

    def test_two_tenants_may_use_the_same_name(self, acme, rival):
        assert acme.create("flights").topic_id != rival.create("flights").topic_id
        assert len(topics_of(acme.tenant.id)) == len(topics_of(rival.tenant.id)) == 1

    def test_a_tenant_has_so_many_partitions_and_no_more(self, acme, rival):
        set_tenant_limits(tenant_id=acme.tenant.id, limits={"partitions": 10}, by="test")
        acme.create("one", 6)
        rival.create("one", 6)
        assert refused(acme.create, "two", 5) is ErrorCode.POLICY_VIOLATION
        acme.create("two", 4)

    def test_without_a_live_broker_nothing_is_created(self, acme):
        for number in (1, 2, 3):
            fence_broker(number, 1, by="test")
        assert refused(acme.create, "flights") is ErrorCode.INVALID_REPLICATION_FACTOR

    def test_fenced_brokers_get_no_partitions(self, acme):
        fence_broker(2, 1, by="test")
        acme.create("flights", 4, replication_factor=1)
        assert {row.leader for row in partitions_of(acme.tenant.id, "flights")} == {1, 3}

    def test_an_inactive_tenant_creates_nothing(self, acme):
        suspend_tenant(tenant_id=acme.tenant.id, by="test")
        assert refused(acme.create, "flights") is ErrorCode.CLUSTER_AUTHORIZATION_FAILED


@pytest.mark.django_db(transaction=True)
class TestConcurrently:
    def attempt(self, acme, name):
        try:
            acme.create(name)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return ErrorCode.NONE

    def test_one_of_many_gets_the_name(self, acme):
        with ThreadPoolExecutor(8) as pool:
            outcomes = Counter(pool.map(lambda _: self.attempt(acme, "flights"), range(8)))
        assert outcomes == {ErrorCode.NONE: 1, ErrorCode.TOPIC_ALREADY_EXISTS: 7}

    def test_the_limit_holds(self, acme):
        set_tenant_limits(tenant_id=acme.tenant.id, limits={"partitions": 9}, by="test")
        with ThreadPoolExecutor(8) as pool:
            outcomes = Counter(pool.map(lambda n: self.attempt(acme, f"topic{n}"), range(8)))
        assert outcomes == {ErrorCode.NONE: 3, ErrorCode.POLICY_VIOLATION: 5}


class TestDelete:
    def test_the_name_is_free_at_once_and_the_id_is_new(self, acme):
        first = acme.create("flights")
        delete_topic(actor=acme.actor, topic_id=first.topic_id)
        assert topic_named(acme.tenant.id, "flights") is None
        assert acme.create("flights").topic_id != first.topic_id

    def test_a_tombstone_and_its_partitions_stay(self, acme):
        created = acme.create("flights", 3)
        delete_topic(actor=acme.actor, topic_id=created.topic_id)
        with scope.tenant(acme.tenant.id):
            tombstone = Topic.objects.get()
            assert tombstone.deleted_at is not None
            assert tombstone.partitions.count() == 3

    def test_deleting_twice_and_the_foreign_are_refused_alike(self, acme, rival):
        own, foreign = acme.create("flights"), rival.create("flights")
        delete_topic(actor=acme.actor, topic_id=own.topic_id)
        messages = set()
        for topic_id in (own.topic_id, foreign.topic_id, TopicId(bytes(16))):
            with pytest.raises(Refusal) as caught:
                delete_topic(actor=acme.actor, topic_id=topic_id)
            messages.add((caught.value.code, caught.value.message))
        assert messages == {(ErrorCode.UNKNOWN_TOPIC_ID, "there is no topic of that id")}
        assert topic_named(rival.tenant.id, "flights") is not None

    def test_deleted_partitions_do_not_count_against_the_limit(self, acme):
        set_tenant_limits(tenant_id=acme.tenant.id, limits={"partitions": 6}, by="test")
        created = acme.create("one", 6)
        delete_topic(actor=acme.actor, topic_id=created.topic_id)
        acme.create("two", 6)


class TestGrow:
    def grow(self, acme, count, **options):
        create_partitions(actor=acme.actor, name="flights", count=count, **options)

    def test_new_partitions_keep_the_topic_even(self, acme):
        acme.create("flights", 4)
        before = [row.leader for row in partitions_of(acme.tenant.id, "flights")]
        self.grow(acme, 9)
        after = [row.leader for row in partitions_of(acme.tenant.id, "flights")]
        assert after[:4] == before
        assert Counter(after) == {1: 3, 2: 3, 3: 3}
        assert topic_named(acme.tenant.id, "flights").partition_count == 9

    def test_new_replicas_are_spread_over_volumes_and_racks(self, acme):
        """Two brokers in each rack; 1 and 3, of different ones, share a volume."""
        racks = {1: "a", 2: "a", 3: "b", 4: "b", 5: "c", 6: "c"}
        volumes = {number: f"volume-{number}" for number in racks} | {3: "volume-1"}
        for number, rack in racks.items():
            register_broker(registration(number, volume=volumes[number], rack=rack))
        acme.create("flights", 6, replication_factor=3)
        before = [row.replicas for row in partitions_of(acme.tenant.id, "flights")]
        self.grow(acme, 18)
        after = [row.replicas for row in partitions_of(acme.tenant.id, "flights")]
        assert after[:6] == before
        for replicas in after:
            assert len({volumes[each] for each in replicas}) == 3
            assert {racks[each] for each in replicas} == {"a", "b", "c"}
        leaders = Counter(replicas[0] for replicas in after)
        assert max(leaders.values()) - min(leaders.values()) <= 2

    def test_new_partitions_can_be_assigned_by_hand(self, acme):
        acme.create("flights", 1, replication_factor=2)
        self.grow(acme, 3, assignments=[[BrokerId(2), BrokerId(1)], [BrokerId(2), BrokerId(3)]])
        rows = partitions_of(acme.tenant.id, "flights")[1:]
        assert [row.replicas for row in rows] == [[2, 1], [2, 3]]

    def test_new_partitions_have_as_many_replicas_as_the_others(self, acme):
        acme.create("flights", 1, replication_factor=2)
        self.grow(acme, 3)
        rows = partitions_of(acme.tenant.id, "flights")
        assert [len(row.replicas) for row in rows] == [2, 2, 2]
        Broker.objects.exclude(id=1).update(draining=True)
        assert refused(self.grow, acme, 4) is ErrorCode.INVALID_REPLICATION_FACTOR

    def test_validating_writes_nothing(self, acme):
        acme.create("flights", 1)
        self.grow(acme, 3, validate_only=True)
        assert len(partitions_of(acme.tenant.id, "flights")) == 1

    @pytest.mark.parametrize(
        ("count", "options", "code"),
        [
            (3, {}, ErrorCode.INVALID_PARTITIONS),
            (2, {}, ErrorCode.INVALID_PARTITIONS),
            (-1, {}, ErrorCode.INVALID_PARTITIONS),
            (PARTITIONS_PER_TOPIC_MAX + 1, {}, ErrorCode.INVALID_PARTITIONS),
            (4, {"assignments": [[1], [2]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            (4, {"assignments": [[9]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            (4, {"assignments": [[1, 2]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
            (4, {"assignments": [[1, 1, 2]]}, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        ],
    )
    def test_what_cannot_be_is_refused(self, acme, count, options, code):
        acme.create("flights", 3)
        assert refused(self.grow, acme, count, **options) is code

    def test_a_foreign_topic_is_absent(self, acme, rival):
        rival.create("flights", 1)
        assert refused(self.grow, acme, 3) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def test_the_limit_counts(self, acme):
        acme.create("flights", 3)
        set_tenant_limits(tenant_id=acme.tenant.id, limits={"partitions": 4}, by="test")
        assert refused(self.grow, acme, 5) is ErrorCode.POLICY_VIOLATION


class TestConfigs:
    def configs(self, acme):
        return topic_named(acme.tenant.id, "flights").configs

    def test_single_steps_leave_the_rest(self, acme):
        acme.create("flights", configs={"retention.ms": "1000", "segment.ms": "5000"})
        steps = [ConfigOperation("retention.ms", 0, "9"), ConfigOperation("segment.ms", 1, None)]
        alter_topic_configs(actor=acme.actor, name="flights", operations=steps)
        assert self.configs(acme) == {"retention.ms": "9"}

    def test_replacing_resets_what_is_not_named(self, acme):
        acme.create("flights", configs={"retention.ms": "1000", "segment.ms": "5000"})
        replace_topic_configs(actor=acme.actor, name="flights", configs={"flush": "os"})
        assert self.configs(acme) == {"flush": "os"}

    def test_validating_writes_nothing(self, acme):
        acme.create("flights")
        for verb, asked in (
            (alter_topic_configs, {"operations": [ConfigOperation("flush", 0, "os")]}),
            (replace_topic_configs, {"configs": {"flush": "os"}}),
        ):
            verb(actor=acme.actor, name="flights", validate_only=True, **asked)
        assert self.configs(acme) == {}

    def test_one_bad_step_leaves_all_undone(self, acme):
        acme.create("flights")
        steps = [ConfigOperation("flush", 0, "os"), ConfigOperation("retention.ms", 0, "x")]
        code = refused(alter_topic_configs, actor=acme.actor, name="flights", operations=steps)
        assert code is ErrorCode.INVALID_CONFIG
        assert self.configs(acme) == {}

    def test_setting_what_is_set_tells_nobody(self, acme):
        acme.create("flights", configs={"flush": "os"})
        before = newest_change_number()
        replace_topic_configs(actor=acme.actor, name="flights", configs={"flush": "os"})
        assert newest_change_number() == before

    def test_a_foreign_topic_is_absent(self, acme, rival):
        rival.create("flights")
        for verb, asked in (
            (alter_topic_configs, {"operations": []}),
            (replace_topic_configs, {"configs": {}}),
        ):
            code = refused(verb, actor=acme.actor, name="flights", **asked)
            assert code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
