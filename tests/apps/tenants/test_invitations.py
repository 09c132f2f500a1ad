"""Invitations: nobody is told who has a login, one acceptance each, and they end with the right to
invite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from tenants import scope
from tenants.errors import Conflict, Forbidden, Invalid, NotFound
from tenants.models import PLATFORM, Change, Invitation, User
from tenants.ownership import Authority
from tenants.selectors.audit_log import entries_of
from tenants.selectors.invitations import (
    invitation_for,
    invitation_of_code,
    invitations_for,
    invitations_of,
)
from tenants.selectors.tenants import members_of
from tenants.services.accept_invitation import accept_invitation
from tenants.services.add_member import add_member
from tenants.services.change_role import change_role
from tenants.services.create_tenant import create_tenant
from tenants.services.decline_invitation import decline_invitation
from tenants.services.invite_member import invite_member
from tenants.services.join_by_invitation import join_by_invitation
from tenants.services.remove_member import remove_member
from tenants.services.resume_tenant import resume_tenant
from tenants.services.suspend_tenant import suspend_tenant
from tenants.services.withdraw_invitation import withdraw_invitation

ADMINISTRATOR = Authority.ADMINISTRATOR
PASSPHRASE = "a passphrase nobody guesses"


def invite(tenant, login, role="viewer", by="User:@olga", authority=Authority.OWNER):
    return invite_member(tenant_id=tenant.id, login=login, role=role, by=by, authority=authority)


def pending(tenant):
    return {each.login: each.role for each in invitations_of(tenant.id)}


def roles(tenant):
    return {each.user.login: each.role for each in members_of(tenant.id)}


def join(issued, name="ada", password=PASSPHRASE):
    return join_by_invitation(
        invitation=invitation_of_code(issued.code), name=name, password=password, full_name="Ada"
    )


@pytest.fixture
def ada(db):
    return User.objects.create_user("ada")


def test_who_has_a_login_is_invited_like_who_has_none(acme, ada):
    known, unknown = invite(acme, "ADA"), invite(acme, "eve")
    assert (known.role, known.invited_by) == (unknown.role, unknown.invited_by)
    assert len(known.code) == len(unknown.code)
    assert pending(acme) == {"ada": "viewer", "eve": "viewer"}
    assert roles(acme) == {}
    told = [(each.action, each.by, set(each.detail)) for each in entries_of(acme.id)[:2]]
    assert told[0] == told[1] == ("invitation.create", "User:@olga", {"role", "expires_at"})
    assert not User.objects.filter(login="eve").exists()


def test_who_signs_in_under_the_login_sees_it_and_accepts(acme, rival, ada):
    invite(acme, "ada", "developer")
    invite(rival, "eve")
    assert [each.tenant.name for each in invitations_for("ada")] == ["acme"]
    with pytest.raises(NotFound):
        invitation_for("ada", "rival")
    accept_invitation(digest=invitation_for("ada", "acme").digest, user=ada)
    assert roles(acme) == {"ada": "developer"}
    assert (pending(acme), invitations_for("ada")) == ({}, [])
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.object, entry.by) == ("member.add", "ada", "User:@ada")
    assert entry.detail == {"role": "developer", "invited_as": "ada", "invited_by": "User:@olga"}
    with scope.system("test"):
        assert Change.objects.order_by("-number").first().payload == {"role": "developer"}


def test_whoever_has_the_code_accepts_it_once(acme, ada):
    issued = invite(acme, "somebody-else")
    accept_invitation(digest=invitation_of_code(issued.code).digest, user=ada)
    assert roles(acme) == {"ada": "viewer"}
    with pytest.raises(NotFound):
        invitation_of_code(issued.code)


def test_who_is_new_gets_a_login_of_the_tenant(acme, caplog):
    issued = invite(acme, "ada@example.com", "owner")
    user = join(issued)
    assert (user.login, user.name, user.check_password(PASSPHRASE)) == ("ada@acme", "Ada", True)
    assert roles(acme) == {"ada@acme": "owner"}
    created = entries_of(PLATFORM)[0]
    assert (created.action, created.object, created.by) == (
        "user.create", "ada@acme", "User:@ada@acme",
    )  # fmt: skip
    assert PASSPHRASE not in caplog.text
    assert issued.code not in caplog.text + repr(issued)
    assert issued.code not in str([entry.detail for entry in entries_of(acme.id)])


def test_a_code_tells_of_no_login_but_the_tenants(acme, rival, ada):
    """Whether "ada" is somebody's login changes nothing; another tenant's cannot be asked for."""
    join(invite(acme, "x"), name="ada")
    assert User.objects.get(login="ada").pk == ada.pk
    with pytest.raises(Invalid):
        join(invite(rival, "x"), name="ada@acme")
    join(invite(rival, "x"), name="ada")
    issued = invite(acme, "y")
    with pytest.raises(Conflict):
        join(issued, name="ada")
    join(issued, name="ada2")


def test_weak_passwords_and_bad_names_use_nothing_up(acme):
    issued = invite(acme, "ada")
    for name, password in (("ada", "1"), ("", PASSPHRASE), ("a b", PASSPHRASE)):
        with pytest.raises(Invalid):
            join(issued, name=name, password=password)
    assert not User.objects.filter(login__endswith="@acme").exists()
    join(issued)


def test_a_tenant_gets_no_name_under_which_there_are_logins(acme):
    User.objects.create_user("ada@former")
    with pytest.raises(Conflict):
        create_tenant(name="former", by="test")


def test_an_invitation_is_withdrawn_and_made_anew(acme):
    first = invite(acme, "ada")
    second = invite(acme, "ada", "developer")
    assert pending(acme) == {"ada": "developer"}
    with pytest.raises(NotFound):
        invitation_of_code(first.code)
    asked = {"tenant_id": acme.id, "login": "ADA", "by": "test", "authority": ADMINISTRATOR}
    withdraw_invitation(**asked)
    assert entries_of(acme.id)[0].action == "invitation.withdraw"
    with pytest.raises(NotFound):
        invitation_of_code(second.code)
    with pytest.raises(NotFound):
        withdraw_invitation(**asked)


def test_another_tenants_invitation_is_an_absent_one(acme, rival):
    invite(acme, "ada")
    asked = {"tenant_id": rival.id, "by": "test", "authority": Authority.OWNER}
    with pytest.raises(NotFound) as foreign:
        withdraw_invitation(login="ada", **asked)
    with pytest.raises(NotFound) as absent:
        withdraw_invitation(login="eve", **asked)
    assert foreign.value.message.replace("ada", "eve") == absent.value.message
    assert pending(acme) == {"ada": "viewer"}


def test_it_runs_out(acme, ada):
    issued = invite(acme, "ada")
    with scope.system("test"):
        Invitation.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    digest = only_digest(acme)
    assert (pending(acme), invitations_for("ada")) == ({}, [])
    for ask in (
        lambda: invitation_of_code(issued.code),
        lambda: invitation_for("ada", "acme"),
        lambda: accept_invitation(digest=digest, user=ada),
    ):
        with pytest.raises(NotFound):
            ask()
    invite(acme, "eve")
    with scope.system("test"):
        assert Invitation.objects.count() == 1, "the next one clears away what has run out"


def only_digest(tenant):
    with scope.tenant(tenant.id):
        return Invitation.objects.get().digest


def test_who_declines_is_not_told_of(acme, ada):
    invite(acme, "ada")
    before = len(entries_of(acme.id))
    decline_invitation(invitation=invitation_for("ada", "acme"), user=ada)
    assert invitations_for("ada") == []
    assert pending(acme) == {"ada": "viewer"}
    assert len(entries_of(acme.id)) == before
    assert entries_of(PLATFORM)[0].action == "invitation.decline"


def test_only_owners_invite_owners_and_withdraw_them(acme):
    with pytest.raises(Forbidden):
        invite(acme, "ada", "owner", authority=ADMINISTRATOR)
    invite(acme, "ada", "owner")
    with pytest.raises(Forbidden):
        invite(acme, "ada", "viewer", authority=ADMINISTRATOR)
    with pytest.raises(Forbidden):
        withdraw_invitation(tenant_id=acme.id, login="ada", by="test", authority=ADMINISTRATOR)
    assert pending(acme) == {"ada": "owner"}


def test_bad_logins_roles_and_members_are_refused(acme, ada):
    for login, role in (("ada", "king"), ("", "viewer"), ("a b", "viewer")):
        with pytest.raises(Invalid):
            invite(acme, login, role)
    add_member(tenant_id=acme.id, login="ada", role="viewer", by="test")
    with pytest.raises(Conflict):
        invite(acme, "ada")
    issued = invite(acme, "eve")
    with pytest.raises(Conflict):
        accept_invitation(digest=invitation_of_code(issued.code).digest, user=ada)
    assert pending(acme) == {"eve": "viewer"}, "a member's try uses nothing up"


def test_who_is_added_meanwhile_is_invited_no_more(acme, ada):
    invite(acme, "ada")
    add_member(tenant_id=acme.id, login="ada", role="admin", by="test")
    assert (pending(acme), roles(acme)) == ({}, {"ada": "admin"})


def test_invitations_end_with_the_right_to_make_them(acme):
    for login, role in (("olga", "owner"), ("anna", "owner")):
        User.objects.create_user(login)
        add_member(tenant_id=acme.id, login=login, role=role, by="test")
    for login, role in (("a", "owner"), ("b", "admin"), ("c", "viewer")):
        invite(acme, login, role, by="User:@anna")
    invite(acme, "d", by="User:@olga")
    change_role(tenant_id=acme.id, login="anna", role="admin", by="User:@olga")
    assert pending(acme) == {"b": "admin", "c": "viewer", "d": "viewer"}
    assert entries_of(acme.id)[0].detail["invitations_ended"] == 1
    remove_member(tenant_id=acme.id, login="anna", by="User:@olga")
    assert pending(acme) == {"d": "viewer"}


def test_nobody_enters_a_suspended_tenant(acme, ada):
    issued = invite(acme, "ada")
    digest = invitation_of_code(issued.code).digest
    suspend_tenant(tenant_id=acme.id, by="test")
    assert invitations_for("ada") == []
    with pytest.raises(NotFound):
        accept_invitation(digest=digest, user=ada)
    resume_tenant(tenant_id=acme.id, by="test")
    accept_invitation(digest=digest, user=ada)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_gets_in():
    tenant = create_tenant(name="acme", by="test")
    digest = invitation_of_code(invite(tenant, "x").code).digest
    people = [User.objects.create_user(login) for login in ("anna", "bert")]
    together = Barrier(2)

    def accept(user):
        try:
            together.wait(60)
            accept_invitation(digest=digest, user=user)
        except NotFound:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        accepted = list(pool.map(accept, people))
    assert sorted(accepted) == [False, True]
    assert len(roles(tenant)) == 1
