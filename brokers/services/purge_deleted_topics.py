from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.db.models.functions import Now

from brokers.models import Broker, Partition, Topic
from brokers.published import topic_gone
from brokers.services.control_state import share_control_state
from tenants import audit, changes, scope
from tenants.transactions import limit_waits

DELAY: Final = timedelta(days=2)
"""More than the longest ``file.delete.delay.ms``: a broker that lives has removed the data."""

SETTLED: Final = timedelta(hours=1)
"""A broker that registered just now may not have read its snapshot yet, tombstones and all."""

AT_ONCE: Final = 100
"""Topics per transaction, so that no writer waits long behind it."""


def purge_deleted_topics() -> int:
    """Remove the tombstones that no broker needs any more; how many there were.

    A tombstone is what lets a broker delete data, so it stays until every broker that held a
    replica has been heard of ``DELAY`` after the deletion, in a run that is well under way. In a
    halted cell all of them stay.
    """
    with scope.system("purge the rows of deleted topics"):
        limit_waits()
        if share_control_state().halted_at is not None:
            return 0
        old = Topic.objects.filter(deleted_at__lt=Now() - DELAY).order_by("deleted_at")[:AT_ONCE]
        finished = [topic for topic in old.select_for_update() if _every_broker_knows(topic)]
        if not finished:
            return 0
        for topic in finished:
            audit.record(
                tenant_id=topic.tenant_id,
                by="system",
                action="topic.purge",
                object=topic.name,
                detail={"id": topic.id.hex},
            )
        told = [topic_gone(topic) for topic in finished]
        Topic.objects.filter(id__in=[topic.id for topic in finished]).delete()
        changes.publish(told)
    return len(finished)


def _every_broker_knows(topic: Topic) -> bool:
    if topic.deleted_at is None:
        return False
    held = Partition.objects.filter(topic=topic).values_list("replicas", flat=True)
    holders = {broker for replicas in held for broker in replicas}
    unsure = Q(heartbeat_at__lt=topic.deleted_at + DELAY) | Q(registered_at__gt=Now() - SETTLED)
    return not Broker.objects.filter(unsure, id__in=holders).exists()
