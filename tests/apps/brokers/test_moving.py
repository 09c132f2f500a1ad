"""Reassigning, preferred and unclean elections, and brokers that are drained and removed."""

from collections import Counter

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import Broker, Partition
from brokers.node.ports import PartitionAssignment, Refused
from brokers.selectors.brokers import live_brokers, replicas_held
from brokers.selectors.replicas import replicas_leaving
from brokers.selectors.topics import partitions_of
from brokers.services.continue_drains import continue_drains
from brokers.services.drain_broker import drain_broker
from brokers.services.drain_moves import MOVES_AT_ONCE
from brokers.services.elect_leaders import elect_leaders
from brokers.services.elect_uncleanly import elect_uncleanly
from brokers.services.ensure_system_topics import ensure_system_topics
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.mend_partitions import mend_partitions
from brokers.services.reassign_partitions import reassign_partitions
from brokers.services.register_broker import register_broker
from brokers.services.remove_broker import remove_broker
from brokers.services.stop_broker import stop_broker
from brokers.services.undrain_broker import undrain_broker
from tenants import scope
from tenants.models import PLATFORM, Change
from tenants.selectors.audit_log import entries_of
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration


@pytest.fixture
def flights(acme, three_brokers):
    return acme.create("flights", 6)


def rows(acme, name="flights"):
    return partitions_of(acme.tenant.id, name)


def put(**fields):
    with scope.system("test"):
        Partition.objects.update(**fields)


def in_sync():
    """Every replica has copied everything, and the controller's round has seen it."""
    with scope.system("test"):
        for row in Partition.objects.all():
            row.isr = row.replicas
            row.save()
    mend_partitions(rebalance=False)


def codes(answers):
    return [each.code if isinstance(each, Refused) else each for each in answers]


def refused(verb, **kwargs):
    before = newest_change_number()
    with pytest.raises(Refusal) as caught:
        verb(**kwargs)
    assert newest_change_number() == before
    return caught.value.code


class TestElectLeaders:
    def test_preferred_leaders_lead_where_they_may(self, acme, flights):
        put(replicas=[1, 2, 3], leader=3)
        fence_broker(2, 1, by="test")
        asked = [("flights", 0), ("flights", 1), ("flights", 0), ("flights", 9), ("nope", 0)]
        answers = elect_leaders(actor=acme.actor, partitions=asked)
        assert [(name, index) for name, index, _ in answers] == [
            ("flights", 0), ("flights", 1), ("flights", 9), ("nope", 0),
        ]  # fmt: skip
        unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        assert codes(each for *_, each in answers) == [None, None, unknown, unknown]
        assert [row.leader for row in rows(acme)] == [1, 1, 3, 3, 3, 3]
        again = elect_leaders(actor=acme.actor, partitions=asked[:1])
        assert codes(each for *_, each in again) == [ErrorCode.ELECTION_NOT_NEEDED]
        entry = entries_of(acme.tenant.id)[0]
        assert (entry.action, entry.by) == ("partition.elect_preferred", "User:test")
        assert entry.detail == {"partitions": ["flights/0", "flights/1"], "count": 2}

    def test_all_means_those_that_others_lead(self, acme, rival, flights):
        rival.create("flights", 3)
        fence_broker(1, 1, by="test")
        heartbeat(1, 1)
        unavailable = ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
        answers = elect_leaders(actor=acme.actor, partitions=None)
        assert codes(each for *_, each in answers) == [unavailable] * 2
        put(isr=[1, 2, 3])
        answers = elect_leaders(actor=acme.actor, partitions=None)
        assert codes(each for *_, each in answers) == [None] * 2
        assert elect_leaders(actor=acme.actor, partitions=None) == []

    def test_a_foreign_topic_is_absent(self, acme, rival, flights):
        rival.create("theirs", 1)
        put(leader=3, replicas=[1, 2, 3])
        (answer,) = elect_leaders(actor=acme.actor, partitions=[("theirs", 0)])
        (absent,) = elect_leaders(actor=acme.actor, partitions=[("absent", 0)])
        assert answer[2] == absent[2]
        assert rows(rival, "theirs")[0].leader == 3


class TestReassign:
    def reassign(self, acme, *wanted, name="flights"):
        assignments = [PartitionAssignment(name, index, target) for index, target in wanted]
        return codes(reassign_partitions(actor=acme.actor, assignments=assignments))

    def test_new_replicas_come_beside_the_old(self, acme, flights):
        register_broker(registration(4))
        before = rows(acme)[0]
        assert self.reassign(acme, (0, (4, 1, 2))) == [None]
        after = rows(acme)[0]
        assert after.replicas == [4, 1, 2, 3]
        assert (after.adding, after.removing) == ([4], [3])
        assert (after.leader, set(after.isr)) == (before.leader, {1, 2, 3})
        entry = entries_of(acme.tenant.id)[0]
        assert entry.action == "partition.reassign"
        assert entry.detail["targets"] == [[4, 1, 2]]

    def test_more_and_fewer_replicas_may_be_asked_for(self, acme, flights):
        assert self.reassign(acme, (0, (1,)), (1, (2, 3))) == [None, None]
        in_sync()
        assert [row.replicas for row in rows(acme)[:2]] == [[1], [2, 3]]
        assert rows(acme)[0].leader == 1

    def test_it_can_be_cancelled(self, acme, flights):
        register_broker(registration(4))
        self.reassign(acme, (0, (4, 1, 2)))
        assert self.reassign(acme, (0, None), (1, None)) == [
            None,
            ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
        ]
        assert set(rows(acme)[0].replicas) == {1, 2, 3}

    def test_what_cannot_be_is_refused_one_by_one(self, acme, rival, flights):
        rival.create("theirs", 1)
        register_broker(registration(4))
        drain_broker(broker_id=4, by="test")
        impossible = ErrorCode.INVALID_REPLICA_ASSIGNMENT
        unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        assert self.reassign(
            acme, (0, ()), (1, (1, 1)), (2, (1, 9)), (3, (1, 4)), (4, (1, 2)), (4, (1,)), (9, (1,))
        ) == [impossible] * 4 + [None, unknown, unknown]
        assert self.reassign(acme, (0, (1,)), name="theirs") == [unknown]


class TestUnclean:
    def elect(self, acme, broker=3, index=0):
        return elect_uncleanly(
            tenant_id=acme.actor.tenant_id, topic="flights", index=index, broker=broker, by="me"
        )

    def test_the_last_resort_is_audited_as_what_it_is(self, acme, flights):
        fence_broker(1, 1, by="test")
        put(leader=None, isr=[], eligible_leaders=[1])
        before = rows(acme)[0]
        after = self.elect(acme)
        assert (after.leader, after.isr, after.eligible_leaders) == (3, (3,), ())
        assert after.leader_epoch == before.leader_epoch + 1
        entry = entries_of(acme.tenant.id)[0]
        assert (entry.action, entry.object, entry.by) == (
            "partition.elect_uncleanly", "flights/0", "me",
        )  # fmt: skip
        assert entry.detail["records_may_be_lost"] is True
        assert entry.detail["eligible_before"] == [1]

    def test_it_is_refused_while_there_is_a_leader_or_may_be_one(self, acme, flights):
        needless = ErrorCode.ELECTION_NOT_NEEDED
        assert refused(self.elect, acme=acme) is needless
        put(leader=None, isr=[], eligible_leaders=[2])
        assert refused(self.elect, acme=acme) is needless

    def test_what_cannot_lead_is_refused(self, acme, flights):
        put(leader=None, isr=[])
        assert refused(self.elect, acme=acme, broker=9) is ErrorCode.INVALID_REPLICA_ASSIGNMENT
        assert refused(self.elect, acme=acme, index=9) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        fence_broker(3, 1, by="test")
        assert refused(self.elect, acme=acme) is ErrorCode.BROKER_NOT_AVAILABLE


class TestDrain:
    @pytest.fixture
    def fourth(self, flights):
        register_broker(registration(4))

    def test_replicas_move_where_they_are_safe(self, acme, fourth):
        register_broker(registration(5, volume="volume-1"))
        drained = drain_broker(broker_id=3, by="test")
        assert (drained.moving, drained.stuck) == (6, ())
        for row in rows(acme):
            assert (row.adding, row.removing) == ([4], [3]), "5 would share a volume with 1"
        in_sync()
        assert replicas_held()[3] == 0
        assert all(set(row.replicas) == {1, 2, 4} for row in rows(acme))
        led = Counter(row.replicas[0] for row in rows(acme))
        assert led == {1: 2, 2: 2, 4: 2}

    def drained_to_the_end(self, *brokers):
        """How many were under way in each round."""
        rounds = []
        while any(replicas_held()[broker] for broker in brokers):
            rounds.append(sum(replicas_leaving()[broker] for broker in brokers))
            in_sync()
            continue_drains()
        return rounds

    def test_so_many_move_at_a_time_until_none_is_left(self, acme, fourth):
        acme.create("more", 19, replication_factor=3)
        with scope.system("test"):
            Partition.objects.update(replicas=[1, 2, 3], isr=[1, 2, 3], leader=1)
        drained = drain_broker(broker_id=3, by="test")
        assert (drained.moving, drained.begun) == (25, MOVES_AT_ONCE)
        assert drain_broker(broker_id=3, by="test", dry_run=True).begun == MOVES_AT_ONCE
        assert continue_drains() == 0
        assert self.drained_to_the_end(3) == [10, 10, 5]
        assert replicas_held() == {1: 25, 2: 25, 4: 25}
        before = newest_change_number()
        assert continue_drains() == 0
        assert newest_change_number() == before

    def test_brokers_are_drained_side_by_side(self, acme, fourth):
        register_broker(registration(5))
        acme.create("more", 19, replication_factor=3)
        with scope.system("test"):
            Partition.objects.update(replicas=[1, 2, 3], isr=[1, 2, 3], leader=1)
        drain_broker(broker_id=2, by="test")
        drain_broker(broker_id=3, by="test")
        assert max(self.drained_to_the_end(2, 3)) <= 2 * MOVES_AT_ONCE
        assert replicas_held() == {1: 25, 4: 25, 5: 25}

    def test_a_drain_that_is_taken_back_goes_no_further(self, acme, fourth):
        drain_broker(broker_id=3, by="test")
        undrain_broker(broker_id=3, by="test")
        assert continue_drains() == 0

    def test_what_was_stuck_goes_by_itself_once_it_can(self, acme, flights):
        drain_broker(broker_id=3, by="test")
        assert continue_drains() == 0
        register_broker(registration(4))
        assert continue_drains() == 6

    def test_a_draining_broker_is_given_nothing_new(self, acme, fourth):
        drain_broker(broker_id=3, by="test")
        acme.create("new", 6)
        assert all(3 not in row.replicas for row in rows(acme, "new"))
        ensure_system_topics(3)
        register_broker(registration(3))
        assert Broker.objects.get(id=3).draining
        assert replicas_held()[3] == 6

    def test_without_another_broker_they_are_stuck_until_there_is_one(self, acme, flights):
        drained = drain_broker(broker_id=3, by="test")
        assert (drained.moving, len(drained.stuck)) == (0, 6)
        assert drained.stuck[0] == "flights/0"
        register_broker(registration(4))
        assert drain_broker(broker_id=3, by="test").moving == 6

    def test_a_dry_run_only_says(self, acme, fourth):
        before = newest_change_number()
        assert drain_broker(broker_id=3, by="test", dry_run=True).moving == 6
        assert newest_change_number() == before
        assert not Broker.objects.get(id=3).draining

    def test_undraining_keeps_what_had_not_gone(self, acme, fourth):
        drain_broker(broker_id=3, by="test")
        assert undrain_broker(broker_id=3, by="test") == 6
        assert not Broker.objects.get(id=3).draining
        assert all(set(row.replicas) == {1, 2, 3} for row in rows(acme))
        assert undrain_broker(broker_id=3, by="test") == 0

    def test_the_load_is_spread(self, acme, three_brokers):
        acme.create("flights", 8, replication_factor=1)
        with scope.system("test"):
            Partition.objects.update(replicas=[1], isr=[1], leader=1)
        drain_broker(broker_id=1, by="test")
        in_sync()
        assert replicas_held() == {2: 4, 3: 4}

    def test_who_is_not_there_cannot_be_drained(self, three_brokers):
        for verb in (drain_broker, undrain_broker, remove_broker):
            code = refused(verb, broker_id=9, by="test")
            assert code is ErrorCode.BROKER_ID_NOT_REGISTERED


class TestRemove:
    def test_an_empty_stopped_broker_is_forgotten(self, three_brokers):
        assert refused(remove_broker, broker_id=3, by="test") is ErrorCode.INVALID_REQUEST
        stop_broker(3, 1)
        remove_broker(broker_id=3, by="test", dry_run=True)
        remove_broker(broker_id=3, by="test")
        assert not Broker.objects.filter(id=3).exists()
        with scope.system("test"):
            last = Change.objects.order_by("number").last()
        assert (last.kind, last.key, last.payload) == ("broker", "3", None)
        assert entries_of(PLATFORM)[0].action == "broker.remove"

    def test_one_that_holds_replicas_is_not(self, flights):
        stop_broker(3, 1)
        assert refused(remove_broker, broker_id=3, by="test") is ErrorCode.INVALID_REQUEST

    def test_its_process_ends_and_who_takes_its_id_is_somebody_new(self, three_brokers):
        stop_broker(3, 1)
        remove_broker(broker_id=3, by="test")
        assert not heartbeat(3, 1).alive
        assert register_broker(registration(3)) == 2
        assert not heartbeat(3, 1).alive, "a process of the old one would pass for the new one"
        assert [broker.id for broker in live_brokers()] == [1, 2, 3]
