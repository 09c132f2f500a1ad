"""What takes replicas off a draining broker, a few at a time; inside the transaction of a verb."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.placement import replaced
from brokers.metadata.reassignment import begun, target_of
from brokers.models import Broker
from brokers.selectors.brokers import candidates_among
from brokers.services.broker_rows import live_of
from brokers.services.partition_rows import Decided, LockedPartition

MOVES_AT_ONCE: Final = 10
"""Of one draining broker. Each copies a whole log over disks and network that serve clients."""


class DrainPlan:
    """Where the replicas of ``broker_id`` go, as for new ones: other volumes and racks than those
    that stay, then balance. Each choice counts for the next one, so that the load spreads."""

    def __init__(self, broker_id: BrokerId, brokers: dict[BrokerId, Broker]) -> None:
        """``brokers`` under lock."""
        others = [each for each in brokers.values() if not each.draining and each.id != broker_id]
        self._broker_id = broker_id
        self._brokers = brokers
        self._live = live_of(brokers)
        self._load = {each.id: each for each in candidates_among(others)}

    def moves(self, held: Iterable[LockedPartition]) -> Iterable[Decided | LockedPartition]:
        """For each its move, or itself where there is no other broker for it, or where its only
        complete replica would have to go."""
        for each in held:
            before = target_of(each.record)
            try:
                target = replaced([*self._load.values()], before, self._broker_id)
                after = begun(each.record, target, known=self._brokers, live=self._live)
            except (ValueError, Refusal):
                yield each
                continue
            self._count(before, target)
            yield each, after

    def _count(self, before: tuple[BrokerId, ...], target: tuple[BrokerId, ...]) -> None:
        load = self._load
        (taker,) = set(target) - set(before)
        load[taker] = replace(load[taker], held=load[taker].held + 1)
        leader = target[0]
        if leader != before[0]:
            load[leader] = replace(load[leader], load=load[leader].load + 1)
