from django.db.models import F
from django.db.models.functions import Now

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.models import Broker, Partition, Volume
from brokers.node.ports import BrokerRegistration
from brokers.published import broker_change, partition_change
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits


def register_broker(registration: BrokerRegistration) -> Incarnation:
    """Start an incarnation: one above the last, unfenced, from now on the only one that counts.

    The epochs of every partition that the broker leads rise, so that nothing an earlier incarnation
    still has under way can be taken for this one's. A broker that comes with another volume has
    lost what it held: it leaves the in-sync and eligible sets, and leads none of it.
    """
    with scope.system("register a broker"):
        limit_waits()
        before = Broker.objects.select_for_update().filter(id=registration.id).first()
        broker = _write_broker(registration, before)
        told = _raise_epochs(registration.id)
        if before is not None and before.volume_id != registration.volume_id:
            told = _give_up_partitions(registration.id)
        audit.record(
            by=f"broker:{broker.id}",
            action="broker.register",
            object=str(broker.id),
            detail={
                "incarnation": broker.incarnation,
                "clean": _is_clean(registration, before),
                "volume": broker.volume_id,
                "volume_before": None if before is None else before.volume_id,
                "partitions": len(told),
            },
        )
        changes.publish([broker_change(broker), *told])
    return Incarnation(broker.incarnation)


def _is_clean(registration: BrokerRegistration, before: Broker | None) -> bool:
    return before is not None and registration.clean_incarnation == before.incarnation


def _write_broker(registration: BrokerRegistration, before: Broker | None) -> Broker:
    Volume.objects.update_or_create(
        id=registration.volume_id, defaults={"path": registration.volume_path}
    )
    broker = Broker(
        id=registration.id,
        incarnation=1 if before is None else before.incarnation + 1,
        host=registration.host,
        port=registration.port,
        internal_host=registration.internal_host,
        internal_port=registration.internal_port,
        volume_id=registration.volume_id,
        rack=registration.rack,
        fenced=False,
        heartbeats=0 if before is None else before.heartbeats + 1,
        heartbeat_at=Now(),
        registered_at=Now(),
    )
    broker.save(force_insert=before is None)
    return broker


def _raise_epochs(broker_id: BrokerId) -> list[NewChange]:
    led = Partition.objects.filter(leader=broker_id, topic__deleted_at__isnull=True)
    led.update(leader_epoch=F("leader_epoch") + 1, partition_epoch=F("partition_epoch") + 1)
    return [partition_change(row) for row in led.order_by("topic_id", "index")]


def _give_up_partitions(broker_id: BrokerId) -> list[NewChange]:
    """Take the broker out of every set; epochs of what it led have risen already."""
    held = Partition.objects.filter(replicas__contains=[broker_id], topic__deleted_at__isnull=True)
    rows = list(held.order_by("topic_id", "index"))
    for row in rows:
        row.isr = [member for member in row.isr if member != broker_id]
        row.eligible_leaders = [each for each in row.eligible_leaders if each != broker_id]
        if row.leader == broker_id:
            row.leader = None
        row.partition_epoch += 1
    Partition.objects.bulk_update(rows, ["isr", "eligible_leaders", "leader", "partition_epoch"])
    return [partition_change(row) for row in rows]
