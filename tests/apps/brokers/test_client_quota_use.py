"""What clients use of their quotas, put together out of what brokers and PostgreSQL count."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from brokers.kernel.ids import BrokerId, Incarnation
from brokers.models import TenantUse
from brokers.node.ports import BrokerReading, NewTopic, Readings, UseReading
from brokers.quotas.client_use import TOLD_PER_QUOTA, ClientUse
from brokers.selectors.client_use import client_quotas_with_use
from brokers.selectors.database_time import database_time
from brokers.selectors.quotas import limits_of
from brokers.services.create_topic import create_topic
from brokers.services.fence_broker import fence_broker
from brokers.services.publish_figures import publish_figures
from tenants import scope
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas

pytestmark = pytest.mark.django_db

PRODUCE, TIME, MUTATIONS = "producer_byte_rate", "request_percentage", "controller_mutation_rate"
EVERY_USER = {"user": None}


def quota(tenant, entity, **values):
    wanted = Alteration(entity, values)
    alter_client_quotas(tenant_id=tenant.tenant.id, by="root", alterations=[wanted])


def tell(tenant, *clients, broker=1, batch=0):
    use = UseReading(str(tenant.tenant.id), 1, 0, 0, 0, batch, clients)
    figures = BrokerReading(**dict.fromkeys(BrokerReading.__dataclass_fields__, 0))
    publish_figures(BrokerId(broker), Incarnation(1), Readings(figures, uses=[use]))


def by_user(name, used, quota=PRODUCE, entity=EVERY_USER):
    return ClientUse(quota, entity, {"user": name}, used)


def told(tenant):
    return [
        (row.used, [tuple(asdict(each).values()) for each in row.used_by])
        for row in client_quotas_with_use(tenant.tenant.id)
    ]


def test_it_is_of_all_brokers_beside_the_most_at_one(acme, rival, three_brokers):
    quota(acme, EVERY_USER, producer_byte_rate=1000.0, request_percentage=50.0)
    quota(rival, EVERY_USER, producer_byte_rate=1000.0)
    assert told(acme) == [({PRODUCE: 0.0, TIME: 0.0}, [])]
    tell(acme, by_user("app", 300.0), by_user("billing", 500.0), by_user("app", 20.0, TIME))
    tell(acme, by_user("app", 400.0), by_user("app", 30.0, TIME), broker=2)
    assert told(acme) == [
        (
            {PRODUCE: 700.0, TIME: 30.0},
            [
                (PRODUCE, {"user": "app"}, 700.0, 400.0),
                (PRODUCE, {"user": "billing"}, 500.0, 500.0),
                (TIME, {"user": "app"}, 30.0, 30.0),
            ],
        )
    ]
    assert told(rival) == [({PRODUCE: 0.0}, [])]
    fence_broker(BrokerId(2), Incarnation(1), by="test")
    assert told(acme)[0][0] == {PRODUCE: 500.0, TIME: 20.0}
    with scope.system("a test"):
        TenantUse.objects.update(at=database_time() - timedelta(seconds=60))
    assert told(acme)[0][0] == {PRODUCE: 0.0, TIME: 0.0}, "nobody has used anything for a while"


def test_each_quota_has_its_own_users_and_a_few_of_them(acme, three_brokers):
    quota(acme, {"user": "app"}, producer_byte_rate=1000.0)
    quota(acme, EVERY_USER, producer_byte_rate=1000.0)
    for broker in (1, 2):
        users = [by_user(f"u{broker}{n}", 10.0 + n) for n in range(TOLD_PER_QUOTA)]
        tell(acme, *users, by_user("app", 1.0, entity={"user": "app"}), broker=broker)
    every, own = client_quotas_with_use(acme.tenant.id)
    assert (own.entity, own.used, len(own.used_by)) == ({"user": "app"}, {PRODUCE: 2.0}, 1)
    assert (every.used, len(every.used_by)) == ({PRODUCE: 14.0}, TOLD_PER_QUOTA)
    quota(acme, EVERY_USER, producer_byte_rate=None)
    assert [row.entity for row in client_quotas_with_use(acme.tenant.id)] == [{"user": "app"}]


def test_partitions_are_counted_for_the_quota_that_holds(acme, three_brokers):
    exact = {"user": "app", "client-id": "maker"}
    quota(acme, exact, controller_mutation_rate=1.0)
    quota(acme, {"user": None, "client-id": None}, controller_mutation_rate=1.0)
    for client_id, count in (("maker", 11), ("other", 5)):
        actor = replace(acme.actor, principal="User:app", client_id=client_id)
        create_topic(actor=actor, topic=NewTopic(f"of-{client_id}", count, 1, {}, {}))
    found = {str(row.entity): row for row in client_quotas_with_use(acme.tenant.id)}
    for entity, client_id, used in (
        (exact, "maker", 1.0),
        ({"user": None, "client-id": None}, "other", 5 / 11),
    ):
        row = found[str(entity)]
        assert row.used[MUTATIONS] == pytest.approx(used, abs=0.1)
        assert [each.who for each in row.used_by] == [{"user": "app", "client-id": client_id}]


def test_the_largest_batch_is_that_of_any_broker(acme, three_brokers):
    assert limits_of(acme.tenant.id)["message_bytes"].used == 0
    tell(acme, batch=700)
    tell(acme, batch=300, broker=2)
    assert limits_of(acme.tenant.id)["message_bytes"].used == 700
    with scope.system("a test"):
        TenantUse.objects.update(at=database_time() - timedelta(seconds=60))
    assert limits_of(acme.tenant.id)["message_bytes"].used == 700, "the hour is the broker's to end"
    fence_broker(BrokerId(1), Incarnation(1), by="test")
    assert limits_of(acme.tenant.id)["message_bytes"].used == 300
