"""The audit log: one chain per tenant, which shows what was done to it."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenants import audit, scope
from tenants.models import PLATFORM, AuditEntry
from tenants.selectors.audit_log import entries_of, first_flaw_of
from tenants.services.alter_tenant import alter_tenant
from tenants.services.create_service_account import create_service_account
from tenants.services.create_user import create_user
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key


@pytest.fixture
def history(acme):
    create_service_account(tenant_id=acme.id, name="app", by="ada")
    key = issue_api_key(tenant_id=acme.id, service_account="app", by="ada")
    revoke_api_key(tenant_id=acme.id, key_id=key.key_id, by="bob")
    alter_tenant(tenant_id=acme.id, auto_create_topics=True, by="root")
    return acme


def test_every_verb_leaves_one_entry(history):
    entries = reversed(entries_of(history.id))
    assert [(entry.sequence, entry.by, entry.action) for entry in entries] == [
        (1, "test", "tenant.create"),
        (2, "ada", "service_account.create"),
        (3, "ada", "api_key.issue"),
        (4, "bob", "api_key.revoke"),
        (5, "root", "tenant.alter"),
    ]


def test_an_untouched_chain_is_whole(history):
    assert first_flaw_of(history.id) is None


def test_chains_of_tenants_and_of_the_platform_are_apart(history, rival):
    create_user(login="ada", password="correct horse battery", by="root")
    assert {entry.tenant_id for entry in entries_of(history.id)} == {history.id}
    assert [entry.action for entry in entries_of(rival.id)] == ["tenant.create"]
    with scope.system("test"):
        assert AuditEntry.objects.filter(tenant_id=PLATFORM).get().action == "user.create"
        assert audit.first_flaw() is None


@pytest.mark.parametrize(
    "verb", ["UPDATE tenants_auditentry SET by = 'eve'", "DELETE FROM tenants_auditentry"]
)
def test_entries_cannot_be_changed_or_deleted(history, verb):
    with scope.tenant(history.id):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(verb)
        assert AuditEntry.objects.count() == 5


@pytest.fixture
def superuser(stores):
    """A connection for which neither triggers nor row-level security are any wall."""
    password = settings.HEADWATER.secrets.database_superuser_password
    with psycopg.connect(stores.url("postgres", password), autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("UPDATE tenants_auditentry SET by = 'eve' WHERE sequence = 3", 3),
        ("UPDATE tenants_auditentry SET detail = '{}' WHERE sequence = 3", 3),
        ("UPDATE tenants_auditentry SET at = at + interval '1 second' WHERE sequence = 2", 2),
        ("DELETE FROM tenants_auditentry WHERE sequence = 4", 4),
        ("DELETE FROM tenants_auditentry WHERE sequence = 5", 5),
        ("DELETE FROM tenants_auditentry WHERE sequence = 1", 1),
    ],
)
def test_the_chain_shows_what_got_past_the_trigger(
    transactional_db, history, superuser, statement, flaw
):
    superuser.execute("SET session_replication_role = replica")  # triggers look away
    superuser.execute(statement)
    assert first_flaw_of(history.id) == flaw
