from brokers.kernel.errors import ErrorCode, Refusal
from brokers.published import broker_change
from brokers.services.broker_rows import lock_brokers_to_change
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def throttle_copies(*, bytes_per_second: int | None, by: str) -> None:
    """How fast each broker copies the replicas that reassignments add; None for as fast as it can.

    In force within a second or so, also for what is being copied; in-sync replicas are never held
    up (KIP-73). Brokers that register later have it too. Raises ``Refusal`` INVALID_REQUEST for a
    rate that is not positive.
    """
    if bytes_per_second is not None and bytes_per_second <= 0:
        raise Refusal(ErrorCode.INVALID_REQUEST, "a throttle is at least one byte a second")
    with scope.system("throttle reassignments"):
        limit_waits()
        changed = [
            broker
            for broker in lock_brokers_to_change().values()
            if broker.copy_bytes_per_second != bytes_per_second
        ]
        if not changed:
            return
        for broker in changed:
            broker.copy_bytes_per_second = bytes_per_second
            broker.save(update_fields=["copy_bytes_per_second"])
        audit.record(
            by=by,
            action="broker.throttle_copies",
            object="brokers",
            detail={"bytes_per_second": bytes_per_second},
        )
        changes.publish([broker_change(broker) for broker in changed])
