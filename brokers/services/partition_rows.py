"""Partitions under lock, and the one statement that writes what was decided on them.

Inside the transaction and scope of a verb, after its locks on brokers (``broker_rows``). Failover
waits for this, so thousands of partitions cost a few statements and no Django objects.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from brokers.kernel.ids import (
    BrokerId,
    LeaderEpoch,
    PartitionEpoch,
    PartitionIndex,
    TopicId,
    TopicName,
)
from brokers.metadata.election import minimum_of
from brokers.metadata.records import PartitionRecord
from brokers.metadata.topic_configs import value_of
from brokers.models import Topic
from brokers.published import partition_told
from tenants.changes import NewChange

COLUMNS: Final = (
    "replicas", "isr", "eligible_leaders", "adding", "removing",
    "leader", "leader_epoch", "partition_epoch",
)  # fmt: skip

_LOCK: Final = (
    "SELECT p.id, p.topic_id, p.index, p.replicas, p.isr, p.eligible_leaders, p.adding,"
    " p.removing, p.leader, p.leader_epoch, p.partition_epoch FROM brokers_partition AS p"
    # Rows of deleted topics are the purge's, which locks them in no order.
    " JOIN brokers_topic AS t ON t.id = p.topic_id AND t.deleted_at IS NULL {which}"
    " ORDER BY p.topic_id, p.index FOR NO KEY UPDATE OF p"
)

_WRITE: Final = (
    "UPDATE brokers_partition AS p SET "
    + ", ".join(f"{column} = decided.{column}" for column in COLUMNS)
    + " FROM jsonb_to_recordset(%s::jsonb) AS decided (id bigint, replicas int[], isr int[],"
    " eligible_leaders int[], adding int[], removing int[], leader int, leader_epoch int,"
    " partition_epoch int) WHERE p.id = decided.id"
)


@dataclass(frozen=True, slots=True)
class LockedPartition:
    """``configs`` are its topic's; its minimum stays as it is while the lock is held."""

    row: int
    topic: TopicName
    record: PartitionRecord
    configs: dict[str, str]

    @property
    def shown(self) -> str:
        """As audit entries name it."""
        return f"{self.topic}/{self.record.index}"

    @property
    def minimum(self) -> int:
        """The effective minimum of in-sync replicas."""
        return minimum_of(self.record, int(value_of("min.insync.replicas", self.configs)))

    @property
    def is_synced(self) -> bool:
        """Whether its records count only once they are on the disk."""
        return value_of("flush", self.configs) == "fsync"


NAMED_IN_AUDIT: Final = 100
"""Partitions that one audit entry names; the numbered changes have them all."""

Decided = tuple[LockedPartition, PartitionRecord]
"""A partition, and what is to be written in its place."""

Decide = Callable[[LockedPartition], PartitionRecord | None]


def lock_led_or_in_sync(broker_id: BrokerId) -> list[LockedPartition]:
    """What the broker leads or is in sync with."""
    return _locked("WHERE p.leader = %s OR p.isr @> ARRAY[%s::int]", [broker_id, broker_id])


def lock_held(broker_id: BrokerId) -> list[LockedPartition]:
    """What the broker has a replica of."""
    return _locked("WHERE p.replicas @> ARRAY[%s::int]", [broker_id])


def lock_leaderless_held(broker_id: BrokerId) -> list[LockedPartition]:
    """What nobody leads and the broker has a replica of."""
    return _locked("WHERE p.leader IS NULL AND p.replicas @> ARRAY[%s::int]", [broker_id])


def lock_topic_partitions(topic_id: UUID) -> list[LockedPartition]:
    """All of one topic."""
    return _locked("WHERE p.topic_id = %s", [topic_id])


def lock_rows(rows: Iterable[int]) -> list[LockedPartition]:
    """Those with these primary keys."""
    return _locked("WHERE p.id = ANY (%s::bigint[])", [[*rows]])


def lock_all() -> list[LockedPartition]:
    """Every partition of the cell."""
    return _locked("", [])


def lock_numbered(
    numbers: Iterable[tuple[TopicId, PartitionIndex]],
) -> dict[tuple[TopicId, PartitionIndex], LockedPartition]:
    """Those of these topics and indexes that there are, by topic and index."""
    asked = [*numbers]
    found = _locked(
        "JOIN unnest(%s::uuid[], %s::int[]) AS asked (topic_id, index)"
        " ON p.topic_id = asked.topic_id AND p.index = asked.index",
        [[UUID(bytes=topic_id) for topic_id, _ in asked], [index for _, index in asked]],
    )
    return {(each.record.topic_id, each.record.index): each for each in found}


def lock_named(
    tenant_id: str, names: Iterable[tuple[TopicName, PartitionIndex]]
) -> dict[tuple[TopicName, PartitionIndex], LockedPartition]:
    """Those of the tenant's topics of these names that there are, by name and index."""
    asked = [*names]
    found = _locked(
        "JOIN unnest(%s::text[], %s::int[]) AS asked (name, index)"
        " ON t.name = asked.name AND p.index = asked.index"
        " WHERE t.tenant_id = %s",
        [[name for name, _ in asked], [index for _, index in asked], tenant_id],
    )
    return {(each.topic, each.record.index): each for each in found}


def lock_led_by_others(tenant_id: str) -> list[LockedPartition]:
    """The tenant's partitions that their preferred leader does not lead."""
    return _locked(
        "WHERE p.tenant_id = %s AND p.leader IS DISTINCT FROM p.replicas[1]", [tenant_id]
    )


def _locked(which: str, parameters: Sequence[Any]) -> list[LockedPartition]:
    """By topic and index; those of deleted topics are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(which=which), parameters)
        rows = cursor.fetchall()
    # Asked only now, under the lock: who changes a topic's minimum locks its partitions too.
    live = Topic.objects.filter(id__in={row[1] for row in rows}, deleted_at__isnull=True)
    topics = {topic_id: rest for topic_id, *rest in live.values_list("id", "name", "configs")}
    return [
        LockedPartition(row[0], TopicName(name), _record(row), configs)
        for row in rows
        if row[1] in topics
        for name, configs in [topics[row[1]]]
    ]


def _record(row: Sequence[Any]) -> PartitionRecord:
    _, topic_id, index, replicas, isr, eligible, adding, removing, leader, epoch, version = row
    return PartitionRecord(
        topic_id=TopicId(topic_id.bytes),
        index=PartitionIndex(index),
        replicas=tuple(map(BrokerId, replicas)),
        isr=tuple(map(BrokerId, isr)),
        leader=None if leader is None else BrokerId(leader),
        leader_epoch=LeaderEpoch(epoch),
        partition_epoch=PartitionEpoch(version),
        eligible_leaders=tuple(map(BrokerId, eligible)),
        adding=tuple(map(BrokerId, adding)),
        removing=tuple(map(BrokerId, removing)),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What was decided, as brokers are told of it, and how much of what."""

    told: list[NewChange]
    elected: int
    """Partitions that have another leader now."""
    leaderless: int
    """Partitions that lost theirs and have none now."""


def write_decided(locked: Iterable[LockedPartition], decide: Decide) -> Written:
    """Write what ``decide`` makes of each; None leaves it as it is."""
    decided = [(each, after) for each in locked if (after := decide(each)) is not None]
    write_records(decided)
    moved = [(each.record.leader, after.leader) for each, after in decided]
    return Written(
        told=[partition_told(after) for _, after in decided],
        elected=sum(now not in (None, before) for before, now in moved),
        leaderless=sum(before is not None and now is None for before, now in moved),
    )


def write_records(decided: Sequence[Decided]) -> None:
    """Each row as its record says, in one statement."""
    if not decided:
        return
    rows = []
    for each, after in decided:
        document = after.to_json()
        rows.append({"id": each.row} | {column: document[column] for column in COLUMNS})
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(rows)])
        if cursor.rowcount != len(decided):
            raise RuntimeError(f"{cursor.rowcount} of {len(decided)} locked partitions were there")


def shown(decided: Sequence[Decided]) -> dict[str, Any]:
    """What an audit entry says of them."""
    named = [each.shown for each, _ in decided[:NAMED_IN_AUDIT]]
    return {"partitions": named, "count": len(decided)}
