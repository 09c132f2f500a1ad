"""Tenants, people and service accounts: what the verbs accept and refuse."""

import re

import pytest

from tenants.errors import Conflict, Invalid, NotFound
from tenants.models import User
from tenants.selectors.tenants import (
    list_tenants,
    members_of,
    membership_in,
    memberships_of,
    tenant_by_id,
    tenant_by_name,
)
from tenants.services.add_member import add_member
from tenants.services.alter_tenant import alter_tenant
from tenants.services.change_role import change_role
from tenants.services.create_service_account import create_service_account
from tenants.services.create_tenant import create_tenant
from tenants.services.create_user import create_user
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.set_password import set_password
from tenants.services.suspend_tenant import suspend_tenant

GOOD = "correct horse battery"


def test_a_tenant_has_a_cluster_id_of_its_own(acme, rival):
    assert re.fullmatch(r"lkc-[a-z2-7]{6}", acme.cluster_id)
    assert acme.cluster_id != rival.cluster_id
    assert [tenant.name for tenant in list_tenants()] == ["acme", "rival"]
    assert tenant_by_name("acme") == tenant_by_id(acme.id) == acme


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a_b", "ä", "x" * 64, "a\n", "headwater-x"])
def test_names_that_no_tenant_may_have(db, name):
    with pytest.raises(Invalid):
        create_tenant(name=name, by="test")


def test_a_name_is_given_once(acme):
    with pytest.raises(Conflict):
        create_tenant(name="acme", by="test")
    assert tenant_by_name("acme") == acme


def test_an_absent_tenant_is_not_found(acme):
    with pytest.raises(NotFound):
        tenant_by_name("nobody")


@pytest.mark.parametrize(
    "name",
    [
        "tenant-admin",
        "Tenant-Admin",
        "ANONYMOUS",
        "headwater-edge",
        "__x",
        "a b",
        "",
        "x" * 65,
        "*",
    ],
)
def test_principals_that_no_service_account_may_be(acme, name):
    with pytest.raises(Invalid):
        create_service_account(tenant_id=acme.id, name=name, by="test")


def test_two_tenants_may_use_the_same_names(acme, rival):
    one = create_service_account(tenant_id=acme.id, name="app", by="test")
    other = create_service_account(tenant_id=rival.id, name="app", by="test")
    assert one.id != other.id
    with pytest.raises(Conflict):
        create_service_account(tenant_id=acme.id, name="app", by="test")
    assert ensure_service_account(tenant_id=acme.id, name="app", by="test") == one


def test_an_absent_service_account_is_made_when_it_is_ensured(acme):
    account = ensure_service_account(tenant_id=acme.id, name="app", by="test")
    assert (account.tenant_id, account.name) == (acme.id, "app")


@pytest.mark.parametrize("password", ["short", "password1234", "ada-lovelace1"])
def test_passwords_that_will_not_do(db, password):
    with pytest.raises(Invalid):
        create_user(login="ada-lovelace", password=password, by="test")


@pytest.mark.parametrize("login", ["", " ada", "a b", "x" * 151, "ada\n", "<ada>"])
def test_logins_that_will_not_do(db, login):
    with pytest.raises(Invalid):
        create_user(login=login, password=GOOD, by="test")


def test_logins_do_not_differ_in_case_alone(db):
    assert create_user(login="Ada@Example.org", password=GOOD, by="test").login == "ada@example.org"
    with pytest.raises(Conflict):
        create_user(login="ADA@example.org", password=GOOD, by="test")


def test_a_password_can_be_replaced(db):
    create_user(login="ada", password=GOOD, by="test")
    set_password(login="ADA", password="another horse entirely", by="test")
    ada = User.objects.get(login="ada")
    assert ada.check_password("another horse entirely")
    assert not ada.check_password(GOOD)
    with pytest.raises(NotFound):
        set_password(login="bob", password=GOOD, by="test")


def test_a_person_belongs_to_tenants_by_role(acme, rival):
    ada = User.objects.create_user("ada")
    add_member(tenant_id=acme.id, login="ada", role="viewer", by="test")
    change_role(tenant_id=acme.id, login="ada", role="owner", by="test")
    add_member(tenant_id=rival.id, login="ada", role="developer", by="test")
    assert [(each.tenant.name, each.role) for each in memberships_of(ada)] == [
        ("acme", "owner"),
        ("rival", "developer"),
    ]
    assert [(each.user.login, each.role) for each in members_of(acme.id)] == [("ada", "owner")]


def test_memberships_refuse_unknown_people_and_roles(acme):
    User.objects.create_user("ada")
    with pytest.raises(NotFound):
        add_member(tenant_id=acme.id, login="bob", role="owner", by="test")
    with pytest.raises(Invalid):
        add_member(tenant_id=acme.id, login="ada", role="king", by="test")


def test_a_foreign_and_an_absent_cluster_look_alike_to_a_person(acme, rival):
    ada = User.objects.create_user("ada")
    add_member(tenant_id=acme.id, login="ada", role="owner", by="test")
    assert membership_in(ada, acme.cluster_id) is not None
    assert membership_in(ada, rival.cluster_id) is membership_in(ada, "lkc-absent") is None


def test_an_inactive_tenant_is_out_of_reach(acme):
    ada = User.objects.create_user("ada")
    add_member(tenant_id=acme.id, login="ada", role="owner", by="test")
    suspend_tenant(tenant_id=acme.id, by="test")
    assert memberships_of(ada) == []
    assert membership_in(ada, acme.cluster_id) is None


def test_only_known_settings_of_a_tenant_can_be_altered(acme):
    altered = alter_tenant(tenant_id=acme.id, auto_create_topics=True, by="test")
    assert altered.auto_create_topics
    for settings in ({"name": 1}, {"default_partition_count": 0}):
        with pytest.raises(Invalid):
            alter_tenant(tenant_id=acme.id, by="test", **settings)
