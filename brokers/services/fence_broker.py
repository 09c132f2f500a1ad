from brokers.kernel.ids import BrokerId, Incarnation
from brokers.models import Broker
from brokers.published import broker_change
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def fence_broker(
    broker_id: BrokerId, incarnation: Incarnation, *, by: str, action: str = "broker.fence"
) -> bool:
    """Stop offering a broker to clients and giving it partitions, if that incarnation still counts.

    A compare-and-set: False when it was fenced already or a later incarnation has registered.
    """
    with scope.system("fence a broker"):
        limit_waits()
        broker = (
            Broker.objects.select_for_update()
            .filter(id=broker_id, incarnation=incarnation, fenced=False)
            .first()
        )
        if broker is None:
            return False
        broker.fenced = True
        broker.save(update_fields=["fenced"])
        audit.record(
            by=by, action=action, object=str(broker_id), detail={"incarnation": incarnation}
        )
        changes.publish([broker_change(broker)])
    return True
