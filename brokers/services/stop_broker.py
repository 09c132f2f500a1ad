from brokers.kernel.ids import BrokerId, Incarnation
from brokers.services.fence_broker import fence_broker


def stop_broker(broker_id: BrokerId, incarnation: Incarnation) -> None:
    """A clean stop: the broker fences itself, and others lead at once instead of missing it."""
    fence_broker(broker_id, incarnation, by=f"broker:{broker_id}", action="broker.stop")
