"""Steps of a recovery, inside its transaction: brokers, topics, partitions, producer ids."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from brokers.kernel.ids import BrokerId, TopicId, TopicName
from brokers.metadata.election import minimum_of
from brokers.metadata.records import PartitionRecord, TopicRecord
from brokers.metadata.recovery import Evidence, rebuilt
from brokers.metadata.topic_configs import value_of
from brokers.metadata.topic_names import collision_key
from brokers.models import Broker, Partition, Topic, Volume
from brokers.node.ports import ReplicaReport
from brokers.published import broker_change, partition_told, topic_change
from brokers.reports import Reports
from brokers.services.partition_rows import Decided, lock_all, write_records
from tenants import audit
from tenants.changes import NewChange
from tenants.models import Tenant


class Fate(StrEnum):
    """What becomes of a topic that brokers know and the database does not, or knows otherwise."""

    RESTORED = "restored"
    CHANGED = "changed"
    DELETED = "deleted"
    TENANT_GONE = "tenant gone, data kept"
    NAME_TAKEN = "name taken, data kept"


@dataclass(frozen=True, slots=True)
class TopicSeen:
    topic_id: UUID
    name: TopicName
    tenant_id: UUID
    fate: Fate


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Partitions by ``topic/index``. ``uncertain``: of those a replica's word is missing.
    ``leaderless``: nobody who is known to have everything is left; `partitions` elects."""

    told: list[NewChange]
    uncertain: tuple[str, ...]
    leaderless: tuple[str, ...]


# Brokers.


def rebuild_brokers(
    rows: Iterable[Broker], reports: Reports, *, gone: Collection[BrokerId]
) -> list[NewChange]:
    """Every broker that has reported is registered as it says; the others are fenced."""
    by_id = {BrokerId(row.id): row for row in rows}
    told = []
    for broker_id, report in reports.by_broker.items():
        told.append(broker_change(_reported_broker(report, by_id.get(broker_id))))
    for broker_id in gone:
        row = by_id.get(broker_id)
        if row is not None and not row.fenced:
            row.fenced = True
            row.save(update_fields=["fenced"])
            told.append(broker_change(row))
    return told


def _reported_broker(report: ReplicaReport, row: Broker | None) -> Broker:
    said = report.registration
    Volume.objects.update_or_create(id=said.volume_id, defaults={"path": said.volume_path})
    broker = Broker(id=said.id) if row is None else row
    broker.incarnation = max(report.incarnation, 0 if row is None else row.incarnation)
    broker.host, broker.port = said.host, said.port
    broker.internal_host, broker.internal_port = said.internal_host, said.internal_port
    broker.volume_id, broker.rack = said.volume_id, said.rack
    broker.fenced = False
    broker.save(force_insert=row is None)
    return broker


# Topics.


def rebuild_topics(
    reports: Reports, *, by: str, restored_to: int
) -> tuple[tuple[TopicSeen, ...], list[NewChange]]:
    """Topics as the broker that has seen most knows them, deletions first: they free names.

    ``restored_to`` is the change at which the database ends: only who has seen more knows a topic
    better than its row says.
    """
    rows = {TopicId(row.id.bytes): row for row in Topic.objects.select_for_update().order_by("id")}
    tenants = set(Tenant.objects.values_list("id", flat=True))
    seen, told = [], []
    known = sorted(reports.topics().values(), key=lambda each: (not each[0].deleted, each[0].id))
    for topic, number in known:
        row = rows.get(topic.id)
        if row is None:
            fate = _fate_of_unknown(topic, rows.values(), tenants)
        else:
            fate = _fate_of_known(topic, row, is_newer=number > restored_to)
        if fate is None:
            continue
        seen.append(TopicSeen(UUID(bytes=topic.id), topic.name, UUID(topic.tenant_id), fate))
        if fate in (Fate.TENANT_GONE, Fate.NAME_TAKEN):
            continue
        row = _written(topic, row, fate, is_newer=number > restored_to)
        rows[topic.id] = row
        told.append(topic_change(row))
        audit.record(
            tenant_id=row.tenant_id,
            by=by,
            action="topic.recover",
            object=row.name,
            detail={"id": row.id.hex, "fate": fate},
        )
    return tuple(seen), told


def _fate_of_unknown(
    topic: TopicRecord, rows: Collection[Topic], tenants: Collection[UUID]
) -> Fate | None:
    if topic.deleted:
        return None  # Purged; who still has data of it finds no metadata, and keeps it.
    if UUID(topic.tenant_id) not in tenants:
        return Fate.TENANT_GONE
    return Fate.NAME_TAKEN if _is_taken(topic, rows) else Fate.RESTORED


def _fate_of_known(topic: TopicRecord, row: Topic, *, is_newer: bool) -> Fate | None:
    """None to leave it as it is. A topic that was ever deleted is; its partitions only grow."""
    if row.deleted_at is not None:
        return None
    if topic.deleted:
        return Fate.DELETED
    differs = is_newer and topic.configs != row.configs
    return Fate.CHANGED if differs or topic.partition_count > row.partition_count else None


def _is_taken(topic: TopicRecord, rows: Collection[Topic]) -> bool:
    key = collision_key(topic.name)
    return any(
        str(row.tenant_id) == topic.tenant_id
        and row.deleted_at is None
        and collision_key(row.name) == key
        for row in rows
    )


def _written(topic: TopicRecord, row: Topic | None, fate: Fate, *, is_newer: bool) -> Topic:
    if row is None:
        row = Topic(
            id=UUID(bytes=topic.id),
            tenant_id=UUID(topic.tenant_id),
            name=topic.name,
            configs=topic.configs,
            partition_count=topic.partition_count,
            internal=topic.internal,
        )
        row.save(force_insert=True)
        return row
    if fate is Fate.DELETED:
        row.deleted_at = datetime.now(UTC)
    else:
        row.configs = topic.configs if is_newer else row.configs
        row.partition_count = max(topic.partition_count, row.partition_count)
    row.save(update_fields=["deleted_at", "configs", "partition_count"])
    return row


# Partitions.


def rebuild_partitions(reports: Reports, *, live: Collection[BrokerId]) -> Rebuilt:
    """Every partition of a topic that lives, from its row and its replicas' facts."""
    facts = reports.facts()
    locked = {(each.record.topic_id, each.record.index): each for each in lock_all()}
    topics = {TopicId(row.id.bytes): row for row in Topic.objects.filter(deleted_at__isnull=True)}
    changed: list[Decided] = []
    made: list[PartitionRecord] = []
    uncertain, leaderless = [], []
    for key in sorted({*locked, *facts}):
        topic = topics.get(key[0])
        if topic is None:
            continue
        evidence = Evidence(
            row=locked[key].record if key in locked else None,
            facts=facts.get(key, {}),
            unclean=reports.unclean,
        )
        record = _rebuilt(evidence, topic, live)
        if record is None:
            continue
        shown = f"{topic.name}/{key[1]}"
        if not evidence.is_complete:
            uncertain.append(shown)
        if record.leader is None:
            leaderless.append(shown)
        if key in locked:
            changed.append((locked[key], record))
        else:
            made.append(record)
    write_records(changed)
    _insert(made, topics)
    told = [partition_told(record) for record in [*(after for _, after in changed), *made]]
    return Rebuilt(told, tuple(uncertain), tuple(leaderless))


def _rebuilt(
    evidence: Evidence, topic: Topic, live: Collection[BrokerId]
) -> PartitionRecord | None:
    latest = evidence.latest
    if latest is None:
        return None
    return rebuilt(
        evidence,
        is_synced=value_of("flush", topic.configs) == "fsync",
        live=live,
        minimum=minimum_of(latest, int(value_of("min.insync.replicas", topic.configs))),
    )


def _insert(records: Iterable[PartitionRecord], topics: dict[TopicId, Topic]) -> None:
    rows = []
    for record in records:
        document = record.to_json()
        del document["topic_id"]
        topic = topics[record.topic_id]
        rows.append(Partition(topic=topic, tenant_id=topic.tenant_id, **document))
    Partition.objects.bulk_create(rows)


# Producer ids.


def skip_producer_ids(first_free: int) -> None:
    """Give out none that a broker was given before the restore."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO brokers_produceridcounter AS counter (id, next) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET next = GREATEST(counter.next, excluded.next)",
            [first_free],
        )
