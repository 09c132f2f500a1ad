from collections.abc import Mapping, Sequence

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.isr_proposals import accepted
from brokers.metadata.records import BrokerRecord, PartitionRecord
from brokers.node.ports import IsrChange, Refused
from brokers.published import partition_told
from brokers.services.broker_rows import records_of, share_brokers
from brokers.services.partition_rows import Decided, LockedPartition, lock_numbered, write_records
from tenants import changes, scope
from tenants.transactions import limit_waits


def alter_isrs(
    broker_id: BrokerId, incarnation: Incarnation, isr_changes: Sequence[IsrChange]
) -> list[PartitionRecord | Refused]:
    """Set in-sync replicas as their leader proposes, one compare-and-set each (KIP-497, KIP-903).

    One refusal does not stop the others: FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION,
    INELIGIBLE_REPLICA, INVALID_REQUEST or UNKNOWN_TOPIC_ID. Raises ``Refusal`` STALE_BROKER_EPOCH
    when the leader's incarnation is not the registered one. Not audited: they are many, and each is
    a numbered change.
    """
    named = {member for change in isr_changes for member, _ in change.isr}
    with scope.system("a leader's in-sync replicas"):
        limit_waits()
        brokers = records_of(share_brokers({broker_id, *named}))
        check_incarnation(broker_id, incarnation, brokers)
        locked = lock_numbered((change.topic_id, change.index) for change in isr_changes)
        judged = [
            _judged(broker_id, change, locked.pop((change.topic_id, change.index), None), brokers)
            for change in isr_changes
        ]
        taken = [each for each in judged if not isinstance(each, Refused)]
        if taken:
            write_records(taken)
            changes.publish([partition_told(after) for _, after in taken])
    return [each if isinstance(each, Refused) else each[1] for each in judged]


def check_incarnation(
    broker_id: BrokerId, incarnation: Incarnation, brokers: Mapping[BrokerId, BrokerRecord]
) -> None:
    """Raises ``Refusal`` STALE_BROKER_EPOCH when it is not the registered one."""
    broker = brokers.get(broker_id)
    if broker is None or broker.incarnation != incarnation:
        raise Refusal(
            ErrorCode.STALE_BROKER_EPOCH,
            f"incarnation {incarnation} is not the registered one of broker {broker_id}",
        )


def _judged(
    broker_id: BrokerId,
    change: IsrChange,
    locked: LockedPartition | None,
    brokers: Mapping[BrokerId, BrokerRecord],
) -> Decided | Refused:
    """A partition that is named twice is absent the second time."""
    if locked is None:
        return Refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no such partition")
    try:
        after = accepted(
            locked.record,
            leader=broker_id,
            leader_epoch=change.leader_epoch,
            partition_epoch=change.partition_epoch,
            isr=change.isr,
            brokers=brokers,
            minimum=locked.minimum,
        )
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)
    return locked, after
