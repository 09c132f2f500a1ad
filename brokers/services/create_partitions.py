from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicName
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.metadata.placement import Candidate, place
from brokers.models import Partition, Topic
from brokers.node.ports import Actor
from brokers.published import topic_change
from brokers.selectors.brokers import placement_candidates
from brokers.services.create_topic import assigned_leaders
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
    INVALID_REPLICATION_FACTOR or POLICY_VIOLATION.
    """
    candidates = placement_candidates()
    with scope.tenant(actor.tenant_id):
        limit_waits()
        tenant = lock_tenant(UUID(actor.tenant_id))
        topic = lock_topic(name)
        adding = _added(topic, count)
        check_partition_limit(tenant, adding)
        leaders = _leaders(topic, adding, assignments, candidates)
        if not validate_only:
            _write(actor, topic, leaders)


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


def _leaders(
    topic: Topic,
    adding: int,
    assignments: Sequence[Sequence[BrokerId]] | None,
    candidates: Sequence[Candidate],
) -> list[BrokerId]:
    first = topic.partition_count
    if not candidates:
        raise Refusal(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "no broker is alive to hold a replica; try again when one is",
        )
    if assignments is None:
        present = Counter(Partition.objects.filter(topic=topic).values_list("leader", flat=True))
        return place(candidates, adding, turn=topic.id.int + first, present=present)
    if len(assignments) != adding:
        raise Refusal(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"{adding} partitions were asked for and {len(assignments)} were assigned replicas",
        )
    by_hand = {first + position: replicas for position, replicas in enumerate(assignments)}
    return assigned_leaders(by_hand, candidates, first)


def _write(actor: Actor, topic: Topic, leaders: Sequence[BrokerId]) -> None:
    first = topic.partition_count
    topic.partition_count = first + len(leaders)
    topic.save(update_fields=["partition_count"])
    told = insert_partitions(topic, leaders, first)
    audit.record(
        tenant_id=topic.tenant_id,
        by=actor.principal,
        action="topic.create_partitions",
        object=topic.name,
        detail={"from": first, "to": topic.partition_count},
    )
    # Partitions first: nobody may see a count that includes a partition it does not know.
    changes.publish([*told, topic_change(topic)])
