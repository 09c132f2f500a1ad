"""Steps that the verbs on topics have in common, inside the transaction of a verb."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import BrokerId
from brokers.models import Partition, Topic
from brokers.published import partition_change, topic_change
from brokers.services.control_state import refuse_while_halted
from tenants.changes import NewChange
from tenants.kept_tenants import being_deleted
from tenants.models import Standing, Tenant
from tenants.selectors.quotas import applied_limits

_NOT_ACTIVE: Final = "the tenant is not active; nothing was changed"


def lock_tenant(tenant_id: UUID) -> Tenant:
    """The tenant's row, locked: verbs on one tenant's topics take turns.

    Raises ``Refusal`` when the tenant is gone or not active, and ``Halted`` while the cell is.
    """
    refuse_while_halted()
    tenant = Tenant.objects.select_for_update(no_key=True).filter(id=tenant_id).first()
    if tenant is None or not tenant.active:
        is_deleting = tenant is not None and tenant.standing is Standing.DELETING
        why = being_deleted(tenant) if is_deleting else _NOT_ACTIVE
        raise Refusal(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, why)
    return tenant


def lock_topic(name: str) -> Topic:
    """The scope's topic of that name, locked. Raises ``Refusal`` UNKNOWN_TOPIC_OR_PARTITION."""
    topic = Topic.objects.select_for_update().filter(name=name, deleted_at__isnull=True).first()
    if topic is None:
        raise Refusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no topic {name[:249]!r}")
    return topic


def check_partition_limit(tenant: Tenant, adding: int) -> None:
    """Raises ``Refusal`` POLICY_VIOLATION when ``adding`` partitions would be too many."""
    used = Partition.objects.filter(tenant_id=tenant.id, topic__deleted_at__isnull=True).count()
    _check(tenant, "partitions", used, adding)


def check_topic_limit(tenant: Tenant) -> None:
    """Raises ``Refusal`` POLICY_VIOLATION when one topic more would be too many."""
    used = Topic.objects.filter(tenant_id=tenant.id, deleted_at__isnull=True).count()
    _check(tenant, "topics", used, 1)


def _check(tenant: Tenant, name: str, used: int, adding: int) -> None:
    limit = applied_limits(tenant).get(name)
    if limit is not None and used + adding > limit:
        raise Refusal(
            ErrorCode.POLICY_VIOLATION,
            f"tenant {tenant.name} may have {limit} {name} and has {used}; {adding} more are too "
            "many: delete topics, or have the limit raised",
            quota=name,
        )


def insert_partitions(
    topic: Topic, replicas: Sequence[Sequence[BrokerId]], first: int, *, live: Collection[BrokerId]
) -> list[NewChange]:
    """Rows for partitions ``first`` and up, and the changes that tell of them.

    All replicas are equally empty, so those that live are in sync from the start, and the first of
    them leads; one at least must live. ``live`` is what brokers under lock say: nobody would miss a
    leader that was fenced a moment ago.
    """
    rows = [
        _partition(topic, first + position, held, live) for position, held in enumerate(replicas)
    ]
    Partition.objects.bulk_create(rows)
    return [partition_change(row) for row in rows]


def _partition(
    topic: Topic, index: int, replicas: Sequence[BrokerId], live: Collection[BrokerId]
) -> Partition:
    isr = [replica for replica in replicas if replica in live]
    return Partition(
        topic=topic,
        tenant_id=topic.tenant_id,
        index=index,
        replicas=[*replicas],
        isr=isr,
        leader=isr[0],
    )


def insert_topic(
    topic: Topic, replicas: Sequence[Sequence[BrokerId]], *, live: Collection[BrokerId]
) -> list[NewChange]:
    """The topic's row and its partitions', and the changes that tell of them, the topic's first."""
    topic.partition_count = len(replicas)
    topic.save(force_insert=True)
    return [topic_change(topic), *insert_partitions(topic, replicas, 0, live=live)]
