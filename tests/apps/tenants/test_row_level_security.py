"""The wall behind the managers: PostgreSQL itself, for the role that the services connect as."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet

from tenants import scope
from tenants.models import ApiKey, ServiceAccount, Tenant, User
from tenants.services.add_member import add_member
from tenants.services.create_service_account import create_service_account
from tenants.services.issue_api_key import issue_api_key

pytestmark = pytest.mark.django_db

OWNED = [
    "brokers_grouppoint",
    "brokers_partition",
    "brokers_partitionmutations",
    "brokers_principalfigures",
    "brokers_tenantuse",
    "brokers_replicafigures",
    "brokers_tenantfigures",
    "brokers_tenantpoint",
    "brokers_topic",
    "brokers_topicfigures",
    "brokers_topicpoint",
    "connect_connector",
    "connect_connectortask",
    "connect_tasklogline",
    "streaming_idempotentrequest",
    "tenants_acl",
    "tenants_apikey",
    "tenants_auditchain",
    "tenants_auditentry",
    "tenants_clientquota",
    "tenants_invitation",
    "tenants_membership",
    "tenants_scramuser",
    "tenants_serviceaccount",
    "tenants_socketticket",
    "tenants_tenant",
    "tenants_tenantlimit",
    "tenants_usage",
]


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def changed(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@pytest.fixture
def inhabited(acme, rival):
    """Both tenants with a member, an account and a key of the same names."""
    for tenant in (acme, rival):
        login = f"person-of-{tenant.name}"
        User.objects.create_user(login)
        add_member(tenant_id=tenant.id, login=login, role="owner", by="test")
        create_service_account(tenant_id=tenant.id, name="app", by="test")
        issue_api_key(tenant_id=tenant.id, service_account="app", by="test")


def test_the_role_is_subject_to_row_level_security():
    ((superuser, bypasses),) = rows(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert not superuser
    assert not bypasses


def test_every_tenant_owned_table_is_walled_for_its_owner_too():
    owned = {
        model._meta.db_table
        for model in apps.get_models()
        if model is Tenant or any(field.attname == "tenant_id" for field in model._meta.fields)
    }
    assert owned == set(OWNED)
    walled = rows(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = ANY(%s)",
        [*OWNED, "tenants_change"],
    )
    assert sorted(walled) == [(name, True, True) for name in sorted([*OWNED, "tenants_change"])]


@pytest.mark.parametrize("table", [*OWNED, "tenants_change"])
def test_raw_sql_without_a_scope_sees_nothing(inhabited, table):
    assert rows(f"SELECT * FROM {table}") == []


@pytest.mark.parametrize("table", sorted({*OWNED} - {"tenants_tenant"}))
def test_raw_sql_in_a_tenants_scope_sees_its_rows_only(inhabited, acme, table):
    with scope.tenant(acme.id):
        found = {str(owner) for (owner,) in rows(f"SELECT tenant_id FROM {table}")}
    assert found <= {str(acme.id)}


def test_joins_do_not_leak(inhabited, acme, rival):
    with scope.tenant(acme.id):
        by_join = User.objects.filter(memberships__tenant__name="rival")
        by_user = User.objects.filter(memberships__isnull=False).values_list("login", flat=True)
        assert not by_join.exists()
        assert list(by_user) == ["person-of-acme"]
        assert rows(
            "SELECT t.name FROM tenants_user u JOIN tenants_membership m ON m.user_id = u.id"
            " JOIN tenants_tenant t ON t.id = m.tenant_id"
        ) == [("acme",)]


def test_foreign_keys_do_not_leak(inhabited, acme, rival):
    with scope.system("test"):
        foreign = ServiceAccount.objects.get(tenant_id=rival.id)
    with scope.tenant(acme.id), pytest.raises(Tenant.DoesNotExist):
        _ = ServiceAccount.objects.model(tenant_id=rival.id).tenant
    with scope.tenant(acme.id), pytest.raises(ServiceAccount.DoesNotExist):
        _ = ApiKey(tenant_id=acme.id, service_account_id=foreign.id).service_account


def test_a_plain_queryset_that_evades_the_manager_does_not_leak(inhabited, acme):
    with scope.tenant(acme.id):
        assert {key.tenant_id for key in QuerySet(ApiKey).all()} == {acme.id}
    assert list(QuerySet(ApiKey).all()) == []
    with scope.system("test"):
        assert QuerySet(ApiKey).count() == 2


def test_a_row_of_another_tenant_cannot_be_written(inhabited, acme, rival):
    with scope.tenant(acme.id):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ServiceAccount.objects.create(tenant_id=rival.id, name="spy")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            changed("UPDATE tenants_serviceaccount SET tenant_id = %s", rival.id)
        revoked = "UPDATE tenants_apikey SET revoked_at = now() WHERE tenant_id = %s"
        assert changed(revoked, rival.id) == 0
        assert changed("DELETE FROM tenants_membership WHERE tenant_id = %s", rival.id) == 0


def test_a_key_cannot_belong_to_another_tenants_account(inhabited, acme, rival):
    with scope.system("test"):
        foreign = ServiceAccount.objects.get(tenant_id=rival.id)
    with scope.tenant(acme.id), pytest.raises(IntegrityError), transaction.atomic():
        rows(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            "UPDATE tenants_apikey SET service_account_id = %s RETURNING 1",
            foreign.id,
        )


def test_the_change_log_is_the_brokers_alone(inhabited, acme):
    with scope.tenant(acme.id):
        assert rows("SELECT * FROM tenants_change") == []
    with scope.operator("root"):
        assert rows("SELECT * FROM tenants_change") == []
    with scope.system("test"):
        assert rows("SELECT * FROM tenants_change")
        assert changed("DELETE FROM tenants_change") == 0
        assert changed("UPDATE tenants_change SET payload = NULL") == 0
