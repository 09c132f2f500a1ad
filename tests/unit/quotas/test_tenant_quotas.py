"""Whatever its clients call themselves and however often they begin anew, a tenant and each of its
principals have their rates, one second of them at once, and no more."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.kernel.ids import TenantId
from brokers.quotas import tenant_quotas
from brokers.quotas.tenant_quotas import FETCH, PRODUCE, TenantQuotas, charge, wait_ms

LIMIT = 1_000
OF_A_USER = 300.0
SIZE_MAX = 400

uses = st.tuples(
    st.integers(0, 300),  # Milliseconds that pass before it.
    st.sampled_from(["ann", "bob", "cy"]),
    st.integers(0, 5),  # Which client id: a new name costs nothing.
    st.integers(1, SIZE_MAX),
    st.sampled_from(["produce", "fetch"]),
    st.sampled_from(["go on", "go on", "go on", "configure", "connect"]),
)


def configured(tenant, now_ms):
    tenant.configure(
        {PRODUCE: LIMIT, FETCH: LIMIT},
        [
            ({"user": None}, {"producer_byte_rate": OF_A_USER, "consumer_byte_rate": OF_A_USER}),
            ({"client-id": "c1"}, {"producer_byte_rate": 9_000.0}),
        ],
        brokers=1,
        now_ms=now_ms,
    )
    for name in (PRODUCE, FETCH):
        tenant.rates[name].grant(LIMIT, now_ms)


@pytest.fixture(autouse=True, scope="module")
def few_meters():
    """So that they are made anew again and again."""
    patched = pytest.MonkeyPatch()
    patched.setattr(tenant_quotas, "METERS_MAX", 2)
    yield
    patched.undo()


@settings(max_examples=300, deadline=None)
@given(st.lists(uses, max_size=60))
def test_no_names_and_no_connecting_get_more_than_the_limits(steps):
    tenant, now_ms = TenantQuotas(TenantId("acme")), 0
    configured(tenant, now_ms)
    taken, of_user, meters = Counter(), Counter(), {}
    for passed_ms, user, client, size, kind, then in steps:
        now_ms += passed_ms
        if then == "configure":
            configured(tenant, now_ms)
        if then == "connect":
            meters.clear()
        # A connection keeps its meter for as long as it is right, as ``Charges`` does.
        meter = meters.get((user, client))
        if meter is None or meter.version != tenant.version:
            meter = meters[user, client] = tenant.meter(user, f"c{client}", now_ms)
        buckets = meter.produce if kind == "produce" else meter.fetch
        if wait_ms(buckets, now_ms):
            continue  # It may not begin.
        charge(buckets, size, now_ms)
        taken[kind] += size
        of_user[user, kind] += size
        seconds = 1 + now_ms / 1000
        assert taken[kind] <= LIMIT * seconds + SIZE_MAX
        assert of_user[user, kind] <= OF_A_USER * seconds + SIZE_MAX
