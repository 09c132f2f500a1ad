from typing import Final

from django.db import connection

from brokers.kernel.errors import Refusal
from brokers.kernel.ids import BrokerId
from brokers.metadata.election import elected, handed_over, moved_to
from brokers.metadata.reassignment import finished
from brokers.metadata.records import PartitionRecord
from brokers.models import Broker
from brokers.node.ports import Upkeep
from brokers.services.broker_rows import live_of, lock_brokers
from brokers.services.partition_rows import lock_rows, write_decided
from tenants import audit, changes, scope
from tenants.changes import NewChange
from tenants.transactions import limit_waits

HANDED_OVER_MAX: Final = 1000
"""Taken off full disks in one round; nobody can write there, so nobody minds the moment."""

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

_LED_WITHOUT_ROOM: Final = """
SELECT p.id FROM brokers_partition AS p JOIN brokers_topic AS t ON t.id = p.topic_id
WHERE p.leader = ANY (%(full)s::int[]) AND p.isr && %(roomy)s::int[] AND t.deleted_at IS NULL
ORDER BY p.topic_id, p.index LIMIT %(most)s
"""

_LED_ELSEWHERE: Final = """
SELECT p.id FROM brokers_partition AS p JOIN brokers_topic AS t ON t.id = p.topic_id
WHERE p.leader <> p.replicas[1] AND p.replicas[1] = ANY (p.isr)
  AND p.replicas[1] = ANY (%(live)s::int[]) AND t.deleted_at IS NULL
ORDER BY p.topic_id, p.index LIMIT %(most)s
"""


def mend_partitions(*, rebalance: bool) -> Upkeep:
    """One round of the controller: elect where there may be a leader again, have others lead what
    is led on a full disk, and finish reassignments; with ``rebalance`` give leadership back to
    preferred leaders.

    Looks without any lock first, so a round in which nothing is to do costs one indexed query.
    """
    with scope.system("the controller's round"):
        limit_waits()
        mendable, elsewhere = _candidates(rebalance)
        if (not mendable and not elsewhere) or not nobody_else_does():
            return Upkeep()
        brokers = lock_brokers()
        roomy = {each for each in live_of(brokers) if not brokers[each].lacks_room}
        upkeep, told = _mended([*mendable, *elsewhere], live_of(brokers), roomy, set(elsewhere))
        if told:
            audit.record(
                by="controller",
                action="partition.mend",
                object="partitions",
                detail={
                    "elected": upkeep.elected,
                    "moved_to_preferred": upkeep.moved_to_preferred,
                    "reassigned": upkeep.reassigned,
                    "handed_over": upkeep.handed_over,
                },
            )
            changes.publish(told)
    return upkeep


def _candidates(rebalance: bool) -> tuple[list[int], list[int]]:
    """Partitions to mend, and those that their preferred leaders could lead."""
    live = [*Broker.objects.filter(fenced=False).only("id", "draining", "lacks_room")]
    full = [broker.id for broker in live if broker.lacks_room]
    with connection.cursor() as cursor:
        cursor.execute(_MENDABLE, {"live": [broker.id for broker in live]})
        mendable = [row for (row,) in cursor.fetchall()]
        if full:
            roomy = [broker.id for broker in live if not broker.lacks_room]
            cursor.execute(
                _LED_WITHOUT_ROOM, {"full": full, "roomy": roomy, "most": HANDED_OVER_MAX}
            )
            mendable += [row for (row,) in cursor.fetchall()]
        if not rebalance:
            return mendable, []
        staying = [each.id for each in live if not each.draining and not each.lacks_room]
        cursor.execute(_LED_ELSEWHERE, {"live": staying, "most": MOVED_MAX})
        return mendable, [row for (row,) in cursor.fetchall()]


def nobody_else_does() -> bool:
    """For the rest of the transaction: two controllers rarely do the same work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SAVES_WORK])
        return bool(cursor.fetchone()[0])


def _mended(
    rows: list[int], live: set[BrokerId], roomy: set[BrokerId], elsewhere: set[int]
) -> tuple[Upkeep, list[NewChange]]:
    locked = lock_rows(rows)
    leaderless = [each for each in locked if each.record.leader is None]
    led = [each for each in locked if each.record.leader is not None]
    chosen = write_decided(
        leaderless, lambda each: elected(each.record, live=live, minimum=each.minimum)
    )
    done = write_decided(led, lambda each: finished(each.record, live=live))
    staying = [each for each in led if finished(each.record, live=live) is None]
    relieved = write_decided(
        [each for each in staying if each.row not in elsewhere],
        lambda each: handed_over(each.record, roomy=roomy),
    )
    moved = write_decided(
        [each for each in staying if each.row in elsewhere],
        lambda each: _preferred(each.record, roomy),
    )
    upkeep = Upkeep(len(chosen.told), len(moved.told), len(done.told), len(relieved.told))
    return upkeep, [*chosen.told, *done.told, *relieved.told, *moved.told]


def _preferred(record: PartitionRecord, live: set[BrokerId]) -> PartitionRecord | None:
    try:
        return moved_to(record, record.replicas[0], live=live)
    except Refusal:
        return None
