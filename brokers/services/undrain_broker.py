from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.reassignment import cancelled
from brokers.metadata.records import PartitionRecord
from brokers.published import broker_change
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.drain_broker import registered
from brokers.services.partition_rows import LockedPartition, lock_held, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def undrain_broker(*, broker_id: BrokerId, by: str) -> int:
    """Let a broker hold replicas again, and keep those that had not gone yet.

    Reassignments that were to take a replica from it are cancelled; returns how many. What has
    moved stays where it is. Raises ``Refusal`` BROKER_ID_NOT_REGISTERED.
    """
    with scope.system("undrain a broker"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = registered(broker_id, brokers)
        if not broker.draining:
            return 0
        broker.draining = False
        broker.save(update_fields=["draining"])
        live = live_of(brokers)

        def kept(each: LockedPartition) -> PartitionRecord | None:
            if broker_id not in each.record.removing:
                return None
            try:
                return cancelled(each.record, live=live)
            except Refusal:  # Only the new replicas have everything: let it finish.
                return None

        written = write_decided(lock_held(broker_id), kept)
        audit.record(
            by=by,
            action="broker.undrain",
            object=str(broker_id),
            detail={"cancelled": len(written.told)},
        )
        changes.publish([broker_change(broker), *written.told])
    return len(written.told)
