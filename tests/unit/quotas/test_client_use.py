"""What clients use of their quotas is told of those that use most, whatever names are made up."""

import pytest

from brokers.kernel.ids import TenantId
from brokers.quotas import buckets
from brokers.quotas.client_use import TOLD_MAX, TOLD_PER_QUOTA, ClientUse, Uses
from brokers.quotas.tenant_quotas import TenantQuotas, charge, unnamed

PRODUCE = "producer_byte_rate"
EVERY_CLIENT = {"client-id": None}
BILLING = {"user": "billing"}
RATE = 1_000.0


def tenant_with(*quotas):
    tenant = TenantQuotas(TenantId("acme"))
    tenant.configure({}, quotas, brokers=1, now_ms=0)
    return tenant


def produce(tenant, user, client_id, size):
    charge(tenant.meter(user, client_id, 0).produce, size, 0)


def looked_at(tenant, seconds=2.0):
    uses = Uses(seconds)
    for each in tenant.shared_buckets():
        uses.look_at(*each)
    return uses.most()


def test_each_look_tells_what_was_taken_since_the_last():
    tenant = tenant_with((BILLING, {PRODUCE: RATE}))
    produce(tenant, "billing", "any", 300)
    produce(tenant, "other", "any", 500)
    assert looked_at(tenant) == (ClientUse(PRODUCE, BILLING, {"user": "billing"}, 150.0),)
    assert looked_at(tenant) == ()
    produce(tenant, "billing", "other", 100)
    (use,) = looked_at(tenant)
    assert use.used == 50.0


def test_it_is_of_the_quota_that_holds():
    exact = {"user": "billing", "client-id": "app"}
    default = {"user": "billing", "client-id": None}
    tenant = tenant_with((exact, {PRODUCE: RATE}), (default, {PRODUCE: RATE}))
    produce(tenant, "billing", "app", 20)
    produce(tenant, "billing", "b\0b", 10)
    assert {(tuple(use.entity.values()), tuple(use.who.values())) for use in looked_at(tenant)} == {
        (("billing", "app"), ("billing", "app")),
        (("billing", None), ("billing", "b\ufffdb")),
    }
    tenant.configure({}, [(default, {PRODUCE: RATE})], brokers=1, now_ms=0)
    produce(tenant, "billing", "app", 20)
    (use,) = looked_at(tenant)
    assert use.entity == default, "it is that of now"


def test_time_is_per_cent_of_the_broker_and_logins_are_by_address():
    tenant = tenant_with(
        (BILLING, {"request_percentage": 50.0}), ({"ip": None}, {"connection_creation_rate": 5.0})
    )
    charge(tenant.meter("billing", "", 0).time, 500, 0)
    charge(unnamed(tenant.connection_buckets("192.0.2.7", 0)), 1, 0)
    assert set(map(str, looked_at(tenant))) == {
        str(ClientUse("request_percentage", BILLING, {"user": "billing"}, 25.0)),
        str(ClientUse("connection_creation_rate", {"ip": None}, {"ip": "192.0.2.7"}, 0.5)),
    }


def test_names_that_are_made_up_crowd_nobody_out_and_fill_nothing(monkeypatch):
    monkeypatch.setattr(buckets, "BUCKETS_MAX", 300)
    tenant = tenant_with((BILLING, {PRODUCE: 1e9}), (EVERY_CLIENT, {PRODUCE: RATE}))
    produce(tenant, "billing", "b", 7)
    for number in range(1000):
        produce(tenant, "app", f"client{number}", 100 + number)
    assert len(tenant.shared_buckets()) <= 300
    told = looked_at(tenant)
    assert len(told) == TOLD_PER_QUOTA + 1
    assert [use.used for use in told if use.entity == BILLING] == [3.5]
    made_up = [use.used for use in told if use.entity == EVERY_CLIENT]
    # The one that is beyond the bound stands for hundreds, and has no name.
    assert made_up == sorted(made_up, reverse=True) == [(100 + n) / 2 for n in range(298, 293, -1)]


@pytest.mark.parametrize("users", [TOLD_MAX // 2, 2 * TOLD_MAX])
def test_of_many_quotas_those_are_told_of_which_most_is_used(users):
    tenant = tenant_with(*(({"user": f"u{n}"}, {PRODUCE: RATE}) for n in range(users)))
    for number in range(users):
        produce(tenant, f"u{number}", "", 1 + number)
    told = looked_at(tenant)
    assert len(told) == min(users, TOLD_MAX)
    assert told[0].who == {"user": f"u{users - 1}"}
