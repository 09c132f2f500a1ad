"""Brokers come and go, and partitions are led by who has all their records."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import Partition
from brokers.node.ports import GivenUp
from brokers.selectors.topics import partitions_of
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.give_up_replicas import give_up_replicas
from brokers.services.heartbeat import heartbeat
from brokers.services.register_broker import register_broker
from brokers.services.stop_broker import stop_broker
from tenants import scope
from tenants.models import PLATFORM, Change
from tenants.selectors.audit_log import entries_of
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration


@pytest.fixture
def flights(acme, three_brokers):
    """Six partitions over three brokers, three replicas each."""
    return acme.create("flights", 6)


def rows(acme, name="flights"):
    return partitions_of(acme.tenant.id, name)


def replica_of(topic):
    """Of its first partition, at the epochs it was created with."""
    return GivenUp(topic.topic_id, 0, 0, 0)


def told_after(number):
    with scope.system("test"):
        return [
            (change.kind, change.payload)
            for change in Change.objects.filter(number__gt=number).order_by("number")
        ]


class TestFence:
    def test_others_lead_what_it_led_and_it_is_in_sync_with_nothing(self, acme, flights):
        assert fence_broker(1, 1, by="test")
        after = rows(acme)
        assert {row.leader for row in after} == {2, 3}
        assert all(set(row.isr) == {2, 3} and row.leader in row.isr for row in after)
        assert [row.leader_epoch for row in after] == [int(row.replicas[0] == 1) for row in after]
        assert {row.partition_epoch for row in after} == {1}

    def test_all_of_it_is_told_at_once_the_broker_first(self, acme, flights):
        before = newest_change_number()
        fence_broker(1, 1, by="test")
        told = told_after(before)
        assert [kind for kind, _ in told] == ["broker", *["partition"] * 6]
        assert told[0][1]["fenced"]
        assert {payload["leader"] for _, payload in told[1:]} == {2, 3}

    def test_one_audit_entry_counts_it_all(self, flights):
        fence_broker(1, 1, by="test")
        entry = entries_of(PLATFORM)[0]
        assert (entry.action, entry.object) == ("broker.fence", "1")
        assert entry.detail == {
            "incarnation": 1, "partitions": 6, "elected": 2, "leaderless": 0,
        }  # fmt: skip

    def test_below_the_minimum_who_leaves_stays_eligible(self, acme, flights):
        for number in (1, 2, 3):
            fence_broker(number, 1, by="test")
        for row in rows(acme):
            assert (row.leader, row.isr) == (None, [])
            assert set(row.eligible_leaders) == {2, 3}

    def test_killing_all_and_starting_them_again_gives_leaders(self, acme, flights):
        for number in (1, 2, 3):
            fence_broker(number, 1, by="test")
        register_broker(registration(1))
        assert {row.leader for row in rows(acme)} == {None}
        register_broker(registration(3))
        assert {row.leader for row in rows(acme)} == {3}
        assert all(row.isr == [3] and row.eligible_leaders == [2] for row in rows(acme))

    def test_a_broker_that_lived_after_all_leads_what_waited(self, acme, flights):
        for number in (1, 2, 3):
            fence_broker(number, 1, by="test")
        before = newest_change_number()
        assert heartbeat(3, 1).alive
        assert {row.leader for row in rows(acme)} == {3}
        assert [kind for kind, _ in told_after(before)] == ["broker", *["partition"] * 6]

    def test_a_stop_is_the_same_by_another_name(self, acme, flights):
        stop_broker(1, 1)
        assert {row.leader for row in rows(acme)} == {2, 3}
        assert entries_of(PLATFORM)[0].action == "broker.stop"

    def test_deleted_topics_are_left_alone(self, acme, flights):
        delete_topic(actor=acme.actor, topic_id=flights.topic_id)
        before = newest_change_number()
        fence_broker(1, 1, by="test")
        assert [kind for kind, _ in told_after(before)] == ["broker"]

    def test_only_replicas_wait_for_their_broker(self, acme, three_brokers):
        acme.create("single", 3, replication_factor=1)
        fence_broker(1, 1, by="test")
        lost = next(row for row in rows(acme, "single") if row.replicas == [1])
        assert (lost.leader, lost.isr, lost.eligible_leaders) == (None, [], [1])
        register_broker(registration(1))
        found = next(row for row in rows(acme, "single") if row.replicas == [1])
        assert (found.leader, found.isr, found.eligible_leaders) == (1, [1], [])
        assert found.leader_epoch == 2


class TestRegister:
    def test_an_unclean_restart_keeps_its_place_on_synced_partitions(self, acme, flights):
        register_broker(registration(1))
        after = rows(acme)
        assert all(set(row.isr) == {1, 2, 3} for row in after)
        assert [row.leader for row in after] == [row.replicas[0] for row in after]
        for row in after:
            led = int(row.leader == 1)
            assert (row.leader_epoch, row.partition_epoch) == (led, led)

    def test_on_another_volume_it_has_nothing(self, acme, flights):
        register_broker(registration(1, volume="new", clean_incarnation=1))
        for row in rows(acme):
            assert set(row.isr) == {2, 3}
            assert row.leader in (2, 3)
            assert row.eligible_leaders == []

    @pytest.mark.parametrize(("clean", "expected"), [(None, {2, 3}), (1, {1, 2, 3})])
    def test_without_sync_a_crash_may_have_taken_records(
        self, acme, three_brokers, clean, expected
    ):
        acme.create("flights", 3, configs={"flush": "os"})
        register_broker(registration(1, clean_incarnation=clean))
        assert all(set(row.isr) == expected for row in rows(acme))

    def test_an_only_replica_is_all_there_is(self, acme, three_brokers):
        acme.create("flights", 3, replication_factor=1, configs={"flush": "os"})
        register_broker(registration(1))
        assert {row.leader for row in rows(acme)} == {1, 2, 3}

    def test_the_audit_entry_counts_what_it_changed(self, acme, flights):
        register_broker(registration(1, volume="new"))
        detail = entries_of(PLATFORM)[0].detail
        assert (detail["partitions"], detail["elected"], detail["leaderless"]) == (6, 2, 0)


class TestGiveUp:
    def test_it_is_neither_in_sync_nor_eligible_and_others_lead(self, acme, flights):
        broker = rows(acme)[0].leader
        assert give_up_replicas(broker, 1, [replica_of(flights)]) == [None]
        first, *rest = rows(acme)
        assert first.leader != broker
        assert broker not in [*first.isr, *first.eligible_leaders]
        assert first.leader_epoch == 1
        assert {row.partition_epoch for row in rest} == {0}
        assert entries_of(PLATFORM)[0].detail["count"] == 1

    def test_an_earlier_incarnation_gives_up_nothing(self, acme, flights):
        register_broker(registration(1))
        before = newest_change_number()
        with pytest.raises(Refusal) as caught:
            give_up_replicas(1, 1, [replica_of(flights)])
        assert caught.value.code is ErrorCode.STALE_BROKER_EPOCH
        assert newest_change_number() == before

    def test_what_is_not_there_or_at_another_epoch_is_refused_alone(self, acme, flights):
        replicas = [
            replace(replica_of(flights), topic_id=bytes(16)),
            replace(replica_of(flights), partition_epoch=1),
            replace(replica_of(flights), index=1, leader_epoch=1),
            replace(replica_of(flights), index=2),
            replace(replica_of(flights), index=2),
        ]
        answers = give_up_replicas(1, 1, replicas)
        assert [answer and answer.code for answer in answers] == [
            ErrorCode.UNKNOWN_TOPIC_ID,
            ErrorCode.INVALID_UPDATE_VERSION,
            ErrorCode.FENCED_LEADER_EPOCH,
            None,
            ErrorCode.UNKNOWN_TOPIC_ID,
        ]
        assert [row.partition_epoch for row in rows(acme)] == [0, 0, 1, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def run(self, *verbs):
        def call(verb):
            try:
                return verb()
            finally:
                connection.close()

        with ThreadPoolExecutor(len(verbs)) as pool:
            return [future.result() for future in [pool.submit(call, verb) for verb in verbs]]

    def test_two_fences_of_two_brokers_leave_the_third(self, acme, flights):
        for _ in range(5):
            assert self.run(
                lambda: fence_broker(1, 1, by="test"), lambda: fence_broker(2, 1, by="test")
            ) == [True, True]
            after = rows(acme)
            assert {row.leader for row in after} == {3}
            assert all(row.isr == [3] for row in after)
            # Whoever was fenced second left fewer than the minimum.
            assert all(len(row.eligible_leaders) == 1 for row in after)
            self.run(lambda: heartbeat(1, 1).alive, lambda: heartbeat(2, 1).alive)
            with scope.system("test"):
                Partition.objects.update(isr=[1, 2, 3], eligible_leaders=[])

    def test_of_two_that_count_on_each_other_only_one_gives_up(self, acme, flights):
        fence_broker(3, 1, by="test")
        for partition in range(4):
            seen = rows(acme)[partition]
            assert sorted(seen.isr) == [1, 2]
            replica = GivenUp(flights.topic_id, partition, seen.leader_epoch, seen.partition_epoch)
            answers = self.run(
                lambda replica=replica: give_up_replicas(1, 1, [replica]),
                lambda replica=replica: give_up_replicas(2, 1, [replica]),
            )
            refused = [number for number, [answer] in enumerate(answers, 1) if answer]
            assert len(refused) == 1
            after = rows(acme)[partition]
            assert (after.isr, after.leader) == (refused, refused[0])

    def test_one_of_many_fences_the_same_broker(self, acme, flights):
        fences = [lambda: fence_broker(1, 1, by="test")] * 6
        assert sorted(self.run(*fences)) == [False] * 5 + [True]
        assert {row.partition_epoch for row in rows(acme)} == {1}

    def test_registering_and_fencing_do_not_wait_for_each_other_for_ever(self, acme, flights):
        verbs = []
        for number in (1, 2, 3):
            verbs.append(lambda number=number: register_broker(registration(number)))
            verbs.append(lambda number=number: fence_broker(number, 1, by="test"))
        self.run(*verbs)
        for row in rows(acme):
            assert row.leader in (1, 2, 3)
            assert row.leader in row.isr


class TestWalls:
    @pytest.mark.parametrize(
        "nonsense",
        [
            {"isr": [1, 2, 3, 9]},
            {"isr": [2], "leader": 1},
            {"eligible_leaders": [1]},
            {"eligible_leaders": [9]},
            {"adding": [9]},
        ],
    )
    def test_who_has_no_replica_can_be_nothing_whoever_writes(self, acme, flights, nonsense):
        with (
            pytest.raises(DatabaseError, match="partition_membership"),
            scope.system("test"),
            transaction.atomic(),
        ):
            Partition.objects.update(**nonsense)
