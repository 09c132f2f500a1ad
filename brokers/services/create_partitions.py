from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicName
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.metadata.placement import Candidate, place
from brokers.metadata.reassignment import target_of
from brokers.models import Partition, Topic
from brokers.node.ports import Actor
from brokers.published import partition_record, topic_change
from brokers.selectors.brokers import placement_candidates
from brokers.services.assigned_replicas import Replicas, assigned_replicas, checked_candidates
from brokers.services.broker_rows import live_of, lock_brokers, still_candidates
from brokers.services.partition_mutations import charge_mutations
from brokers.services.topic_rows import (
    check_partition_limit,
    insert_partitions,
    lock_tenant,
    lock_topic,
)
from tenants import audit, changes, scope
from tenants.transactions import limit_waits


def create_partitions(
    *,
    actor: Actor,
    name: TopicName,
    count: int,
    assignments: Sequence[Sequence[BrokerId]] | None = None,
    validate_only: bool = False,
) -> None:
    """Raise a topic's partition count to ``count``; existing records stay where they are.

    ``assignments`` places the new ones by hand, one list of brokers each. Raises ``Refusal``:
    UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT,
    INVALID_REPLICATION_FACTOR, POLICY_VIOLATION or THROTTLING_QUOTA_EXCEEDED.
    """
    candidates = placement_candidates()
    with scope.tenant(actor.tenant_id):
        limit_waits()
        brokers = lock_brokers()
        candidates = still_candidates(candidates, brokers)
        tenant = lock_tenant(UUID(actor.tenant_id))
        topic = lock_topic(name)
        adding = _added(topic, count)
        check_partition_limit(tenant, adding)
        replicas = _replicas(topic, adding, assignments, candidates)
        if not validate_only:
            charge_mutations(tenant, actor, adding)
            _write(actor, topic, replicas, live_of(brokers))


def _added(topic: Topic, count: int) -> int:
    if count <= topic.partition_count:
        raise Refusal(
            ErrorCode.INVALID_PARTITIONS,
            f"topic {topic.name!r} has {topic.partition_count} partitions, so {count} is no "
            "increase; a topic's partitions cannot be taken away",
        )
    if count > PARTITIONS_PER_TOPIC_MAX:
        raise Refusal(
            ErrorCode.INVALID_PARTITIONS,
            f"a topic has at most {PARTITIONS_PER_TOPIC_MAX} partitions; {count} are too many",
        )
    return count - topic.partition_count


def _replicas(
    topic: Topic,
    adding: int,
    assignments: Sequence[Sequence[BrokerId]] | None,
    candidates: Sequence[Candidate],
) -> Replicas:
    """New partitions get as many replicas as the first one is to have."""
    first = topic.partition_count
    present = Partition.objects.filter(topic=topic)
    factor = len(target_of(partition_record(present.get(index=0))))
    checked_candidates(candidates, factor)
    if assignments is None:
        led = Counter(present.values_list("leader", flat=True))
        return place(candidates, adding, factor, turn=topic.id.int + first, present=led)
    if len(assignments) != adding:
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"{adding} partitions were asked for and {len(assignments)} were assigned replicas",
        )
    if any(len(replicas) != factor for replicas in assignments):
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"the topic's partitions have {factor} replicas each, and so must the new ones",
        )
    by_hand = {first + position: replicas for position, replicas in enumerate(assignments)}
    return assigned_replicas(by_hand, candidates, first)


def _write(actor: Actor, topic: Topic, replicas: Replicas, live: set[BrokerId]) -> None:
    first = topic.partition_count
    topic.partition_count = first + len(replicas)
    topic.save(update_fields=["partition_count"])
    told = insert_partitions(topic, replicas, first, live=live)
    audit.record(
        tenant_id=topic.tenant_id,
        by=actor.principal,
        action="topic.create_partitions",
        object=topic.name,
        detail={"from": first, "to": topic.partition_count},
    )
    # Partitions first: nobody may see a count that includes a partition it does not know.
    changes.publish([*told, topic_change(topic)])
