from typing import Final

from django.db import connection

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.election import elected, moved_to
from brokers.metadata.reassignment import finished
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker
from brokers.node.ports import Upkeep
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_rows, write_decided
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits

MOVED_MAX: Final = 100
"""Leaderships given back in one round: each costs its clients a moment."""

SAVES_WORK: Final = 0x48574D44
"""Key of the advisory lock ("HWMD"). Nothing depends on it but that two controllers rarely do the
same work."""

# As the partial index ``partitions_to_mend`` says it; then, what may come of it now.
_MENDABLE: Final = """
SELECT p.id FROM brokers_partition AS p JOIN brokers_topic AS t ON t.id = p.topic_id
WHERE NOT (p.leader IS NOT NULL AND p.adding = '{}' AND p.removing = '{}')
  AND t.deleted_at IS NULL
  AND CASE WHEN p.leader IS NULL THEN (p.isr || p.eligible_leaders) && %(live)s::int[]
           ELSE p.adding <@ p.isr END
"""

_LED_ELSEWHERE: Final = """
SELECT p.id FROM brokers_partition AS p JOIN brokers_topic AS t ON t.id = p.topic_id
WHERE p.leader <> p.replicas[1] AND p.replicas[1] = ANY (p.isr)
  AND p.replicas[1] = ANY (%(live)s::int[]) AND t.deleted_at IS NULL
ORDER BY p.topic_id, p.index LIMIT %(most)s
"""


def mend_partitions(*, rebalance: bool) -> Upkeep:
    """One round of the controller: elect where there may be a leader again, and finish
    reassignments; with ``rebalance`` give leadership back to preferred leaders.

    Looks without any lock first, so a round in which nothing is to do costs one indexed query.
    """
    with scope.system("the controller's round"):
        limit_waits()
        mendable, elsewhere = _candidates(rebalance)
        if (not mendable and not elsewhere) or not _nobody_else_does():
            return Upkeep()
        live = live_of(lock_brokers())
        upkeep, told = _mended([*mendable, *elsewhere], live, set(elsewhere))
        if told:
            audit.record(
                by="controller",
                action="partition.mend",
                object="partitions",
                detail={
                    "elected": upkeep.elected,
                    "moved_to_preferred": upkeep.moved_to_preferred,
                    "reassigned": upkeep.reassigned,
                },
            )
            changes.publish(told)
    return upkeep


def _candidates(rebalance: bool) -> tuple[list[int], list[int]]:
    wanted = Broker.objects.filter(fenced=False).values_list("id", "draining")
    brokers = dict(wanted)
    with connection.cursor() as cursor:
        cursor.execute(_MENDABLE, {"live": [*brokers]})
        mendable = [row for (row,) in cursor.fetchall()]
        if not rebalance:
            return mendable, []
        staying = [broker for broker, draining in brokers.items() if not draining]
        cursor.execute(_LED_ELSEWHERE, {"live": staying, "most": MOVED_MAX})
        return mendable, [row for (row,) in cursor.fetchall()]


def _nobody_else_does() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SAVES_WORK])
        return bool(cursor.fetchone()[0])


def _mended(
    rows: list[int], live: set[BrokerId], elsewhere: set[int]
) -> tuple[Upkeep, list[NewChange]]:
    locked = lock_rows(rows)
    leaderless = [each for each in locked if each.record.leader is None]
    led = [each for each in locked if each.record.leader is not None]
    chosen = write_decided(
        leaderless, lambda each: elected(each.record, live=live, minimum=each.minimum)
    )
    done = write_decided(led, lambda each: finished(each.record, live=live))
    given_back = [
        each for each in led if each.row in elsewhere and finished(each.record, live=live) is None
    ]
    moved = write_decided(given_back, lambda each: _preferred(each.record, live))
    upkeep = Upkeep(len(chosen.told), len(moved.told), len(done.told))
    return upkeep, [*chosen.told, *done.told, *moved.told]


def _preferred(record: PartitionRecord, live: set[BrokerId]) -> PartitionRecord | None:
    try:
        return moved_to(record, record.replicas[0], live=live)
    except Refusal:
        return None
