"""A service account goes with its keys."""

import pytest

from tenants.errors import NotFound
from tenants.models import Change
from tenants.scope import system
from tenants.selectors.api_keys import api_keys_of, authenticate_api_key
from tenants.selectors.audit_log import entries_of
from tenants.selectors.service_accounts import service_accounts_of
from tenants.services.create_service_account import create_service_account
from tenants.services.delete_service_account import delete_service_account
from tenants.services.issue_api_key import issue_api_key
from tenants.services.revoke_api_key import revoke_api_key


def test_a_deleted_service_account_takes_its_keys_along(acme, rival):
    for tenant in (acme, rival):
        create_service_account(tenant_id=tenant.id, name="app", by="test")
    keys = [issue_api_key(tenant_id=acme.id, by="test", service_account="app") for _ in range(3)]
    administrator = issue_api_key(tenant_id=acme.id, by="test")
    revoke_api_key(tenant_id=acme.id, key_id=keys[0].key_id, by="test")
    assert [each.active_keys for each in service_accounts_of(acme.id)] == [2]

    delete_service_account(tenant_id=acme.id, name="app", by="test")

    assert service_accounts_of(acme.id) == []
    assert [key.key_id for key in api_keys_of(acme.id)] == [administrator.key_id]
    assert authenticate_api_key(keys[1].key_id, keys[1].secret) is None
    with system("test"):
        told = Change.objects.filter(kind="credential", payload__isnull=True)
        assert {change.key for change in told} == {key.key_id for key in keys}
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.object) == ("service_account.delete", "app")
    assert sorted(entry.detail["revoked_keys"]) == sorted(key.key_id for key in keys[1:])
    assert len(service_accounts_of(rival.id)) == 1


def test_a_foreign_service_account_is_an_absent_one(acme, rival):
    create_service_account(tenant_id=acme.id, name="app", by="test")
    for name in ("app", "xyz"):
        with pytest.raises(NotFound) as refused:
            delete_service_account(tenant_id=rival.id, name=name, by="test")
        assert refused.value.message == f"there is no service account {name!r}"
    assert len(service_accounts_of(acme.id)) == 1
