from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.placement import Candidate, replaced
from brokers.metadata.reassignment import begun, target_of
from brokers.models import Broker
from brokers.published import broker_change, partition_told
from brokers.selectors.brokers import candidates_among
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import Decided, LockedPartition, lock_held, write_records
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


@dataclass(frozen=True, slots=True)
class Drained:
    """``moving``: replicas that go elsewhere now, or already do. ``stuck``: partitions for which no
    other broker is left, or whose only complete replica would have to go."""

    moving: int
    stuck: tuple[str, ...]


def drain_broker(*, broker_id: BrokerId, by: str, dry_run: bool = False) -> Drained:
    """Have a broker hold nothing: it gets no new replicas, and those that it has move elsewhere.

    Where to is decided as for new partitions: other volumes and racks than the replicas that stay,
    then balance. Returns at once; the moves are reassignments that the controller finishes. Asking
    again plans what was stuck before. Raises ``Refusal`` BROKER_ID_NOT_REGISTERED.
    """
    with scope.system("drain a broker"):
        limit_waits()
        brokers = lock_brokers(changing=broker_id)
        broker = registered(broker_id, brokers)
        held = lock_held(broker_id)
        staying = [each for each in held if broker_id in target_of(each.record)]
        others = [each for each in brokers.values() if not each.draining and each.id != broker_id]
        decided, stuck = _plan(broker_id, staying, candidates_among(others), brokers)
        drained = Drained(len(decided) + len(held) - len(staying), stuck)
        if dry_run:
            return drained
        broker.draining = True
        broker.save(update_fields=["draining"])
        write_records(decided)
        audit.record(
            by=by,
            action="broker.drain",
            object=str(broker_id),
            detail={"moving": drained.moving, "stuck": len(stuck)},
        )
        changes.publish([broker_change(broker), *(partition_told(after) for _, after in decided)])
    return drained


def registered(broker_id: BrokerId, brokers: Mapping[BrokerId, Broker]) -> Broker:
    """Raises ``Refusal`` BROKER_ID_NOT_REGISTERED when there is no such broker."""
    broker = brokers.get(broker_id)
    if broker is None:
        raise Refusal(ErrorCode.BROKER_ID_NOT_REGISTERED, f"there is no broker {broker_id}")
    return broker


def _plan(
    broker_id: BrokerId,
    held: Sequence[LockedPartition],
    candidates: Sequence[Candidate],
    brokers: dict[BrokerId, Broker],
) -> tuple[list[Decided], tuple[str, ...]]:
    """Each choice counts for the next one, so that the load spreads."""
    live = live_of(brokers)
    load = {each.id: each for each in candidates}
    decided: list[Decided] = []
    stuck = []
    for each in held:
        try:
            target = replaced([*load.values()], target_of(each.record), broker_id)
            after = begun(each.record, target, known=brokers, live=live)
        except (ValueError, Refusal):
            stuck.append(each.shown)
            continue
        (taker,) = set(target) - set(target_of(each.record))
        load[taker] = replace(load[taker], held=load[taker].held + 1)
        leader = target[0]
        if leader != target_of(each.record)[0]:
            load[leader] = replace(load[leader], load=load[leader].load + 1)
        decided.append((each, after))
    return decided, tuple(stuck)
