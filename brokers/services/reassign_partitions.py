from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.reassignment import begun, cancelled, target_of
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker
from brokers.node.ports import Actor, PartitionAssignment, Refused
from brokers.published import partition_told
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import (
    NAMED_IN_AUDIT,
    Decided,
    LockedPartition,
    lock_named,
    shown,
    write_records,
)
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def reassign_partitions(
    *, actor: Actor, assignments: Sequence[PartitionAssignment]
) -> list[Refused | None]:
    """Begin or cancel reassignments (AlterPartitionReassignments, KIP-455), in the order asked.

    Returns at once; replicas are copied while the partition serves, and the controller's rounds
    finish what is copied. Refused one by one: UNKNOWN_TOPIC_OR_PARTITION, also for a partition that
    stands there again, INVALID_REPLICA_ASSIGNMENT or NO_REASSIGNMENT_IN_PROGRESS.
    """
    with scope.tenant(actor.tenant_id):
        limit_waits()
        brokers = lock_brokers()
        locked = lock_named(
            actor.tenant_id, [(each.topic_name, each.index) for each in assignments]
        )
        judged = [
            _judged(locked.pop((each.topic_name, each.index), None), each, brokers)
            for each in assignments
        ]
        _write(actor, [each for each in judged if not isinstance(each, Refused)])
    return [each if isinstance(each, Refused) else None for each in judged]


def _judged(
    locked: LockedPartition | None,
    wanted: PartitionAssignment,
    brokers: dict[BrokerId, Broker],
) -> Decided | Refused:
    if locked is None:
        return Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition")
    try:
        return locked, _decided(locked.record, wanted.replicas, brokers)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)


def _decided(
    record: PartitionRecord,
    target: tuple[BrokerId, ...] | None,
    brokers: dict[BrokerId, Broker],
) -> PartitionRecord:
    live = live_of(brokers)
    if target is None:
        return cancelled(record, live=live)
    for each in target:
        if each in brokers and brokers[each].draining and each not in record.replicas:
            raise Refusal(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"broker {each} is being drained and takes no new replicas",
            )
    return begun(record, target, known=brokers, live=live)


def _write(actor: Actor, decided: Sequence[Decided]) -> None:
    if not decided:
        return
    write_records(decided)
    targets = [target_of(after) for _, after in decided[:NAMED_IN_AUDIT]]
    audit.record(
        tenant_id=UUID(actor.tenant_id),
        by=actor.principal,
        action="partition.reassign",
        object="partitions",
        detail=shown(decided) | {"targets": targets},
    )
    changes.publish([partition_told(after) for _, after in decided])
