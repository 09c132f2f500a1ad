from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, PartitionIndex, TenantId, TopicName
from brokers.metadata.election import elected, elected_uncleanly
from brokers.metadata.records import PartitionRecord
from brokers.published import partition_told
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_named, write_records
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def elect_uncleanly(
    *, tenant_id: TenantId, topic: TopicName, index: PartitionIndex, broker: BrokerId, by: str
) -> PartitionRecord:
    """Have ``broker`` lead a partition without a leader, with whatever it has of it.

    **Acknowledged records may be lost**: all replicas that surely have them are away. Only a person
    who runs the service decides this; nothing does by itself. Raises ``Refusal``:
    UNKNOWN_TOPIC_OR_PARTITION, ELECTION_NOT_NEEDED while there is a leader or may be one without
    loss, INVALID_REPLICA_ASSIGNMENT or BROKER_NOT_AVAILABLE.
    """
    with scope.tenant(tenant_id):
        limit_waits()
        live = live_of(lock_brokers())
        locked = lock_named(tenant_id, [(topic, index)]).get((topic, index))
        if locked is None:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no partition {index} of {topic!r}"
            )
        before = locked.record
        clean = elected(before, live=live, minimum=locked.minimum)
        if clean is not None:
            raise Refusal(
                ErrorCode.ELECTION_NOT_NEEDED,
                f"broker {clean.leader} has all records and will lead; nothing has to be lost",
            )
        after = elected_uncleanly(before, broker, live=live)
        write_records([(locked, after)])
        audit.record(
            tenant_id=UUID(tenant_id),
            by=by,
            action="partition.elect_uncleanly",
            object=locked.shown,
            detail={
                "leader": broker,
                "leader_epoch": after.leader_epoch,
                "records_may_be_lost": True,
                "in_sync_before": [*before.isr],
                "eligible_before": [*before.eligible_leaders],
            },
        )
        changes.publish([partition_told(after)])
    return after
