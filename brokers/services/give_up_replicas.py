from collections.abc import Sequence

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import given_up
from brokers.node.ports import GivenUp, Refused
from brokers.published import partition_told
from brokers.services.alter_isrs import check_incarnation
from brokers.services.broker_rows import live_of, lock_brokers, records_of
from brokers.services.partition_rows import (
    NAMED_IN_AUDIT,
    Decided,
    LockedPartition,
    lock_numbered,
    write_records,
)
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def give_up_replicas(
    broker_id: BrokerId, incarnation: Incarnation, replicas: Sequence[GivenUp]
) -> list[Refused | None]:
    """The broker may lack what was committed in these: it is neither in sync nor eligible.

    For what recovery or scrubbing found corrupt, or ending below the durable end that had been
    recorded. Others lead what it led; the leader epoch rises of all. In the order asked, one
    compare-and-set each: refused are what ``election.given_up`` refuses, and UNKNOWN_TOPIC_ID, also
    for what is named again. Raises ``Refusal`` STALE_BROKER_EPOCH when a later incarnation has
    registered.
    """
    with scope.system("a broker has lost records"):
        limit_waits()
        brokers = lock_brokers()
        check_incarnation(broker_id, incarnation, records_of(brokers))
        live = live_of(brokers)
        locked = lock_numbered((each.topic_id, each.index) for each in replicas)
        judged = [
            _judged(broker_id, each, locked.pop((each.topic_id, each.index), None), live)
            for each in replicas
        ]
        _write(broker_id, incarnation, [each for each in judged if not isinstance(each, Refused)])
    return [each if isinstance(each, Refused) else None for each in judged]


def _judged(
    broker_id: BrokerId, asked: GivenUp, locked: LockedPartition | None, live: set[BrokerId]
) -> Decided | Refused:
    if locked is None:
        return Refused(ErrorCode.UNKNOWN_TOPIC_ID, "there is no such partition")
    try:
        after = given_up(
            locked.record,
            broker_id,
            leader_epoch=asked.leader_epoch,
            partition_epoch=asked.partition_epoch,
            live=live,
            minimum=locked.minimum,
        )
    except Refusal as refusal:
        return Refused(refusal.code, refusal.message)
    return locked, after


def _write(broker_id: BrokerId, incarnation: Incarnation, decided: Sequence[Decided]) -> None:
    if not decided:
        return
    write_records(decided)
    told = [partition_told(after) for _, after in decided]
    moved = [(each.record.leader, after.leader) for each, after in decided]
    audit.record(
        by=f"broker:{broker_id}",
        action="broker.give_up_replicas",
        object=str(broker_id),
        detail={
            "incarnation": incarnation,
            "partitions": [change.key for change in told[:NAMED_IN_AUDIT]],
            "count": len(told),
            "elected": sum(now not in (None, before) for before, now in moved),
            "leaderless": sum(before is not None and now is None for before, now in moved),
        },
    )
    changes.publish(told)
