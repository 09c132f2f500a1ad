from collections.abc import Mapping
from dataclasses import dataclass

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.reassignment import target_of
from brokers.models import Broker
from brokers.published import broker_change, partition_told
from brokers.services.broker_rows import lock_brokers
from brokers.services.drain_moves import MOVES_AT_ONCE, DrainPlan
from brokers.services.partition_rows import LockedPartition, lock_held, write_records
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class Drained:
    """``moving``: replicas that go elsewhere, ``begun`` of them now, or already; the others in
    their turn. ``stuck``: partitions for which no other broker is left, or whose only complete
    replica would have to go; they go once that has changed."""

    moving: int
    begun: int
    stuck: tuple[str, ...]


def drain_broker(*, broker_id: BrokerId, by: str, dry_run: bool = False) -> Drained:
    """Have a broker hold nothing: it gets no new replicas, and those that it has move elsewhere.

    Where to is decided as for new partitions: other volumes and racks than the replicas that stay,
    then balance. Returns at once; ``MOVES_AT_ONCE`` moves are begun, and the controller begins
    others as those finish (``continue_drains``). Raises ``Refusal`` BROKER_ID_NOT_REGISTERED.
    """
    with scope.system("drain a broker"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = registered(broker_id, brokers)
        held = lock_held(broker_id)
        staying = [each for each in held if broker_id in target_of(each.record)]
        leaving = len(held) - len(staying)
        planned = [*DrainPlan(broker_id, brokers).moves(staying)]
        moves = [each for each in planned if not isinstance(each, LockedPartition)]
        stuck = tuple(each.shown for each in planned if isinstance(each, LockedPartition))
        now = moves[: max(0, MOVES_AT_ONCE - leaving)]
        drained = Drained(leaving + len(moves), leaving + len(now), stuck)
        if dry_run:
            return drained
        broker.draining = True
        broker.save(update_fields=["draining"])
        write_records(now)
        audit.record(
            by=by,
            action="broker.drain",
            object=str(broker_id),
            detail={"moving": drained.moving, "stuck": len(stuck)},
        )
        changes.publish([broker_change(broker), *(partition_told(after) for _, after in now)])
    return drained


def registered(broker_id: BrokerId, brokers: Mapping[BrokerId, Broker]) -> Broker:
    """Raises ``Refusal`` BROKER_ID_NOT_REGISTERED when there is no such broker."""
    broker = brokers.get(broker_id)
    if broker is None:
        raise Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, f"there is no broker {broker_id}")
    return broker
