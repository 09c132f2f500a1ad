"""What a tenant uses beside what it may use, and what brokers are told that it stores."""

from dataclasses import replace
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
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
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
    assert used(acme.tenant)["partition_mutations_per_s"] == pytest.approx(65 / 60, abs=0.1)
    with scope.tenant(acme.tenant.id):  # Five seconds pass, and a little.
        PartitionMutations.objects.update(at_ms=F("at_ms") - 5_100)
    assert acme.create("seats", 1).partition_count == 1
    with scope.tenant(acme.tenant.id):
        PartitionMutations.objects.update(at_ms=F("at_ms") - 600_000)
    assert used(acme.tenant)["partition_mutations_per_s"] == 0


def quota(acme, entity, rate):
    wanted = Alteration(entity, {"controller_mutation_rate": rate})
    alter_client_quotas(tenant_id=acme.tenant.id, by="root", alterations=[wanted])


def by(acme, client_id, principal="User:app"):
    return replace(acme.actor, principal=principal, client_id=client_id)


def create(actor, name, partitions):
    return create_topic(actor=actor, topic=NewTopic(name, partitions, 1, {}, {}))


def test_a_client_s_partitions_come_and_go_no_faster_than_its_quota(acme, three_brokers):
    quota(acme, {"user": "app", "client-id": None}, 0.5)
    made = create(by(acme, "one"), "flights", 3)
    create(by(acme, "one"), "gates", 4)  # Eleven seconds' worth at once, and into debt.
    for verb in (
        lambda: create(by(acme, "one"), "seats", 1),
        lambda: delete_topic(actor=by(acme, "one"), topic_id=made.topic_id),
    ):
        with pytest.raises(Refusal, match="principal User:app, client 'one'") as refused:
            verb()
        assert refused.value.code is ErrorCode.THROTTLING_QUOTA_EXCEEDED
        assert 0 < refused.value.wait_ms <= 3_001
    create(by(acme, "two"), "seats", 1)  # Each client has one of its own.
    create(by(acme, "one", "User:other"), "meals", 1)
    quota(acme, {"user": "app"}, None)
    quota(acme, {"user": "app", "client-id": "one"}, 0.5 * 200)
    with pytest.raises(Refusal) as refused:
        create(by(acme, "one"), "crews", 1)
    assert refused.value.wait_ms <= 16, "what is owed stays owed, at the new rate"


def test_the_tenant_s_rate_and_the_client_s_hold_together(acme, three_brokers):
    limits = {"partition_mutations_per_s": 1}
    set_tenant_limits(tenant_id=acme.tenant.id, by="root", limits=limits)
    quota(acme, {"user": None}, 1000)
    create(by(acme, "a"), "flights", 70)
    with pytest.raises(Refusal, match=f"tenant {acme.tenant.name} creates"):
        create(by(acme, "b", "User:other"), "gates", 1)
    limits = {"partition_mutations_per_s": 1000}
    set_tenant_limits(tenant_id=acme.tenant.id, by="root", limits=limits)
    quota(acme, {"user": None}, 1)
    with scope.tenant(acme.tenant.id):
        PartitionMutations.objects.update(at_ms=F("at_ms") - 60_000)
    create(by(acme, "c", "User:third"), "gates", 12)
    left = mutations_left(acme)
    with pytest.raises(Refusal, match="principal User:third creates"):
        create(by(acme, "c", "User:third"), "seats", 1)
    assert mutations_left(acme) == left, "what is refused costs the tenant nothing"


def mutations_left(acme):
    with scope.tenant(acme.tenant.id):
        return PartitionMutations.objects.values_list("level", "at_ms").get()
