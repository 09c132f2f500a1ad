"""What tenants may use: plans, a tenant's own limits, and quotas of its clients."""

import pytest

from tenants import scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.limits import KINDS, NAMES, PLANS, STANDARD, check_limit
from tenants.models import PLATFORM, AuditEntry, Change
from tenants.selectors.quotas import client_quotas_of, limits_of, plans
from tenants.services.alter_client_quotas import Alteration, alter_client_quotas
from tenants.services.create_service_account import create_service_account
from tenants.services.create_tenant import create_tenant
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.set_plan import set_plan
from tenants.services.set_tenant_limits import set_tenant_limits

pytestmark = pytest.mark.django_db


def told(kind):
    with scope.system("test"):
        return [change.payload for change in Change.objects.filter(kind=kind).order_by("number")]


def audited(tenant_id, action):
    with scope.system("test"):
        return [
            (entry.object, entry.detail)
            for entry in AuditEntry.objects.filter(tenant_id=tenant_id, action=action)
        ]


def test_every_plan_names_every_limit_and_all_are_finite():
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for limits in PLANS.values():
        assert tuple(limits) == NAMES
        for name, value in limits.items():
            check_limit(name, value)


def test_a_new_tenant_has_the_standard_plan_and_brokers_hear_of_it(acme):
    found = limits_of(acme.id)
    assert tuple(found) == NAMES
    assert {name: limit.applied for name, limit in found.items()} == PLANS[STANDARD]
    assert told("tenant")[-1]["limits"] == PLANS[STANDARD]


def test_a_tenants_own_limit_stands_until_it_is_taken_back(acme):
    set_tenant_limits(tenant_id=acme.id, by="root", limits={"groups": 7, "topics": 3})
    groups = limits_of(acme.id)["groups"]
    assert (groups.default, groups.applied) == (PLANS[STANDARD]["groups"], 7)
    assert told("tenant")[-1]["limits"]["groups"] == 7
    set_tenant_limits(tenant_id=acme.id, by="root", limits={"groups": None})
    assert limits_of(acme.id)["groups"].applied == PLANS[STANDARD]["groups"]
    assert limits_of(acme.id)["topics"].applied == 3
    assert told("tenant")[-1]["limits"] == {**PLANS[STANDARD], "topics": 3}
    assert audited(acme.id, "tenant.limit") == [
        ("acme", {"limits": {"groups": 7, "topics": 3}}),
        ("acme", {"limits": {"groups": None}}),
    ]


def test_limits_are_one_tenants_alone(acme, rival):
    set_tenant_limits(tenant_id=acme.id, by="root", limits={"groups": 7})
    assert limits_of(rival.id)["groups"].applied == PLANS[STANDARD]["groups"]


def test_another_plan(acme):
    set_tenant_limits(tenant_id=acme.id, by="root", plan="small", limits={"topics": 3})
    found = limits_of(acme.id)
    assert found["groups"].default == found["groups"].applied == PLANS["small"]["groups"]
    assert (found["topics"].default, found["topics"].applied) == (PLANS["small"]["topics"], 3)
    with pytest.raises(Invalid, match="small"):
        set_tenant_limits(tenant_id=acme.id, by="root", plan="huge")


def test_changing_a_plan_changes_whoever_has_it(acme, rival):
    set_tenant_limits(tenant_id=rival.id, by="root", plan="small")
    set_plan(name=STANDARD, by="root", limits={"groups": 5})
    set_plan(name=STANDARD, by="root", limits={"topics": 6})
    assert limits_of(acme.id)["groups"].applied == 5
    assert limits_of(rival.id)["groups"].applied == PLANS["small"]["groups"]
    newest = told("tenant")[-1]
    assert newest["id"] == str(acme.id)
    assert newest["limits"] == {**PLANS[STANDARD], "groups": 5, "topics": 6}
    assert audited(PLATFORM, "plan.alter")[0] == (STANDARD, {"groups": 5})


def test_a_plan_of_the_operators_own_has_the_standard_limits_where_it_says_nothing(acme):
    set_plan(name="gold", by="root", limits={"groups": 5})
    set_tenant_limits(tenant_id=acme.id, by="root", plan="gold")
    assert plans()["gold"] == {**PLANS[STANDARD], "groups": 5}
    assert limits_of(acme.id)["groups"].applied == 5


@pytest.mark.parametrize("limits", [{"colour": 1}, {"groups": 0}, {"groups": 2**53}])
def test_what_cannot_be_a_limit_is_refused(acme, limits):
    with pytest.raises(Invalid):
        set_tenant_limits(tenant_id=acme.id, by="root", limits=limits)
    with pytest.raises(Invalid):
        set_plan(name="gold", by="root", limits=limits)


def test_no_tenant(acme):
    for identifier in (PLATFORM,):
        with pytest.raises(NotFound):
            limits_of(identifier)
        with pytest.raises(NotFound):
            set_tenant_limits(tenant_id=identifier, by="root", limits={"groups": 1})


def test_accounts_and_keys_up_to_the_limit(acme):
    set_tenant_limits(tenant_id=acme.id, by="root", limits={"api_keys": 2, "service_accounts": 1})
    create_service_account(tenant_id=acme.id, name="one", by="test")
    with pytest.raises(Conflict, match="1 service accounts"):
        create_service_account(tenant_id=acme.id, name="two", by="test")
    issue_api_key(tenant_id=acme.id, by="test")
    second = issue_api_key(tenant_id=acme.id, by="test")
    with pytest.raises(Conflict, match="2 api keys"):
        issue_api_key(tenant_id=acme.id, by="test")
    revoke_api_key(tenant_id=acme.id, key_id=second.key_id, by="test")
    issue_api_key(tenant_id=acme.id, by="test")
    used = {name: limit.used for name, limit in limits_of(acme.id).items()}
    assert (used["api_keys"], used["service_accounts"]) == (2, 1)


def alter(tenant, entity, **values):
    alter_client_quotas(tenant_id=tenant.id, by="boss", alterations=[Alteration(entity, values)])


def test_client_quotas_are_merged_and_gone_with_their_last_value(acme, rival):
    everybody = {"user": None, "client-id": "app"}
    alter(acme, everybody, producer_byte_rate=1000.0, request_percentage=12.5)
    alter(acme, everybody, producer_byte_rate=None, consumer_byte_rate=5.0)
    (row,) = client_quotas_of(acme.id)
    assert (row.entity, row.values) == (
        everybody,
        {"request_percentage": 12.5, "consumer_byte_rate": 5.0},
    )
    assert client_quotas_of(rival.id) == []
    alter(acme, everybody, request_percentage=None, consumer_byte_rate=None)
    assert client_quotas_of(acme.id) == []
    told_last = told("quota")
    assert told_last[1] == {
        "tenant_id": str(acme.id),
        "entity": everybody,
        "values": {"request_percentage": 12.5, "consumer_byte_rate": 5.0},
    }
    assert told_last[2] is None
    assert audited(acme.id, "client_quota.alter")[0][0] == "client-id=app, user=<default>"


def test_the_same_entity_in_two_tenants(acme, rival):
    alter(acme, {"user": "app"}, producer_byte_rate=1.0)
    alter(rival, {"user": "app"}, producer_byte_rate=2.0)
    assert [row.values for row in client_quotas_of(rival.id)] == [{"producer_byte_rate": 2.0}]


@pytest.mark.parametrize(
    ("entity", "values"),
    [
        ({}, {"producer_byte_rate": 1.0}),
        ({"colour": "red"}, {"producer_byte_rate": 1.0}),
        ({"user": ""}, {"producer_byte_rate": 1.0}),
        ({"user": "x" * 256}, {"producer_byte_rate": 1.0}),
        ({"user": "app", "ip": "10.0.0.1"}, {"connection_creation_rate": 1.0}),
        ({"ip": "somewhere"}, {"connection_creation_rate": 1.0}),
        ({"ip": "10.0.0.1"}, {"producer_byte_rate": 1.0}),
        ({"user": "app"}, {"connection_creation_rate": 1.0}),
        ({"user": "app"}, {"producer_byte_rate": 0.0}),
        ({"user": "app"}, {"producer_byte_rate": 1.5}),
        ({"user": "app"}, {"request_percentage": float("nan")}),
        ({"user": "app"}, {"speed": 1.0}),
    ],
)
def test_what_cannot_be_a_client_quota_is_refused(acme, entity, values):
    good = Alteration({"user": "good"}, {"producer_byte_rate": 1.0})
    with pytest.raises(Invalid):
        alter_client_quotas(
            tenant_id=acme.id, by="boss", alterations=[good, Alteration(entity, values)]
        )
    assert client_quotas_of(acme.id) == []


def test_validating_changes_nothing(acme):
    alter_client_quotas(
        tenant_id=acme.id,
        by="boss",
        alterations=[Alteration({"user": "app"}, {"producer_byte_rate": 1.0})],
        validate_only=True,
    )
    assert client_quotas_of(acme.id) == []
    assert told("quota") == []


def test_too_many_client_quotas_are_refused(acme, monkeypatch):
    monkeypatch.setattr("tenants.services.alter_client_quotas.ROWS_PER_TENANT_MAX", 2)
    for name in ("one", "two"):
        alter(acme, {"user": name}, producer_byte_rate=1.0)
    with pytest.raises(Invalid, match="at most 2"):
        alter(acme, {"user": "three"}, producer_byte_rate=1.0)
    assert len(client_quotas_of(acme.id)) == 2


def test_a_tenant_made_later_gets_what_its_plan_says_by_then():
    set_plan(name=STANDARD, by="root", limits={"groups": 5})
    late = create_tenant(name="late", by="test")
    assert told("tenant")[-1]["id"] == str(late.id)
    assert told("tenant")[-1]["limits"]["groups"] == 5
