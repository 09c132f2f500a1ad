"""What a tenant uses beside what it may use, and what brokers are told that it stores."""

from uuid import UUID

import pytest
from django.db.models import F

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.models import PartitionMutations, TenantFigures
from brokers.node.ports import NewTopic
from brokers.selectors.quotas import limits_of
from brokers.selectors.stored_bytes import stored_bytes
from brokers.services.create_topic import create_topic
from brokers.services.delete_topic import delete_topic
from tenants import scope
from tenants.errors import NotFound
from tenants.limits import NAMES
from tenants.services.set_tenant_limits import set_tenant_limits

pytestmark = pytest.mark.django_db


def used(tenant):
    return {name: limit.used for name, limit in limits_of(tenant.id).items()}


def test_topics_and_partitions_are_counted(acme, three_brokers):
    first = acme.create("flights", 3)
    acme.create("gates", 2)
    found = used(acme.tenant)
    assert tuple(found) == NAMES
    assert (found["topics"], found["partitions"], found["storage_bytes"]) == (2, 5, 0)
    delete_topic(actor=acme.actor, topic_id=first.topic_id)
    found = used(acme.tenant)
    assert (found["topics"], found["partitions"]) == (1, 2)


def test_applied_limits_are_beside_them(acme, three_brokers):
    set_tenant_limits(tenant_id=acme.tenant.id, by="root", limits={"topics": 7})
    assert limits_of(acme.tenant.id)["topics"].applied == 7
    with pytest.raises(NotFound):
        limits_of(UUID(int=7))


def test_brokers_are_told_what_tenants_store(acme, three_brokers):
    assert stored_bytes() == {}
    with scope.system("test"):
        counts = dict.fromkeys(
            (
                "records_in", "bytes_in", "bytes_out", "stored_records", "partitions",
                "under_replicated", "offline", "records_in_added", "bytes_in_added",
                "bytes_out_added",
            ),
            0,
        )  # fmt: skip
        TenantFigures.objects.create(
            tenant_id=acme.tenant.id, at="2026-01-01T00:00:00Z", stored_bytes=77, **counts
        )
    assert stored_bytes() == {str(acme.tenant.id): 77}
    assert limits_of(acme.tenant.id)["storage_bytes"].used == 77


def test_partitions_come_and_go_no_faster_than_the_tenant_may(acme, three_brokers):
    limits = {"partition_mutations_per_s": 1}
    set_tenant_limits(tenant_id=acme.tenant.id, by="root", limits=limits)
    first = acme.create("flights", 50)
    acme.create("gates", 15)  # A minute's worth may come at once, and one verb may overdraw it.
    with pytest.raises(Refusal) as refused:
        acme.create("seats", 1)
    assert refused.value.code is ErrorCode.THROTTLING_QUOTA_EXCEEDED
    assert 0 < refused.value.wait_ms <= 5_001
    with pytest.raises(Refusal, match="try again in"):
        delete_topic(actor=acme.actor, topic_id=first.topic_id)
    create_topic(actor=acme.actor, topic=NewTopic("seats", 1, 1, {}, {}), validate_only=True)
    with scope.tenant(acme.tenant.id):  # Five seconds pass, and a little.
        PartitionMutations.objects.update(at_ms=F("at_ms") - 5_100)
    assert acme.create("seats", 1).partition_count == 1
