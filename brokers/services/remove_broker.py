from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.models import RemovedBroker
from brokers.published import broker_gone
from brokers.services.broker_rows import lock_brokers
from brokers.services.drain_broker import registered
from brokers.services.partition_rows import lock_held
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def remove_broker(*, broker_id: BrokerId, by: str, dry_run: bool = False) -> None:
    """Forget a broker that is stopped and holds no replica.

    A process that still says it is that broker ends with its next heartbeat; one that registers
    again is a new broker. Raises ``Refusal``: BROKER_ID_NOT_REGISTERED, or INVALID_REQUEST while it
    is alive or holds replicas.
    """
    with scope.system("remove a broker"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = registered(broker_id, brokers)
        held = len(lock_held(broker_id))
        if held:
            raise Refusal(
                ErrorCode.INVALID_REQUEST,
                f"broker {broker_id} holds {held} replicas; drain it first, and wait until it is "
                "empty",
            )
        if not broker.fenced:
            raise Refusal(
                ErrorCode.INVALID_REQUEST, f"broker {broker_id} is running; stop it first"
            )
        if dry_run:
            return
        told = broker_gone(broker)
        RemovedBroker.objects.update_or_create(
            id=broker.id, defaults={"incarnation": broker.incarnation}
        )
        broker.delete()
        audit.record(
            by=by,
            action="broker.remove",
            object=str(broker_id),
            detail={"incarnation": broker.incarnation, "volume": broker.volume_id},
        )
        changes.publish([told])
