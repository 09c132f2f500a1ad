from collections.abc import Sequence

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.metadata.election import given_up
from brokers.node.ports import PartitionNumber
from brokers.services.alter_isrs import check_incarnation
from brokers.services.broker_rows import live_of, lock_brokers, records_of
from brokers.services.partition_rows import NAMED_IN_AUDIT, lock_numbered, write_decided
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def give_up_replicas(
    broker_id: BrokerId, incarnation: Incarnation, partitions: Sequence[PartitionNumber]
) -> None:
    """The broker may lack what was committed in these: it is neither in sync nor eligible.

    For what recovery or scrubbing found corrupt, or ending below the durable end that had been
    recorded. Others lead what it led; the leader epoch rises of all (``election.given_up``). Raises
    ``Refusal`` STALE_BROKER_EPOCH when a later incarnation has registered.
    """
    with scope.system("a broker has lost records"):
        limit_waits()
        brokers = lock_brokers()
        check_incarnation(broker_id, incarnation, records_of(brokers))
        live = live_of(brokers)
        locked = lock_numbered((each.topic_id, each.index) for each in partitions)
        written = write_decided(
            locked.values(),
            lambda each: given_up(each.record, broker_id, live=live, minimum=each.minimum),
        )
        if not written.told:
            return
        audit.record(
            by=f"broker:{broker_id}",
            action="broker.give_up_replicas",
            object=str(broker_id),
            detail={
                "incarnation": incarnation,
                "partitions": [change.key for change in written.told[:NAMED_IN_AUDIT]],
                "count": len(written.told),
                "elected": written.elected,
                "leaderless": written.leaderless,
            },
        )
        changes.publish(written.told)
