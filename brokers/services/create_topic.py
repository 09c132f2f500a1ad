from collections.abc import Sequence
from uuid import UUID, uuid4

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId, TopicId
from brokers.kernel.limits import PARTITIONS_PER_TOPIC_MAX
from brokers.metadata.placement import (
    REPLICATION_FACTOR_DEFAULT,
    Candidate,
    default_replication_factor,
    place,
)
from brokers.metadata.topic_configs import checked
from brokers.metadata.topic_names import check_new_topic_name, collision_key
from brokers.models import Topic
from brokers.node.ports import Actor, NewTopic, TopicCreated
from brokers.selectors.brokers import placement_candidates
from brokers.services.assigned_replicas import Replicas, assigned_replicas, checked_candidates
from brokers.services.broker_rows import live_of, lock_brokers, still_candidates
from brokers.services.partition_mutations import charge_mutations
from brokers.services.topic_rows import (
    check_partition_limit,
    check_topic_limit,
    insert_topic,
    lock_tenant,
)
from tenants import audit, changes, scope
from tenants.models import Tenant
from tenants.transactions import limit_waits


def create_topic(*, actor: Actor, topic: NewTopic, validate_only: bool = False) -> TopicCreated:
    """Create a topic, or with ``validate_only`` say what would be created.

    Raises ``Refusal``: INVALID_TOPIC_EXCEPTION, TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS,
    INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, INVALID_CONFIG, INVALID_REQUEST, or
    POLICY_VIOLATION when the tenant has too many topics or partitions,
    THROTTLING_QUOTA_EXCEEDED when it or the client makes them too fast.
    """
    check_new_topic_name(topic.name)
    configs = checked(topic.configs)
    _check_shape(topic)
    candidates = placement_candidates()
    row = Topic(id=uuid4(), tenant_id=UUID(actor.tenant_id), name=topic.name, configs=configs)
    with scope.tenant(actor.tenant_id):
        limit_waits()
        brokers = lock_brokers()
        candidates = still_candidates(candidates, brokers)
        tenant = lock_tenant(row.tenant_id)
        _refuse_taken_name(topic.name)
        replicas = _replicas(topic, tenant, candidates, turn=row.id.int)
        check_topic_limit(tenant)
        check_partition_limit(tenant, len(replicas))
        if not validate_only:
            charge_mutations(tenant, actor, len(replicas))
            _write(actor, row, replicas, live_of(brokers))
    return TopicCreated(
        name=topic.name,
        topic_id=TopicId(bytes(16) if validate_only else row.id.bytes),
        partition_count=len(replicas),
        replication_factor=len(replicas[0]),
        configs=configs,
    )


def _write(actor: Actor, row: Topic, replicas: Replicas, live: set[BrokerId]) -> None:
    told = insert_topic(row, replicas, live=live)
    audit.record(
        tenant_id=row.tenant_id,
        by=actor.principal,
        action="topic.create",
        object=row.name,
        detail={
            "id": row.id.hex,
            "partitions": len(replicas),
            "replication_factor": len(replicas[0]),
            "configs": row.configs,
        },
    )
    changes.publish(told)


def _check_shape(topic: NewTopic) -> None:
    if topic.assignments and (topic.partition_count != -1 or topic.replication_factor != -1):
        raise Refusal(
            ErrorCode.INVALID_REQUEST,
            "replicas were assigned by hand, so the partition count and the replication factor "
            "must be -1",
        )
    if topic.replication_factor != -1 and topic.replication_factor < 1:
        raise Refusal(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"a partition cannot have {topic.replication_factor} replicas; ask for 1 or more, or "
            f"for -1, the default of {REPLICATION_FACTOR_DEFAULT} where there are so many brokers",
        )
    count = topic.partition_count
    if count != -1 and not 1 <= count <= PARTITIONS_PER_TOPIC_MAX:
        raise Refusal(
            ErrorCode.INVALID_PARTITIONS,
            f"a topic cannot have {count} partitions; ask for 1 to {PARTITIONS_PER_TOPIC_MAX}, or "
            "for -1, the tenant's default",
        )


def _refuse_taken_name(name: str) -> None:
    live = Topic.objects.filter(deleted_at__isnull=True)
    if live.filter(name=name).exists():
        raise Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, f"there is a topic {name!r} already")
    if "." not in name and "_" not in name:
        return
    for other in live.values_list("name", flat=True):
        if collision_key(other) == collision_key(name):
            raise Refusal(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                f"topic {name!r} collides with {other!r}: '.' and '_' count as the same letter",
            )


def _replicas(
    topic: NewTopic, tenant: Tenant, candidates: Sequence[Candidate], turn: int
) -> Replicas:
    if topic.assignments:
        return assigned_replicas(topic.assignments, candidates, first=0)
    factor = topic.replication_factor
    if factor == -1:
        factor = default_replication_factor(len(candidates))
    count = tenant.default_partition_count if topic.partition_count == -1 else topic.partition_count
    return place(checked_candidates(candidates, factor), count, factor, turn=turn)
