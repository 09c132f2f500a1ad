"""Members: who may change whom, and that no tenant is left without an owner."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tenants.errors import Conflict, Forbidden, NotFound
from tenants.models import Change, User
from tenants.ownership import Authority
from tenants.scope import system
from tenants.selectors.audit_log import entries_of
from tenants.selectors.tenants import members_of
from tenants.services.add_member import add_member
from tenants.services.change_role import change_role
from tenants.services.create_tenant import create_tenant
from tenants.services.ensure_member import ensure_member
from tenants.services.invite_member import invite_member
from tenants.services.remove_member import remove_member

ADMINISTRATOR = Authority.ADMINISTRATOR


@pytest.fixture
def people(acme):
    """An owner and a viewer."""
    for login, role in (("olga", "owner"), ("vera", "viewer")):
        User.objects.create_user(login)
        add_member(tenant_id=acme.id, login=login, role=role, by="test")


def roles(tenant):
    return {each.user.login: each.role for each in members_of(tenant.id)}


def newest_change():
    with system("test"):
        change = Change.objects.order_by("-number").first()
    return change.kind, change.payload


def test_a_role_is_changed_audited_and_told(acme, people):
    change_role(tenant_id=acme.id, login="VERA", role="admin", by="olga")
    assert roles(acme) == {"olga": "owner", "vera": "admin"}
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.object, entry.by) == ("member.change_role", "vera", "olga")
    assert entry.detail == {"role": "admin", "before": "viewer", "invitations_ended": 0}
    assert newest_change() == ("member", {"role": "admin"})


def test_a_member_is_removed_audited_and_told(acme, people):
    remove_member(tenant_id=acme.id, login="vera", by="olga")
    assert roles(acme) == {"olga": "owner"}
    assert entries_of(acme.id)[0].action == "member.remove"
    assert newest_change() == ("member", None)
    assert User.objects.filter(login="vera").exists()
    with pytest.raises(NotFound):
        remove_member(tenant_id=acme.id, login="vera", by="olga")


def test_the_last_owner_stays(acme, people):
    with pytest.raises(Conflict):
        remove_member(tenant_id=acme.id, login="olga", by="olga")
    with pytest.raises(Conflict):
        change_role(tenant_id=acme.id, login="olga", role="admin", by="olga")
    change_role(tenant_id=acme.id, login="vera", role="owner", by="olga")
    remove_member(tenant_id=acme.id, login="olga", by="vera")
    assert roles(acme) == {"vera": "owner"}


def test_only_owners_make_change_and_remove_owners(acme, people):
    User.objects.create_user("nick")
    add_member(tenant_id=acme.id, login="nick", role="owner", by="test")
    User.objects.create_user("new")
    asked = {"tenant_id": acme.id, "by": "admin", "authority": ADMINISTRATOR}
    for verb, options in (
        (add_member, {"login": "new", "role": "owner"}),
        (invite_member, {"login": "nobody", "role": "owner"}),
        (change_role, {"login": "vera", "role": "owner"}),
        (change_role, {"login": "nick", "role": "viewer"}),
        (remove_member, {"login": "nick"}),
    ):
        with pytest.raises(Forbidden):
            verb(**asked, **options)
    assert roles(acme) == {"nick": "owner", "olga": "owner", "vera": "viewer"}
    assert not User.objects.filter(login="nobody").exists()
    change_role(**asked, login="vera", role="admin")
    remove_member(**asked, login="vera")


def test_another_tenants_member_is_an_absent_one(acme, rival, people):
    for verb, options in ((change_role, {"role": "viewer"}), (remove_member, {})):
        with pytest.raises(NotFound) as foreign:
            verb(tenant_id=rival.id, login="olga", by="test", **options)
        with pytest.raises(NotFound) as absent:
            verb(tenant_id=rival.id, login="nobody", by="test", **options)
        assert foreign.value.message.replace("olga", "nobody") == absent.value.message


def test_a_member_is_ensured_with_the_role(acme, people):
    ensure_member(tenant_id=acme.id, login="vera", role="developer", by="test")
    ensure_member(tenant_id=acme.id, login="vera", role="developer", by="test")
    assert roles(acme)["vera"] == "developer"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one():
    tenant = create_tenant(name="acme", by="test")
    for login in ("anna", "bert"):
        User.objects.create_user(login)
        add_member(tenant_id=tenant.id, login=login, role="owner", by="test")
    together = Barrier(2)

    def remove(login):
        try:
            together.wait(60)
            remove_member(tenant_id=tenant.id, login=login, by="test")
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        removed = list(pool.map(remove, ("anna", "bert")))
    assert sorted(removed) == [False, True]
    assert list(roles(tenant).values()) == ["owner"]
