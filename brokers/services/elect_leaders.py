from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, PartitionIndex, TopicName
from brokers.metadata.election import moved_to
from brokers.node.ports import Actor, Refused
from brokers.published import partition_told
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import (
    Decided,
    LockedPartition,
    lock_led_by_others,
    lock_named,
    shown,
    write_records,
)
from tenants import audit, changes, scope
from tenants.transactions import limit_waits

Named = tuple[TopicName, PartitionIndex]


def elect_leaders(
    *, actor: Actor, partitions: Sequence[Named] | None
) -> list[tuple[TopicName, PartitionIndex, Refused | None]]:
    """Have preferred leaders lead, where they are in sync and alive (ElectLeaders, KIP-460).

    In the order asked, each once; None means all of the tenant's, of which only those come back
    that their preferred leader did not lead. Refused one by one: UNKNOWN_TOPIC_OR_PARTITION,
    ELECTION_NOT_NEEDED or PREFERRED_LEADER_NOT_AVAILABLE.
    """
    with scope.tenant(actor.tenant_id):
        limit_waits()
        live = live_of(lock_brokers())
        if partitions is None:
            others = lock_led_by_others(actor.tenant_id)
            locked = {(each.topic, each.record.index): each for each in others}
            asked = [*locked]
        else:
            locked = lock_named(actor.tenant_id, partitions)
            asked = [*dict.fromkeys(partitions)]
        judged = [(name, _judged(locked.get(name), live)) for name in asked]
        _write(actor, [each for _, each in judged if not isinstance(each, Refused)])
    return [(*name, each if isinstance(each, Refused) else None) for name, each in judged]


def _judged(locked: LockedPartition | None, live: set[BrokerId]) -> Decided | Refused:
    if locked is None:
        return Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition")
    try:
        return locked, moved_to(locked.record, locked.record.replicas[0], live=live)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)


def _write(actor: Actor, moved: Sequence[Decided]) -> None:
    if not moved:
        return
    write_records(moved)
    audit.record(
        tenant_id=UUID(actor.tenant_id),
        by=actor.principal,
        action="partition.elect_preferred",
        object="partitions",
        detail=shown(moved),
    )
    changes.publish([partition_told(after) for _, after in moved])
