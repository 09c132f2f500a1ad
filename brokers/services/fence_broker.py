from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import without
from brokers.published import broker_change
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_led_or_in_sync, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def fence_broker(
    broker_id: BrokerId, incarnation: Incarnation, *, by: str, action: str = "broker.fence"
) -> bool:
    """Take a broker as not alive, if that incarnation still counts: others lead what it led.

    It leaves every in-sync set, is not offered to clients and given no leadership until it is heard
    of again. A compare-and-set: False when it was fenced already or a later incarnation has
    registered. The elections are one audit entry with counts; the changes name each.
    """
    with scope.system("fence a broker"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = brokers.get(broker_id)
        if broker is None or broker.incarnation != incarnation or broker.fenced:
            return False
        broker.fenced = True
        broker.save(update_fields=["fenced"])
        live = live_of(brokers)
        written = write_decided(
            lock_led_or_in_sync(broker_id),
            lambda each: without(each.record, broker_id, live=live, minimum=each.minimum),
        )
        audit.record(
            by=by,
            action=action,
            object=str(broker_id),
            detail={
                "incarnation": incarnation,
                "partitions": len(written.told),
                "elected": written.elected,
                "leaderless": written.leaderless,
            },
        )
        changes.publish([broker_change(broker), *written.told])
    return True
