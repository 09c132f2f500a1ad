from collections.abc import Iterable

from django.db.models.functions import Now

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.rejoining import Restart, rejoined
from brokers.models import Broker, RemovedBroker, Volume
from brokers.node.ports import BrokerRegistration
from brokers.published import broker_change
from brokers.selectors.halt import is_forgotten
from brokers.services.broker_rows import live_of, lock_brokers_of_any_cell
from brokers.services.halt_cell import halt_if_behind
from brokers.services.partition_rows import lock_held, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def register_broker(registration: BrokerRegistration) -> Incarnation:
    """Start an incarnation: one above the last, unfenced, from now on the only one that counts.

    The epochs of every partition that the broker leads rise, so that nothing an earlier incarnation
    still has under way can be taken for this one's. It leads what waited for it. A broker that may
    have lost what it held (``metadata/rejoining.py``) leaves the in-sync and eligible sets first.
    """
    with scope.system("register a broker"):
        limit_waits()
        _refuse_forgotten(registration)
        state = halt_if_behind(registration.id, registration.seen)
        brokers = lock_brokers_of_any_cell(changing=registration.id)
        before = brokers.get(registration.id)
        broker = _write_broker(registration, before, _throttle_of(brokers.values()))
        if state.halted_at is not None:
            audit.record(
                by=f"broker:{broker.id}",
                action="broker.register",
                object=str(broker.id),
                detail={"incarnation": broker.incarnation, "halted": True},
            )
            changes.publish([broker_change(broker)])
            return Incarnation(broker.incarnation)
        live = live_of(brokers) | {registration.id}
        restart = _restart(registration, before)
        written = write_decided(
            lock_held(registration.id),
            lambda each: rejoined(
                each.record, restart, is_synced=each.is_synced, live=live, minimum=each.minimum
            ),
        )
        audit.record(
            by=f"broker:{broker.id}",
            action="broker.register",
            object=str(broker.id),
            detail={
                "incarnation": broker.incarnation,
                "clean": restart.is_clean,
                "volume": broker.volume_id,
                "volume_before": None if before is None else before.volume_id,
                "partitions": len(written.told),
                "elected": written.elected,
                "leaderless": written.leaderless,
            },
        )
        changes.publish([broker_change(broker), *written.told])
    return Incarnation(broker.incarnation)


def _refuse_forgotten(registration: BrokerRegistration) -> None:
    if is_forgotten(registration.id, registration.seen):
        raise Refusal(
            ErrorCode.BROKER_ID_NOT_REGISTERED,
            f"broker {registration.id} was forgotten in a recovery, and what volume "
            f"{registration.volume_path} holds is void since then; keep that folder elsewhere and "
            "give the broker an empty one",
        )


def _restart(registration: BrokerRegistration, before: Broker | None) -> Restart:
    return Restart(
        broker=BrokerId(registration.id),
        is_clean=before is not None and registration.clean_incarnation == before.incarnation,
        has_its_volume=before is None or before.volume_id == registration.volume_id,
    )


def _throttle_of(brokers: Iterable[Broker]) -> int | None:
    """As it is for the others, so it is for a new one."""
    return next((broker.copy_bytes_per_second for broker in brokers), None)


def _write_broker(
    registration: BrokerRegistration, before: Broker | None, throttle: int | None
) -> Broker:
    Volume.objects.update_or_create(
        id=registration.volume_id, defaults={"path": registration.volume_path}
    )
    broker = Broker(
        id=registration.id,
        incarnation=_last_incarnation(registration, before) + 1,
        host=registration.host,
        port=registration.port,
        internal_host=registration.internal_host,
        internal_port=registration.internal_port,
        volume_id=registration.volume_id,
        rack=registration.rack,
        fenced=False,
        draining=before is not None and before.draining,
        lacks_room=before is not None and before.lacks_room,
        copy_bytes_per_second=throttle,
        heartbeats=0 if before is None else before.heartbeats + 1,
        heartbeat_at=Now(),
        registered_at=Now(),
    )
    broker.save(force_insert=before is None)
    return broker


def _last_incarnation(registration: BrokerRegistration, before: Broker | None) -> int:
    """By the database and by the broker's volume: either may have forgotten."""
    removed = RemovedBroker.objects.filter(id=registration.id).first()
    known = removed if before is None else before
    return max(0 if known is None else known.incarnation, registration.seen.incarnation)
