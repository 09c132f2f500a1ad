"""Of a tenant that is being deleted nothing is changed until it is restored, but what has leaked
may be revoked."""

from datetime import timedelta

import pytest

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.ids import Principal, TenantId, TopicName
from brokers.node.ports import Actor, NewTopic
from brokers.services.create_topic import create_topic
from brokers.services.purge_tenants import purge_tenants
from brokers.services.register_broker import register_broker
from connect.services.delete_connector import delete_connector
from connect.services.pause_connector import pause_connector
from tenants import scope
from tenants.errors import Conflict, NotFound
from tenants.models import AuditEntry
from tenants.ownership import Authority
from tenants.selectors.api_keys import authenticate_api_key
from tenants.selectors.invitations import invitations_of
from tenants.services.add_member import add_member
from tenants.services.alter_client_quotas import alter_client_quotas
from tenants.services.alter_scram_users import alter_scram_users
from tenants.services.alter_tenant import alter_tenant
from tenants.services.change_role import change_role
from tenants.services.create_acls import create_acls
from tenants.services.create_service_account import create_service_account
from tenants.services.create_user import create_user
from tenants.services.delete_acls import delete_acls
from tenants.services.delete_service_account import delete_service_account
from tenants.services.delete_tenant import delete_tenant
from tenants.services.ensure_member import ensure_member
from tenants.services.ensure_service_account import ensure_service_account
from tenants.services.invite_member import invite_member
from tenants.services.issue_api_key import issue_api_key
from tenants.services.remove_member import remove_member
from tenants.services.restore_tenant import restore_tenant
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.rotate_api_key import rotate_api_key
from tenants.services.set_tenant_limits import set_tenant_limits
from tenants.services.withdraw_invitation import withdraw_invitation
from tests.apps.brokers.registrations import registration

OWNER = Authority.OWNER
VERBS = {
    add_member: {"login": "ada", "role": "owner"},
    alter_client_quotas: {"alterations": []},
    alter_scram_users: {"wanted": []},
    alter_tenant: {"auto_create_topics": True},
    change_role: {"login": "ada", "role": "owner"},
    create_acls: {"entries": []},
    create_service_account: {"name": "app"},
    delete_acls: {"filters": []},
    delete_connector: {"name": "c"},
    ensure_member: {"login": "ada", "role": "owner"},
    ensure_service_account: {"name": "app"},
    invite_member: {"login": "eve", "role": "viewer", "authority": OWNER},
    issue_api_key: {},
    pause_connector: {"name": "c"},
    remove_member: {"login": "ada"},
    rotate_api_key: {"key_id": "HWAAAAAAAAAAAAAA", "overlap_seconds": 0},
    set_tenant_limits: {"limits": {"topics": 1}},
}


REVOCATIONS = {
    delete_service_account: {"name": "app"},
    revoke_api_key: {"key_id": "HWAAAAAAAAAAAAAA"},
    withdraw_invitation: {"login": "eve", "authority": OWNER},
}


@pytest.fixture
def deleted(acme):
    create_user(login="ada", password="correct horse battery", by="test")
    invite_member(tenant_id=acme.id, login="eve", role="viewer", by="test", authority=OWNER)
    return delete_tenant(tenant_id=acme.id, by="test")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_no_other_verb_changes_it(deleted, verb):
    with pytest.raises(Conflict, match=r"'acme' is being deleted, .* restore it first"):
        verb(tenant_id=deleted.id, by="test", **VERBS[verb])


def test_nor_its_topics(deleted):
    register_broker(registration(1))
    actor = Actor(TenantId(str(deleted.id)), Principal("User:app"), administrator=True)
    with pytest.raises(Refusal, match="is being deleted") as refused:
        create_topic(actor=actor, topic=NewTopic(name=TopicName("t"), partition_count=1))
    assert refused.value.code is ErrorCode.CLUSTER_AUTHORIZATION_FAILED


def test_a_key_that_was_revoked_does_not_come_back_with_it(acme):
    leaked = issue_api_key(tenant_id=acme.id, by="test")
    kept = issue_api_key(tenant_id=acme.id, by="test")
    delete_tenant(tenant_id=acme.id, by="test")
    for _ in range(2):
        revoke_api_key(tenant_id=acme.id, key_id=leaked.key_id, by="ada")
    assert audited(acme, "api_key.revoke") == [("ada", leaked.key_id)]
    restore_tenant(tenant_id=acme.id, by="test")
    assert authenticate_api_key(leaked.key_id, leaked.secret) is None
    assert authenticate_api_key(kept.key_id, kept.secret) is not None


def test_nor_does_an_account_that_was_deleted_nor_its_keys(acme):
    ensure_service_account(tenant_id=acme.id, name="app", by="test")
    key = issue_api_key(tenant_id=acme.id, by="test", service_account="app")
    delete_tenant(tenant_id=acme.id, by="test")
    delete_service_account(tenant_id=acme.id, name="app", by="ada")
    assert audited(acme, "service_account.delete") == [("ada", "app")]
    restore_tenant(tenant_id=acme.id, by="test")
    assert authenticate_api_key(key.key_id, key.secret) is None


def test_nor_does_an_invitation_that_was_withdrawn(deleted):
    withdraw_invitation(tenant_id=deleted.id, login="eve", by="ada", authority=OWNER)
    assert audited(deleted, "invitation.withdraw") == [("ada", "eve")]
    restore_tenant(tenant_id=deleted.id, by="test")
    assert not list(invitations_of(deleted.id))


@pytest.mark.parametrize("verb", REVOCATIONS, ids=lambda verb: verb.__name__)
def test_of_one_that_was_purged_nothing_is_revoked(acme, verb):
    delete_tenant(tenant_id=acme.id, by="test", grace=timedelta())
    purge_tenants()
    with pytest.raises(NotFound, match="no such tenant"):
        verb(tenant_id=acme.id, by="test", **REVOCATIONS[verb])


def test_one_that_is_restored_is_changed_as_ever(deleted):
    restore_tenant(tenant_id=deleted.id, by="test")
    ensure_service_account(tenant_id=deleted.id, name="app", by="test")
    assert issue_api_key(tenant_id=deleted.id, by="test", service_account="app").secret


def test_one_that_was_purged_is_not_there(acme):
    delete_tenant(tenant_id=acme.id, by="test", grace=timedelta())
    purge_tenants()
    with pytest.raises(NotFound, match="no such tenant"):
        issue_api_key(tenant_id=acme.id, by="test")


def audited(tenant, action):
    """Who did it, and to what."""
    with scope.system("test"):
        found = AuditEntry.objects.filter(tenant_id=tenant.id, action=action)
        return [(entry.by, entry.object) for entry in found]
