"""In-sync replicas by compare-and-set, each reason to refuse by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import TopicId
from brokers.metadata.records import PartitionRecord
from brokers.node.ports import ConfigOperation, IsrChange, Refused
from brokers.selectors.topics import partitions_of
from brokers.services.alter_isrs import alter_isrs
from brokers.services.alter_topic_configs import alter_topic_configs
from brokers.services.delete_topic import delete_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.heartbeat import heartbeat
from brokers.services.register_broker import register_broker
from tenants.models import PLATFORM
from tenants.selectors.audit_log import entries_of
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration


@pytest.fixture
def flights(acme, three_brokers):
    """One partition, led by 1, its replicas on all three."""
    return acme.create("flights", -1, assignments={0: (1, 2, 3)})


def row(acme):
    return partitions_of(acme.tenant.id, "flights")[0]


def change(flights, isr, *, leader_epoch=0, partition_epoch=0):
    members = tuple(isr.items()) if isinstance(isr, dict) else tuple((each, 1) for each in isr)
    return IsrChange(flights.topic_id, 0, leader_epoch, partition_epoch, members)


def alter(*changes, broker=1, incarnation=1):
    return alter_isrs(broker, incarnation, changes)


def test_a_member_leaves_and_comes_back(acme, flights):
    (shrunk,) = alter(change(flights, (1, 2)))
    assert isinstance(shrunk, PartitionRecord)
    assert (shrunk.isr, shrunk.partition_epoch, shrunk.leader_epoch) == ((1, 2), 1, 0)
    (grown,) = alter(change(flights, (1, 2, 3), partition_epoch=1))
    assert (grown.isr, grown.partition_epoch) == ((1, 2, 3), 2)
    assert (row(acme).isr, row(acme).partition_epoch) == ([1, 2, 3], 2)


def test_it_is_told_and_not_audited(acme, flights):
    number, entries = newest_change_number(), len(entries_of(PLATFORM))
    alter(change(flights, (1, 2)))
    assert newest_change_number() == number + 1
    assert len(entries_of(PLATFORM)) == entries


def test_below_the_minimum_those_who_leave_stay_eligible(acme, flights):
    (alone,) = alter(change(flights, (1,)))
    assert (alone.isr, alone.eligible_leaders) == ((1,), (2, 3))
    (enough,) = alter(change(flights, (1, 3), partition_epoch=1))
    assert enough.eligible_leaders == ()


def test_an_unchanged_set_voids_what_else_is_under_way(acme, flights):
    alter(change(flights, (1, 2, 3)))
    (late,) = alter(change(flights, (1,)))
    assert late.code is ErrorCode.INVALID_UPDATE_VERSION


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"leader_epoch": 1}, ErrorCode.FENCED_LEADER_EPOCH),
        ({"partition_epoch": 1}, ErrorCode.INVALID_UPDATE_VERSION),
        ({"isr": (2, 3)}, ErrorCode.INVALID_REQUEST),
        ({"isr": (1, 4)}, ErrorCode.INVALID_REQUEST),
    ],
)
def test_what_does_not_fit_is_refused(acme, flights, asked, code):
    before = newest_change_number()
    (refused,) = alter(change(flights, **({"isr": (1, 2)} | asked)))
    assert isinstance(refused, Refused)
    assert refused.code is code
    assert newest_change_number() == before


def test_another_broker_than_the_leader_is_refused(flights):
    (refused,) = alter(change(flights, (2, 3)), broker=2)
    assert refused.code is ErrorCode.FENCED_LEADER_EPOCH


def test_an_earlier_incarnation_of_the_leader_is_refused_as_a_whole(flights):
    register_broker(registration(1))
    for broker, incarnation in ((1, 1), (9, 1)):
        with pytest.raises(Refusal) as caught:
            alter(change(flights, (1, 2), leader_epoch=1, partition_epoch=1), broker=broker,
                  incarnation=incarnation)  # fmt: skip
        assert caught.value.code is ErrorCode.STALE_BROKER_EPOCH


def test_a_joining_member_must_live_in_the_incarnation_that_was_seen(acme, flights):
    alter(change(flights, (1, 2)))
    fence_broker(3, 1, by="test")
    (fenced,) = alter(change(flights, (1, 2, 3), partition_epoch=1))
    assert fenced.code is ErrorCode.INELIGIBLE_REPLICA
    register_broker(registration(3, volume="new"))
    (wiped,) = alter(change(flights, (1, 2, 3), partition_epoch=1))
    assert wiped.code is ErrorCode.INELIGIBLE_REPLICA
    (anew,) = alter(change(flights, {1: 1, 2: 1, 3: 2}, partition_epoch=1))
    assert anew.isr == (1, 2, 3)


def test_members_that_stay_are_not_asked(acme, flights):
    register_broker(registration(2))
    (kept,) = alter(change(flights, {1: 0, 2: 0}))
    assert kept.isr == (1, 2)


def test_absent_and_deleted_partitions_are_unknown(acme, flights):
    unknown = IsrChange(TopicId(bytes(16)), 0, 0, 0, ((1, 1),))
    beyond = IsrChange(flights.topic_id, 9, 0, 0, ((1, 1),))
    delete_topic(actor=acme.actor, topic_id=flights.topic_id)
    for refused in alter(unknown, beyond, change(flights, (1, 2))):
        assert refused.code is ErrorCode.UNKNOWN_TOPIC_ID


def test_one_refused_does_not_stop_the_others(acme, flights):
    other = acme.create("other", -1, assignments={0: (1, 2), 1: (1, 3)})
    good = [IsrChange(other.topic_id, index, 0, 0, ((1, 1),)) for index in (1, 0)]
    answers = alter(good[0], change(flights, (1, 2), leader_epoch=7), good[1])
    assert [getattr(each, "code", None) for each in answers] == [
        None,
        ErrorCode.FENCED_LEADER_EPOCH,
        None,
    ]
    assert [answers[0].index, answers[2].index] == [1, 0]


def test_another_minimum_voids_what_was_proposed_by_the_old_one(acme, flights):
    alter(change(flights, (1,)))
    step = [ConfigOperation("min.insync.replicas", 0, "1")]
    alter_topic_configs(actor=acme.actor, name="flights", operations=step)
    assert (row(acme).partition_epoch, row(acme).eligible_leaders) == (2, [])
    (late,) = alter(change(flights, (1, 2), partition_epoch=1))
    assert late.code is ErrorCode.INVALID_UPDATE_VERSION


def test_other_configs_are_no_new_partition_epoch(acme, flights):
    step = [ConfigOperation("retention.ms", 0, "1000")]
    alter_topic_configs(actor=acme.actor, name="flights", operations=step)
    assert row(acme).partition_epoch == 0


@pytest.mark.django_db(transaction=True)
def test_one_of_many_proposals_at_one_epoch_lands(acme, flights):
    def propose(isr):
        try:
            return alter(change(flights, isr))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(propose, [(1, 2), (1, 3), (1,)] * 2))
    landed = [each for each in answers if isinstance(each, PartitionRecord)]
    assert len(landed) == 1
    assert row(acme).isr == [*landed[0].isr]


@pytest.mark.django_db(transaction=True)
def test_a_member_that_registers_meanwhile_is_in_sync_in_no_order_of_events(acme, flights):
    """KIP-903's race: a proposal lands, and its member comes back with an empty volume."""

    def call(verb):
        try:
            return verb()
        finally:
            connection.close()

    for turn in range(8):
        epochs = {"leader_epoch": row(acme).leader_epoch}
        alter(change(flights, (1, 2), partition_epoch=row(acme).partition_epoch, **epochs))
        join = change(
            flights, {1: 1, 2: 1, 3: turn + 1}, partition_epoch=row(acme).partition_epoch, **epochs
        )
        with ThreadPoolExecutor(2) as pool:
            joined = pool.submit(call, lambda join=join: alter(join))
            back = pool.submit(
                call, lambda turn=turn: register_broker(registration(3, volume=f"new-{turn}"))
            )
            joined.result(), back.result()
        assert row(acme).isr == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_heartbeats_do_not_wait_for_a_proposal_and_registrations_do(acme, flights):
    """They all are about the same row, which a proposal only looks at."""

    def elsewhere(verb):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        alter(change(flights, (1, 2)))
        assert pool.submit(elsewhere, lambda: heartbeat(3, 1).alive).result()
        for verb in (lambda: register_broker(registration(3)), lambda: fence_broker(3, 1, by="t")):
            with pytest.raises(OperationalError, match="lock timeout"):
                pool.submit(elsewhere, verb).result()
