from collections.abc import Sequence

from django.db.models import Exists, F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import elected
from brokers.metadata.recovery import NOTHING_SEEN, Seen
from brokers.models import Broker, ControlState, ReplicaReportRow
from brokers.node.ports import NOTHING_TO_REPORT, Report, Standing
from brokers.published import broker_change
from brokers.selectors.halt import is_forgotten
from brokers.services.broker_rows import live_of, lock_brokers, lock_brokers_of_any_cell
from brokers.services.halt_cell import halt_if_behind
from brokers.services.partition_rows import lock_leaderless_held, write_decided
from tenants import audit, changes, scope
from tenants.models import ChangeCounter
from tenants.transactions import limit_waits


def heartbeat(
    broker_id: BrokerId,
    incarnation: Incarnation,
    report: Report = NOTHING_TO_REPORT,
    seen: Seen = NOTHING_SEEN,
    opens: Sequence[str] = (),
) -> Standing:
    """Count a sign of life. Not alive any more: when that incarnation is not the registered one, or
    the broker was removed or forgotten; its process stops then.

    A broker that was fenced and lives after all, because it was stopped or cut off for a while, is
    unfenced by its next heartbeat and leads what waited for it. Whether its disk has room is told
    to all when it is news. One that has ``seen`` more than the database knows halts the cell; a
    database from the past is not asked who is registered. ``opens`` names the sealing keys that the
    broker has; where more than that is news, the next beat tells them.
    """
    lags = [each.to_json() for each in report.lags]
    beat = {
        "heartbeats": F("heartbeats") + 1,
        "heartbeat_at": Now(),
        "replica_lags": lags,
        "opens": list(opens),
    }
    this = Broker.objects.filter(id=broker_id, incarnation=incarnation)
    as_known = this.filter(fenced=False, lacks_room=report.lacks_room)
    if seen.number:
        as_known = as_known.filter(Exists(ChangeCounter.objects.filter(number__gte=seen.number)))
    halted_or_rebuilt = ControlState.objects.exclude(
        generation=seen.generation, halted_at__isnull=True
    )
    if as_known.filter(~Exists(halted_or_rebuilt)).update(**beat):
        return Standing(True, generation=seen.generation)
    return _looked_into(broker_id, incarnation, report, seen)


def _looked_into(
    broker_id: BrokerId, incarnation: Incarnation, report: Report, seen: Seen
) -> Standing:
    with scope.system("a broker's standing"):
        limit_waits()
        if is_forgotten(broker_id, seen):
            return Standing(False)
        state = halt_if_behind(broker_id, seen)
        if state.halted_at is None:
            alive = _tell(broker_id, incarnation, report)
            return Standing(alive, generation=state.generation)
        # Whoever reports is heard; rows that may be of the past cannot tell who counts, but for a
        # later incarnation: numbers of incarnations are never used twice.
        broker = lock_brokers_of_any_cell(changing=broker_id).get(broker_id)
        alive = broker is None or broker.incarnation <= incarnation
        if broker is not None and alive:
            broker.heartbeats += 1
            broker.heartbeat_at = Now()
            broker.save(update_fields=["heartbeats", "heartbeat_at"])
        reported = ReplicaReportRow.objects.filter(id=broker_id, incarnation=incarnation).exists()
        return Standing(alive, True, state.generation, reported)


def _tell(broker_id: BrokerId, incarnation: Incarnation, report: Report) -> bool:
    """In a cell that is not halted: what others must know of it may have changed."""
    brokers = lock_brokers(changing=broker_id)
    broker = brokers.get(broker_id)
    if broker is None or broker.incarnation != incarnation:
        return False
    was_fenced, lacked_room = broker.fenced, broker.lacks_room
    broker.fenced = False
    broker.lacks_room = report.lacks_room
    broker.heartbeats += 1
    broker.heartbeat_at = Now()
    broker.replica_lags = [each.to_json() for each in report.lags]
    broker.save(
        update_fields=["fenced", "lacks_room", "heartbeats", "heartbeat_at", "replica_lags"]
    )
    if not was_fenced and lacked_room == report.lacks_room:
        return True  # Another beat of it was quicker, or it has not read a new generation.
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
