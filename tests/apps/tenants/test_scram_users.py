"""Passwords of service accounts that came over the wire: whose they are, and what brokers hear."""

import pytest

from brokers.adapters.verifier_keys import VerifierKeys
from brokers.metadata.image import MetadataImage
from brokers.selectors.changes import changes_after
from tenants import scope
from tenants.errors import Invalid, NotFound
from tenants.models import ScramUser, ServiceAccount
from tenants.selectors.audit_log import entries_of
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tenants.services.create_service_account import create_service_account
from tenants.services.delete_service_account import delete_service_account

pytestmark = pytest.mark.django_db

VERIFIER = {"salt": "00", "iterations": 4096, "stored_key": "01" * 32, "server_key": "02" * 32}


def alter(tenant, *changes):
    wanted = [ScramChange(name, verifiers) for name, verifiers in changes]
    return alter_scram_users(tenant_id=tenant.id, by="test", wanted=wanted)


def image():
    """What a broker makes of all changes so far."""
    image = MetadataImage()
    for change in changes_after(image.number, 1000):
        image.apply(change)
    return image


def test_two_tenants_have_users_of_one_name(acme, rival):
    for tenant in (acme, rival):
        assert alter(tenant, ("alice", {"scram_sha_256": VERIFIER})) == [None]
    after, keys = image(), VerifierKeys()
    keys.refresh()
    for tenant in (acme, rival):
        record = after.credentials[f"alice@{tenant.cluster_id}"]
        assert (record.tenant_id, record.principal) == (str(tenant.id), "User:alice")
        assert not record.administrator
        assert keys.opened(record, "sha256").to_json() == VERIFIER
        assert (record.plain_verifier, record.scram_sha_512) == (None, None)
        assert after.scram_users[str(tenant.id)] == {"alice": record}


def test_a_password_is_the_service_accounts_and_ends_with_it(acme):
    create_service_account(tenant_id=acme.id, name="app", by="test")
    alter(acme, ("app", {"scram_sha_256": VERIFIER, "scram_sha_512": VERIFIER}))
    with scope.tenant(acme.id):
        assert ServiceAccount.objects.count() == 1
    assert f"app@{acme.cluster_id}" in image().credentials
    delete_service_account(tenant_id=acme.id, name="app", by="test")
    assert (image().scram_users, image().credentials) == ({}, {})


def test_mechanisms_are_removed_one_by_one(acme):
    alter(acme, ("alice", {"scram_sha_256": VERIFIER, "scram_sha_512": VERIFIER}))
    assert alter(acme, ("alice", {"scram_sha_256": None})) == [None]
    record = image().credentials[f"alice@{acme.cluster_id}"]
    assert record.scram_sha_256 is None
    assert record.scram_sha_512 is not None
    assert alter(acme, ("alice", {"scram_sha_512": None})) == [None]
    assert image().scram_users == {}
    with scope.tenant(acme.id):
        assert not ScramUser.objects.exists()
        assert ServiceAccount.objects.filter(name="alice").exists()


def test_each_user_is_altered_or_told_why_not(acme, rival):
    alter(rival, ("bob", {"scram_sha_256": VERIFIER}))
    outcomes = alter(
        acme,
        ("alice", {"scram_sha_256": VERIFIER}),
        ("bob", {"scram_sha_256": None}),
        ("tenant-admin", {"scram_sha_256": VERIFIER}),
        ("carol", {"scram_sha_256": VERIFIER, "scram_sha_512": None}),
    )
    assert [type(each) for each in outcomes] == [type(None), NotFound, Invalid, NotFound]
    with scope.tenant(acme.id):
        assert list(ScramUser.objects.values_list("service_account__name", flat=True)) == ["alice"]
        assert list(ServiceAccount.objects.values_list("name", flat=True)) == ["alice"]
    assert f"bob@{rival.cluster_id}" in image().credentials


def test_an_alteration_is_audited_without_the_password(acme):
    alter(acme, ("alice", {"scram_sha_256": VERIFIER}))
    entry = entries_of(acme.id)[0]
    assert (entry.action, entry.object) == ("scram_user.alter", "alice")
    assert entry.detail == {"set": ["scram_sha_256"], "removed": []}
