from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from django.db import connection

from brokers.kernel.ids import BrokerId
from brokers.metadata.reassignment import target_of
from brokers.models import Broker
from brokers.published import partition_told
from brokers.services.broker_rows import lock_brokers
from brokers.services.drain_moves import MOVES_AT_ONCE, DrainPlan
from brokers.services.mend_partitions import nobody_else_does
from brokers.services.partition_rows import Decided, LockedPartition, lock_rows, write_records
from tenants import audit, changes, scope
from tenants.transactions import limit_waits

LOCKED_AT_ONCE: Final = 100
"""Partitions that are looked at together; those that are stuck are passed over."""

# Replicas that are leaving, and the partitions whose replica is still to leave, per broker.
_HELD: Final = """
SELECT count(*) FILTER (WHERE p.removing @> ARRAY[%(broker)s::int]),
       coalesce(array_agg(p.id ORDER BY p.topic_id, p.index)
                FILTER (WHERE NOT p.removing @> ARRAY[%(broker)s::int]), '{}')
FROM brokers_partition AS p JOIN brokers_topic AS t ON t.id = p.topic_id
WHERE p.replicas @> ARRAY[%(broker)s::int] AND t.deleted_at IS NULL
"""


def continue_drains() -> int:
    """Part of the controller's round: as moves off draining brokers finish, begin others, so that
    ``MOVES_AT_ONCE`` are under way; how many were begun.

    Looks without any lock first: where nothing is drained that costs one query.
    """
    with scope.system("the controller's round: drains"):
        limit_waits()
        wanted = _wanted()
        if not wanted or not nobody_else_does():
            return 0
        brokers = lock_brokers()
        decided: dict[int, Decided] = {}
        for broker_id, (room, rows) in wanted.items():
            broker = brokers.get(broker_id)
            if broker is not None and broker.draining:
                plan = DrainPlan(broker_id, brokers)
                left = [row for row in rows if row not in decided]
                moves = _moves(plan, broker_id, left)
                decided |= {each.row: (each, after) for each, after in islice(moves, room)}
        if decided:
            write_records([*decided.values()])
            audit.record(
                by="controller",
                action="broker.continue_drain",
                object="brokers",
                detail={"begun": len(decided)},
            )
            changes.publish([partition_told(after) for _, after in decided.values()])
    return len(decided)


def _wanted() -> dict[BrokerId, tuple[int, list[int]]]:
    """Per draining broker how many moves may be begun, and rows of what it still holds."""
    found = {}
    for broker_id in Broker.objects.filter(draining=True).values_list("id", flat=True):
        with connection.cursor() as cursor:
            cursor.execute(_HELD, {"broker": broker_id})
            leaving, rows = cursor.fetchone()
        if rows and leaving < MOVES_AT_ONCE:
            found[BrokerId(broker_id)] = (MOVES_AT_ONCE - leaving, rows)
    return found


def _moves(plan: DrainPlan, broker_id: BrokerId, rows: Sequence[int]) -> Iterator[Decided]:
    """As many as are asked for, and locks for little more."""
    for start in range(0, len(rows), LOCKED_AT_ONCE):
        locked = lock_rows(rows[start : start + LOCKED_AT_ONCE])
        held = [each for each in locked if broker_id in target_of(each.record)]
        for each in plan.moves(held):
            if not isinstance(each, LockedPartition):
                yield each
