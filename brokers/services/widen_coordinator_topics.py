from dataclasses import replace
from typing import Final

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.placement import REPLICATION_FACTOR_DEFAULT, Candidate, widened
from brokers.metadata.reassignment import begun
from brokers.models import Partition
from brokers.node.coordination.internal_topics import CONSUMER_OFFSETS, TRANSACTION_STATE
from brokers.published import partition_told
from brokers.selectors.brokers import candidates_among
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.drain_moves import MOVES_AT_ONCE
from brokers.services.ensure_coordinator_topic import coordinator_topic_id
from brokers.services.mend_partitions import nobody_else_does
from brokers.services.partition_rows import Decided, lock_rows, write_records
from tenants import audit, changes, scope
from tenants.transactions import limit_waits

TOPICS: Final = tuple(map(coordinator_topic_id, (CONSUMER_OFFSETS, TRANSACTION_STATE)))


def widen_coordinator_topics() -> int:
    """Part of the controller's round: coordinators' topics that were made while there were fewer
    brokers get their three replicas once there are three; how many copies were begun.

    ``MOVES_AT_ONCE`` are under way at a time. Looks without any lock first: where nothing is to be
    done that costs one query.
    """
    with scope.system("the controller's round: coordinators' topics"):
        limit_waits()
        narrow = Partition.objects.filter(
            topic__in=TOPICS, replicas__len__lt=REPLICATION_FACTOR_DEFAULT, adding=[], removing=[]
        )
        rows = [*narrow.order_by("topic", "index").values_list("id", flat=True)[:MOVES_AT_ONCE]]
        if not rows or not nobody_else_does():
            return 0
        brokers = lock_brokers()
        candidates = candidates_among(each for each in brokers.values() if not each.draining)
        if sum(each.is_live for each in candidates) < REPLICATION_FACTOR_DEFAULT:
            return 0
        under_way = Partition.objects.filter(topic__in=TOPICS).exclude(adding=[]).count()
        decided: list[Decided] = []
        for locked in lock_rows(rows[: max(0, MOVES_AT_ONCE - under_way)]):
            try:
                target = widened(candidates, locked.record.replicas, REPLICATION_FACTOR_DEFAULT)
                after = begun(locked.record, target, known=brokers, live=live_of(brokers))
            except (ValueError, Refusal):
                continue
            candidates = _counted(candidates, set(target) - set(locked.record.replicas))
            decided.append((locked, after))
        if decided:
            write_records(decided)
            audit.record(
                by="controller",
                action="topic.widen",
                object="coordinators' topics",
                detail={"begun": len(decided)},
            )
            changes.publish([partition_told(after) for _, after in decided])
    return len(decided)


def _counted(candidates: list[Candidate], takers: set[BrokerId]) -> list[Candidate]:
    """Each choice counts for the next one, so that the replicas spread."""
    return [replace(each, held=each.held + 1) if each.id in takers else each for each in candidates]
