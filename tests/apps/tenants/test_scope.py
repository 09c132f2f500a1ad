"""Default deny: managers of tenant-owned models, and the settings that PostgreSQL reads."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from tenants import scope
from tenants.models import ApiKey, Membership, ServiceAccount, Tenant, User
from tenants.models.owned import ScopedManager
from tenants.scope import ScopeConflict, ScopeMissing
from tenants.services.add_member import add_member
from tenants.services.create_service_account import create_service_account


def settings_in_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('headwater.scope', true),"
            " current_setting('headwater.tenant', true)"
        )
        return tuple(value or "" for value in cursor.fetchone())


@pytest.mark.parametrize("manager", ["objects", "_default_manager", "_base_manager"])
@pytest.mark.parametrize("model", [Tenant, Membership, ServiceAccount, ApiKey])
def test_no_manager_answers_without_a_scope(model, manager):
    with pytest.raises(ScopeMissing):
        getattr(model, manager).all()


def test_every_model_with_a_tenant_is_scoped():
    owned = [
        model
        for model in apps.get_models()
        if model is Tenant or any(field.attname == "tenant_id" for field in model._meta.fields)
    ]
    assert len(owned) >= 8
    for model in owned:
        assert isinstance(model._base_manager, ScopedManager), model
        assert isinstance(model._default_manager, ScopedManager), model


def test_saving_and_reloading_need_a_scope_too(acme):
    for act in (acme.save, acme.refresh_from_db, acme.delete):
        with pytest.raises(ScopeMissing):
            act()


def test_related_objects_need_a_scope(acme):
    User.objects.create_user("ada")
    add_member(tenant_id=acme.id, login="ada", role="owner", by="test")
    with pytest.raises(ScopeMissing):
        User.objects.get(login="ada").memberships.all()
    with pytest.raises(ScopeMissing):
        acme.service_accounts.all()


def test_a_queryset_that_outlives_its_scope_is_refused(acme):
    with scope.tenant(acme.id):
        accounts = ServiceAccount.objects.all()
    with pytest.raises(ScopeMissing):
        list(accounts)


def test_a_tenants_scope_shows_its_own_rows_only(acme, rival):
    create_service_account(tenant_id=acme.id, name="app", by="test")
    create_service_account(tenant_id=rival.id, name="app", by="test")
    with scope.tenant(acme.id):
        assert [account.tenant_id for account in ServiceAccount.objects.all()] == [acme.id]
        assert list(Tenant.objects.all()) == [acme]
    with scope.system("test"):
        assert ServiceAccount.objects.count() == 2
    with scope.operator("root"):
        assert ServiceAccount.objects.count() == 2


def test_a_tenants_scope_cannot_be_entered_in_anothers(acme, rival):
    with scope.tenant(acme.id):
        with pytest.raises(ScopeConflict), scope.tenant(rival.id):
            pass
        with scope.tenant(str(acme.id)):
            assert scope.current().tenant_id == acme.id


@pytest.mark.django_db
def test_the_database_knows_the_scope_and_forgets_it(acme):
    assert settings_in_database() == ("", "")
    with scope.tenant(acme.id):
        assert settings_in_database() == ("tenant", str(acme.id))
        with scope.system("test"):
            assert settings_in_database() == ("system", "")
        assert settings_in_database() == ("tenant", str(acme.id))
    assert settings_in_database() == ("", "")


@pytest.mark.django_db
def test_the_scope_around_a_failed_one_is_in_force_again(acme):
    with scope.tenant(acme.id):
        with pytest.raises(ZeroDivisionError), scope.system("test"):
            raise ZeroDivisionError
        assert settings_in_database() == ("tenant", str(acme.id))
        assert scope.current().tenant_id == acme.id


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_scope_is_left_on_the_connection(acme):
    with scope.system("test"):
        pass
    with pytest.raises(ZeroDivisionError), scope.system("test"):
        raise ZeroDivisionError
    assert settings_in_database() == ("", "")
    with transaction.atomic():
        assert settings_in_database() == ("", "")
