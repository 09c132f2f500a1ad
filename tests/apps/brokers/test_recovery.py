"""A database restored from the past: who notices, what halts, what is rebuilt, who is refused."""

import uuid
from dataclasses import dataclass, replace

import pytest
from django.db import connection
from django.db.models.functions import Now

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, ChangeNumber, Incarnation, TopicId
from brokers.metadata.records import TopicRecord
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.models import Broker, Partition, ProducerIdCounter, Topic
from brokers.node.ports import IsrChange, PartitionNumber, ReplicaReport, Upkeep
from brokers.published import partition_record, topic_change
from brokers.selectors.halt import current_generation, current_halt
from brokers.services.alter_isrs import alter_isrs
from brokers.services.control_state import Halted
from brokers.services.create_partitions import create_partitions
from brokers.services.delete_topic import delete_topic
from brokers.services.elect_leaders import elect_leaders
from brokers.services.fence_broker import fence_broker
from brokers.services.give_up_replicas import give_up_replicas
from brokers.services.halt_cell import halt_cell, halt_cell_by_hand
from brokers.services.heartbeat import heartbeat
from brokers.services.mend_partitions import mend_partitions
from brokers.services.purge_deleted_topics import DELAY, purge_deleted_topics
from brokers.services.rebuild_rows import Fate
from brokers.services.recover_metadata import recover_metadata
from brokers.services.register_broker import register_broker
from brokers.services.replace_topic_configs import replace_topic_configs
from brokers.services.report_replicas import report_replicas
from brokers.services.reserve_producer_ids import reserve_producer_ids
from tenants import audit, scope
from tenants.models import AuditEntry
from tenants.selectors.changes import newest_change_number
from tests.apps.brokers.registrations import registration

TABLES = ("brokers_partition", "brokers_topic", "brokers_broker")
FORGOTTEN = 1000
"""Changes that the restore took away. The log of changes cannot be cut by the service's role, so
volumes are said to have seen so many more than it has."""


class Backup:
    """The rows of brokers, topics and partitions, and the next producer id, put back as they
    were."""

    def __init__(self) -> None:
        with scope.system("test"), connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}")

    def restore(self) -> None:
        with scope.system("test"), connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            for table in reversed(TABLES):
                cursor.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")
            cursor.execute("UPDATE brokers_produceridcounter SET next = 0")


@dataclass
class Volume:
    """What a broker's volume remembers: taken from the rows, as if it had acted on all of them."""

    number: int
    seen: Seen
    partitions: tuple
    topics: tuple

    def report(self, *, is_clean: bool = True, incarnation: int | None = None) -> bool:
        return report_replicas(
            ReplicaReport(
                registration=replace(registration(self.number), seen=self.seen),
                incarnation=Incarnation(incarnation or self.seen.incarnation),
                is_clean=is_clean,
                partitions=self.partitions,
                topics=self.topics,
            )
        )


def volume(number: int, forgotten: int = FORGOTTEN) -> Volume:
    with scope.system("test"):
        held = [
            partition_record(row)
            for row in Partition.objects.order_by("topic_id", "index")
            if number in row.replicas
        ]
        ids = {uuid.UUID(bytes=record.topic_id) for record in held}
        topics = [topic_change(topic).payload for topic in Topic.objects.filter(id__in=ids)]
        counter = ProducerIdCounter.objects.first()
        incarnation = Broker.objects.get(id=number).incarnation
    return Volume(
        number,
        Seen(
            ChangeNumber(newest_change_number() + forgotten),
            current_generation(),
            Incarnation(incarnation),
            0 if counter is None else counter.next,
        ),
        tuple(held),
        tuple(TopicRecord.from_json(topic) for topic in topics),
    )


def rows() -> list:
    with scope.system("test"):
        return [partition_record(row) for row in Partition.objects.order_by("topic_id", "index")]


def beat(volume: Volume):
    return heartbeat(BrokerId(volume.number), volume.seen.incarnation, seen=volume.seen)


@pytest.fixture
def flights(acme, three_brokers):
    """Topic of one partition on brokers 1, 2 and 3."""
    return acme.create("flights", -1, assignments={0: (1, 2, 3)})


@pytest.fixture
def restored(flights):
    """A backup; then broker 1, which led, is fenced, 2 leads at the next epoch and goes on with 3;
    producer ids are given out; the backup is restored. The volumes of before that."""
    backup = Backup()
    fence_broker(BrokerId(1), Incarnation(1), by="test")
    reserve_producer_ids(1000)
    volumes = {number: volume(number) for number in (1, 2, 3)}
    (record,) = rows()
    assert (record.leader, record.leader_epoch, record.isr) == (2, 1, (2, 3))
    backup.restore()
    (record,) = rows()
    assert (record.leader, record.leader_epoch, record.isr) == (1, 0, (1, 2, 3))
    return volumes


class TestTheHalt:
    def test_a_heartbeat_of_whoever_saw_more_begins_it(self, restored):
        standing = beat(restored[2])
        assert (standing.alive, standing.halted) == (True, True)
        halt = current_halt()
        assert "broker 2 has seen change" in halt.reason
        with scope.system("test"):
            assert AuditEntry.objects.filter(action="cell.halt", by="broker:2").count() == 1

    def test_a_registration_begins_it_and_decides_nothing(self, restored):
        before = rows()
        seen = restored[2].seen
        again = register_broker(replace(registration(2), seen=seen))
        assert again == seen.incarnation + 1
        assert current_halt() is not None
        assert rows() == before

    def test_it_asks_each_incarnation_for_its_report(self, restored):
        assert not beat(restored[2]).reported
        restored[2].report()
        assert beat(restored[2]).reported
        again = register_broker(replace(registration(2), seen=restored[2].seen))
        assert not heartbeat(2, again, seen=restored[2].seen).reported

    def test_without_a_restore_there_is_none(self, flights):
        for number in (1, 2, 3):
            assert not beat(volume(number, forgotten=0)).halted
        assert current_halt() is None
        assert not halt_cell(by="test", generation=7, reason="another generation")

    def test_in_it_nothing_is_decided(self, restored, acme, flights):
        beat(restored[2])
        before = rows()
        change = IsrChange(before[0].topic_id, 0, before[0].leader_epoch, 0, ((1, 1),))
        number = PartitionNumber(before[0].topic_id, 0)
        for verb in (
            lambda: fence_broker(1, 1, by="test"),
            lambda: alter_isrs(1, 1, [change]),
            lambda: give_up_replicas(1, 1, [number]),
            lambda: elect_leaders(actor=acme.actor, partitions=None),
            lambda: delete_topic(actor=acme.actor, topic_id=flights.topic_id),
            lambda: acme.create("more", 1),
            lambda: reserve_producer_ids(10),
        ):
            with pytest.raises(Halted):
                verb()
        put_leaderless()
        with pytest.raises(Halted):
            mend_partitions(rebalance=True)

    def test_tombstones_stay(self, restored, acme, flights):
        delete_topic(actor=acme.actor, topic_id=flights.topic_id)
        with scope.system("test"):
            Topic.objects.update(deleted_at=Now() - 2 * DELAY)
            Broker.objects.update(registered_at=Now() - DELAY)
        halt_cell_by_hand(by="test")
        assert purge_deleted_topics() == 0

    def test_rows_of_the_past_do_not_end_a_broker(self, flights):
        backup = Backup()
        register_broker(registration(1))
        late = volume(1)
        register_broker(registration(4))
        unknown = volume(4)
        backup.restore()
        assert beat(late).alive, "its row is of an earlier incarnation"
        assert beat(unknown).alive, "it has no row"
        register_broker(replace(registration(1), seen=late.seen))
        assert not beat(late).alive, "a later incarnation has registered"

    def test_an_incarnation_is_never_given_twice(self, flights):
        backup = Backup()
        assert register_broker(registration(1)) == 2
        late = volume(1)
        backup.restore()
        assert register_broker(replace(registration(1), seen=late.seen)) == 3


def put_leaderless():
    with scope.system("test"):
        Partition.objects.update(leader=None)


class TestTheRecovery:
    def test_it_waits_for_every_broker(self, restored):
        beat(restored[2])
        restored[2].report()
        restored[3].report()
        assert recover_metadata(by="test", apply=False).missing == (1,)
        with pytest.raises(Refusal) as refused:
            recover_metadata(by="test", apply=True)
        assert refused.value.code is ErrorCode.BROKER_NOT_AVAILABLE
        assert current_halt() is not None

    def test_a_dry_run_changes_nothing(self, restored):
        beat(restored[2])
        for each in restored.values():
            each.report()
        before, number = rows(), newest_change_number()
        planned = recover_metadata(by="test", apply=False)
        assert len(planned.partitions.told) == 1
        assert (rows(), newest_change_number()) == (before, number)
        assert current_halt() is not None

    def test_rows_are_the_latest_that_anybody_kept_at_higher_epochs(self, restored):
        beat(restored[2])
        for each in restored.values():
            each.report()
        recover_metadata(by="test", apply=True)
        (record,) = rows()
        kept = restored[2].partitions[0]
        assert (record.leader, record.isr) == (2, (2, 3)), "1 lacks what was written since"
        assert record.leader_epoch == kept.leader_epoch + 1
        assert record.partition_epoch == kept.partition_epoch + 1
        assert current_halt() is None
        assert mend_partitions(rebalance=False) == Upkeep()

    def test_what_was_decided_between_restore_and_halt_is_void(self, restored):
        fence_broker(2, 1, by="test")
        fence_broker(3, 1, by="test")
        (decided,) = rows()
        kept = restored[2].partitions[0]
        assert decided.partition_epoch > kept.partition_epoch
        beat(restored[2])
        for each in restored.values():
            each.report()
        recover_metadata(by="test", apply=True)
        (record,) = rows()
        assert (record.leader, record.isr) == (2, (2, 3)), "1 lacks what was written before"
        assert record.partition_epoch > decided.partition_epoch

    def test_numbers_and_producer_ids_go_on_above_what_was_given_out(self, restored):
        highest = max(each.seen.number for each in restored.values())
        assert newest_change_number() < highest
        beat(restored[2])
        for each in restored.values():
            each.report()
        recover_metadata(by="test", apply=True)
        assert newest_change_number() > highest
        assert reserve_producer_ids(1) >= restored[2].seen.producer_ids == 1000

    def test_brokers_go_on_in_the_new_generation(self, restored):
        beat(restored[2])
        for each in restored.values():
            each.report()
        recover_metadata(by="test", apply=True)
        standing = beat(restored[2])
        assert (standing.alive, standing.halted, standing.generation) == (True, False, 1)
        assert current_generation() == 1
        later = replace(restored[2].seen, generation=1, number=ChangeNumber(newest_change_number()))
        assert heartbeat(2, 1, seen=later).alive

    def test_a_restore_to_before_a_recovery_is_noticed(self, restored):
        after = replace(restored[2].seen, generation=1, number=ChangeNumber(1))
        assert heartbeat(2, 1, seen=after).halted

    def test_it_is_written_down(self, restored):
        beat(restored[2])
        for each in restored.values():
            each.report()
        recover_metadata(by="somebody", apply=True)
        with scope.system("test"):
            entry = AuditEntry.objects.get(action="cell.recover")
            assert entry.by == "somebody"
            assert entry.detail["records_may_be_lost"] is False
            assert audit.first_flaw() is None

    def test_a_replica_on_another_volume_is_not_in_sync(self, restored):
        beat(restored[2])
        restored[3] = replace(restored[3], partitions=(), topics=(), seen=NOTHING_SEEN)
        for number in (1, 2):
            restored[number].report()
        restored[3].report(incarnation=2)
        recover_metadata(by="test", apply=True)
        (record,) = rows()
        assert (record.leader, record.isr, record.eligible_leaders) == (2, (2,), ())

    def test_a_crash_counts_where_records_need_not_be_on_the_disk(self, acme, three_brokers):
        acme.create("quick", -1, assignments={0: (1, 2, 3)}, configs={"flush": "os"})
        acme.create("safe", -1, assignments={0: (1, 2, 3)})
        backup = Backup()
        fence_broker(3, 1, by="test")
        volumes = {number: volume(number) for number in (1, 2, 3)}
        backup.restore()
        beat(volumes[1])
        volumes[1].report()
        volumes[2].report(is_clean=False)
        volumes[2].report(is_clean=True)  # Started again: the crash is not undone.
        volumes[3].report()
        recover_metadata(by="test", apply=True)
        with scope.system("test"):
            isr = dict(Partition.objects.values_list("topic__name", "isr"))
        assert (isr["quick"], isr["safe"]) == ([1], [1, 2])

    def test_nothing_is_to_be_recovered_in_a_good_cell(self, flights):
        with pytest.raises(Refusal, match="not halted"):
            recover_metadata(by="test", apply=True)
        assert not volume(1).report()


class TestTopics:
    def recovered(self, backup):
        volumes = [volume(number) for number in (1, 2, 3)]
        backup.restore()
        beat(volumes[0])
        for each in volumes:
            each.report()
        return {each.name: each.fate for each in recover_metadata(by="test", apply=True).topics}

    def test_one_that_the_backup_does_not_know_comes_back(self, acme, flights):
        backup = Backup()
        made = acme.create("new", 2, replication_factor=3, configs={"retention.ms": "77"})
        before = [each for each in rows() if each.topic_id == made.topic_id]
        assert self.recovered(backup) == {"new": Fate.RESTORED}
        with scope.system("test"):
            topic = Topic.objects.get(id=uuid.UUID(bytes=made.topic_id))
            assert (topic.name, topic.configs) == ("new", {"retention.ms": "77"})
            assert topic.partition_count == 2
        after = [each for each in rows() if each.topic_id == made.topic_id]
        assert [(each.replicas, each.isr, each.leader) for each in after] == [
            (each.replicas, each.isr, each.leader) for each in before
        ]
        assert all(each.leader_epoch == 1 for each in after)

    def test_one_that_was_deleted_since_stays_deleted(self, acme, flights):
        backup = Backup()
        delete_topic(actor=acme.actor, topic_id=flights.topic_id)
        acme.create("flights", 1, replication_factor=3)
        assert self.recovered(backup) == {"flights": Fate.RESTORED}
        with scope.system("test"):
            assert Topic.objects.get(id=uuid.UUID(bytes=flights.topic_id)).deleted_at is not None
            assert Topic.objects.filter(deleted_at__isnull=True, name="flights").count() == 1

    def test_partitions_and_settings_that_were_added_are_back(self, acme, flights):
        backup = Backup()
        create_partitions(
            actor=acme.actor, name="flights", count=3, assignments=None, validate_only=False
        )
        replace_topic_configs(
            actor=acme.actor, name="flights", configs={"retention.ms": "5"}, validate_only=False
        )
        assert self.recovered(backup) == {"flights": Fate.CHANGED}
        assert len(rows()) == 3
        with scope.system("test"):
            topic = Topic.objects.get(name="flights")
            assert (topic.partition_count, topic.configs) == (3, {"retention.ms": "5"})

    def test_without_its_tenant_it_is_listed_and_left(self, acme, flights):
        backup = Backup()
        ghost = replace(volume(1).topics[0], id=TopicId(bytes(15) + b"x"),
                        tenant_id=str(uuid.uuid4()), name="ghost")  # fmt: skip
        volumes = [volume(number) for number in (1, 2, 3)]
        volumes[0].topics += (ghost,)
        backup.restore()
        halt_cell_by_hand(by="test")
        for each in volumes:
            each.report()
        (seen,) = recover_metadata(by="test", apply=True).topics
        assert (seen.name, seen.fate) == ("ghost", Fate.TENANT_GONE)


class TestForgetting:
    @pytest.fixture
    def without_2(self, restored):
        """Broker 2, which led, is gone for good; 1 and 3 have reported."""
        beat(restored[3])
        restored[1].report()
        restored[3].report()
        recovery = recover_metadata(by="test", forget=[BrokerId(2)], apply=True)
        assert recovery.partitions.uncertain == ("flights/0",)
        return restored

    def test_the_others_go_on_and_it_is_written_down(self, without_2):
        (record,) = rows()
        assert (record.leader, record.isr) == (3, (3,))
        with scope.system("test"):
            entry = AuditEntry.objects.get(action="cell.recover")
        assert entry.detail["records_may_be_lost"] is True
        assert entry.detail["forgotten"] == [2]

    def test_its_volume_is_refused(self, without_2):
        assert not beat(without_2[2]).alive, "nor does a process of it go on"
        with pytest.raises(Refusal, match="give the broker an empty one"):
            register_broker(replace(registration(2), seen=without_2[2].seen))
        assert current_halt() is None

    def test_it_may_come_with_an_empty_one(self, without_2):
        incarnation = register_broker(registration(2, volume="another"))
        assert heartbeat(2, incarnation, seen=replace(NOTHING_SEEN, generation=1)).alive
        (record,) = rows()
        assert 2 not in record.isr
