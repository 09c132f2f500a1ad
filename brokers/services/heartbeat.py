from django.db.models import F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.models import Broker
from brokers.published import broker_change
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def heartbeat(broker_id: BrokerId, incarnation: Incarnation) -> bool:
    """Count a sign of life; False when that incarnation is not the registered one any more.

    A broker that was fenced and lives after all, because it was stopped or cut off for a while, is
    unfenced by its next heartbeat.
    """
    beat = {"heartbeats": F("heartbeats") + 1, "heartbeat_at": Now()}
    this = Broker.objects.filter(id=broker_id, incarnation=incarnation)
    return bool(this.filter(fenced=False).update(**beat)) or _unfence(broker_id, incarnation)


def _unfence(broker_id: BrokerId, incarnation: Incarnation) -> bool:
    with scope.system("a fenced broker lives"):
        limit_waits()
        broker = (
            Broker.objects.select_for_update().filter(id=broker_id, incarnation=incarnation).first()
        )
        if broker is None:
            return False
        broker.fenced = False
        broker.heartbeats += 1
        broker.heartbeat_at = Now()
        broker.save(update_fields=["fenced", "heartbeats", "heartbeat_at"])
        audit.record(
            by=f"broker:{broker_id}",
            action="broker.unfence",
            object=str(broker_id),
            detail={"incarnation": incarnation},
        )
        changes.publish([broker_change(broker)])
    return True
