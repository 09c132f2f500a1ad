"""What broker N says of itself when it registers."""

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.node.ports import BrokerRegistration


def registration(
    number: int,
    volume: str | None = None,
    clean_incarnation: int | None = None,
    rack: str | None = None,
) -> BrokerRegistration:
    """Broker ``number`` on a volume of its own, unless another is named."""
    return BrokerRegistration(
        id=BrokerId(number),
        host="127.0.0.1",
        port=9091 + number,
        internal_host="127.0.0.1",
        internal_port=9191 + number,
        volume_id=volume or f"volume-{number}",
        volume_path=f"/volumes/{number}",
        rack=rack,
        clean_incarnation=None if clean_incarnation is None else Incarnation(clean_incarnation),
    )
