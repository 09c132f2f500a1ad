from django.db.models import F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import elected
from brokers.models import Broker
from brokers.node.ports import NOTHING_TO_REPORT, Report
from brokers.published import broker_change
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_leaderless_held, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def heartbeat(
    broker_id: BrokerId, incarnation: Incarnation, report: Report = NOTHING_TO_REPORT
) -> bool:
    """Count a sign of life; False when that incarnation is not the registered one any more, or the
    broker was removed: its process stops then.

    A broker that was fenced and lives after all, because it was stopped or cut off for a while, is
    unfenced by its next heartbeat and leads what waited for it. Whether its disk has room is told
    to all when it is news.
    """
    lags = [each.to_json() for each in report.lags]
    beat = {"heartbeats": F("heartbeats") + 1, "heartbeat_at": Now(), "replica_lags": lags}
    this = Broker.objects.filter(id=broker_id, incarnation=incarnation)
    as_known = this.filter(fenced=False, lacks_room=report.lacks_room)
    return bool(as_known.update(**beat)) or _tell(broker_id, incarnation, report)


def _tell(broker_id: BrokerId, incarnation: Incarnation, report: Report) -> bool:
    """What others must know of it has changed."""
    with scope.system("a broker is not as it was known"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation:
            return False
        was_fenced, lacked_room = broker.fenced, broker.lacks_room
        if not was_fenced and lacked_room == report.lacks_room:
            return True  # Another beat of it was quicker.
        broker.fenced = False
        broker.lacks_room = report.lacks_room
        broker.heartbeats += 1
        broker.heartbeat_at = Now()
        broker.replica_lags = [each.to_json() for each in report.lags]
        broker.save(
            update_fields=["fenced", "lacks_room", "heartbeats", "heartbeat_at", "replica_lags"]
        )
        live = live_of(brokers)
        written = write_decided(
            lock_leaderless_held(broker_id) if was_fenced else [],
            lambda each: elected(each.record, live=live, minimum=each.minimum),
        )
        if was_fenced:
            _audit(broker_id, "unfence", {"incarnation": incarnation, "elected": written.elected})
        if lacked_room != report.lacks_room:
            _audit(broker_id, "room", {"lacks_room": report.lacks_room})
        changes.publish([broker_change(broker), *written.told])
    return True


def _audit(broker_id: BrokerId, what: str, detail: dict[str, object]) -> None:
    audit.record(
        by=f"broker:{broker_id}", action=f"broker.{what}", object=str(broker_id), detail=detail
    )
