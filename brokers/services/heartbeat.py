from django.db.models import F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import elected
from brokers.models import Broker
from brokers.published import broker_change
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_leaderless_held, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def heartbeat(broker_id: BrokerId, incarnation: Incarnation) -> bool:
    """Count a sign of life; False when that incarnation is not the registered one any more, or the
    broker was removed: its process stops then.

    A broker that was fenced and lives after all, because it was stopped or cut off for a while, is
    unfenced by its next heartbeat and leads what waited for it.
    """
    beat = {"heartbeats": F("heartbeats") + 1, "heartbeat_at": Now()}
    this = Broker.objects.filter(id=broker_id, incarnation=incarnation)
    return bool(this.filter(fenced=False).update(**beat)) or _unfence(broker_id, incarnation)


def _unfence(broker_id: BrokerId, incarnation: Incarnation) -> bool:
    with scope.system("a fenced broker lives"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation:
            return False
        if not broker.fenced:  # another beat of it was quicker
            return True
        broker.fenced = False
        broker.heartbeats += 1
        broker.heartbeat_at = Now()
        broker.save(update_fields=["fenced", "heartbeats", "heartbeat_at"])
        live = live_of(brokers)
        written = write_decided(
            lock_leaderless_held(broker_id),
            lambda each: elected(each.record, live=live, minimum=each.minimum),
        )
        audit.record(
            by=f"broker:{broker_id}",
            action="broker.unfence",
            object=str(broker_id),
            detail={"incarnation": incarnation, "elected": written.elected},
        )
        changes.publish([broker_change(broker), *written.told])
    return True
