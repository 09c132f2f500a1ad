"""SCRAM users' verifiers at rest: what a dump has, whose a box is, and rows of before."""

from dataclasses import replace
from importlib import import_module

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from brokers.adapters.verifier_keys import VerifierKeys
from brokers.metadata.image import MetadataImage
from brokers.metadata.records import SealedVerifier
from brokers.node.authentication.scram import verifier_of
from brokers.node.authentication.verifiers import Unopened
from brokers.selectors.changes import changes_after
from brokers.selectors.snapshot import snapshot
from streaming.cell import schema
from streaming.cell.connector_keys import new_key, write_ring
from tenants import changes, scope
from tenants.errors import Unavailable
from tenants.models import Change, ScramUser, SealingState
from tenants.published import scram_user_credential
from tenants.services.alter_scram_users import ScramChange, alter_scram_users
from tenants.services.create_service_account import create_service_account

pytestmark = pytest.mark.django_db(transaction=True)

MECHANISM = "scram_sha_256"
VERIFIER = verifier_of("sha256", b"a salt of 18 bytes", 8192, b"s" * 32)
CLEAR = VERIFIER.to_json()


def set_password(tenant, name="alice", mechanism=MECHANISM):
    wanted = [ScramChange(name, {mechanism: CLEAR})]
    assert alter_scram_users(tenant_id=tenant.id, by="test", wanted=wanted) == [None]


def row(tenant, name="alice"):
    with scope.system("test"):
        return ScramUser.objects.select_related("service_account", "tenant").get(
            tenant_id=tenant.id, service_account__name=name
        )


def keep(user, verifiers):
    with scope.system("test"):
        ScramUser.objects.filter(pk=user.pk).update(verifiers=verifiers)


@pytest.fixture
def keys():
    found = VerifierKeys()
    assert len(found.refresh()) == 1
    return found


def opened(keys, tenant, name="alice", hash_name="sha256"):
    """What a broker makes of it that has just read everything."""
    image = MetadataImage.from_snapshot(snapshot())
    return keys.opened(image.credentials[f"{name}@{tenant.cluster_id}"], hash_name)


def dump():
    """Every row of every table."""
    with psycopg.connect(django_settings.HEADWATER.database_owner_url) as owner:
        tables = owner.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        owner.execute("SELECT set_config('headwater.scope', 'system', true)")
        found = b""
        for (table,) in tables:
            with owner.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copied:
                found += b"".join(bytes(piece) for piece in copied)
    return found


def leaked():
    found = dump()
    assert b"alice" in found, "the tables were empty to whoever looked"
    return [name for name in ("salt", "stored_key", "server_key") if CLEAR[name].encode() in found]


def test_a_dump_has_nothing_to_guess_a_password_with(acme, keys):
    set_password(acme)
    assert leaked() == []
    assert opened(keys, acme) == VERIFIER
    (told,) = (each for each in changes_after(0, 1000) if each.key == f"alice@{acme.cluster_id}")
    assert SealedVerifier.from_json(told.payload[MECHANISM]).iterations == 8192


def test_a_box_opens_for_its_tenant_user_and_mechanism_alone(acme, rival, keys):
    for tenant, name in ((acme, "alice"), (acme, "bob"), (rival, "alice")):
        set_password(tenant, name)
    stolen = row(acme).verifiers
    keep(row(acme, "bob"), stolen)
    keep(row(rival), stolen)
    for tenant, name in ((acme, "bob"), (rival, "alice")):
        refused = opened(keys, tenant, name)
        assert isinstance(refused, Unopened)
        assert "not what was sealed" in refused.reason
        assert repr(name) in refused.reason
    keep(row(acme, "bob"), {"scram_sha_512": row(acme).verifiers[MECHANISM]})
    assert isinstance(opened(keys, acme, "bob", "sha512"), Unopened)
    assert opened(keys, acme) == VERIFIER


def test_a_user_that_is_gone_by_now_is_told_as_gone(acme):
    set_password(acme)
    gone = [ScramChange("alice", {MECHANISM: None})]
    alter_scram_users(tenant_id=acme.id, by="test", wanted=gone)
    told = [each for each in changes_after(0, 1000) if each.key == f"alice@{acme.cluster_id}"]
    assert [each.payload for each in told] == [None, None]


def test_without_the_key_that_seals_no_password_is_set(acme, settings, tmp_path):
    SealingState.objects.create(id=1, key="deadbeef")
    with pytest.raises(Unavailable, match="'deadbeef'"):
        set_password(acme)
    with scope.system("test"):
        assert not ScramUser.objects.exists()


def in_clear(tenant):
    """As the releases of before wrote a user and what brokers were to hear of it."""
    create_service_account(tenant_id=tenant.id, name="alice", by="test")
    with scope.system("test"):
        account = tenant.service_accounts.get(name="alice")
        user = ScramUser.objects.create(
            service_account=account, tenant=tenant, created_by="test", verifiers={MECHANISM: CLEAR}
        )
        changes.publish([scram_user_credential(user)])


@pytest.fixture
def migrate():
    """Runs the migration as the owner of the tables."""
    step = import_module("tenants.migrations.0013_sealed_scram_verifiers")

    def run():
        with (
            schema._connected_as_owner(django_settings.HEADWATER),
            connection.schema_editor(atomic=True) as editor,
        ):
            before = MigrationLoader(connection).project_state(step.Migration.dependencies)
            step.seal(before.apps, editor)

    return run


def test_the_migration_seals_what_is_there(acme, rival, migrate, keys):
    set_password(rival)
    in_clear(acme)
    assert leaked() == ["salt", "stored_key", "server_key"]
    assert opened(keys, acme) == VERIFIER
    migrate()
    assert leaked() == []
    assert isinstance(snapshot_of(acme).scram_sha_256, SealedVerifier)
    assert [opened(keys, tenant) for tenant in (acme, rival)] == [VERIFIER] * 2
    with scope.system("test"):
        (kept,) = Change.objects.filter(key=f"alice@{acme.cluster_id}")
        assert kept.payload["scram_user"] == "alice"
    migrate()
    assert opened(keys, acme) == VERIFIER


def snapshot_of(tenant):
    return MetadataImage.from_snapshot(snapshot()).credentials[f"alice@{tenant.cluster_id}"]


def test_the_migration_changes_nothing_without_the_key(acme, migrate, settings, tmp_path):
    in_clear(acme)
    SealingState.objects.create(id=1, key="deadbeef")
    with pytest.raises(RuntimeError, match="HEADWATER_CONNECTOR_KEYS_FILE"):
        migrate()
    assert leaked() == ["salt", "stored_key", "server_key"]


def test_a_broker_says_what_it_lacks_once_and_opens_when_it_has_it(
    acme, settings, tmp_path, caplog
):
    set_password(acme)
    usual = settings.HEADWATER
    elsewhere = tmp_path / "other.json"
    write_ring(elsewhere, (new_key(),))
    settings.HEADWATER = replace(usual, connector_keys_file=elsewhere)
    keys = VerifierKeys()
    keys.refresh()
    for _ in range(2):
        refused = opened(keys, acme)
        assert isinstance(refused, Unopened)
        assert "which this deployment does not have" in refused.reason
    assert len([each for each in caplog.messages if "SCRAM users cannot log in" in each]) == 1

    settings.HEADWATER = usual
    keys.refresh()
    assert opened(keys, acme) == VERIFIER
    settings.HEADWATER = replace(usual, connector_keys_file=elsewhere)
    keys.refresh()
    assert opened(keys, acme) == VERIFIER, "what was read once opens until the broker ends"


def test_a_file_that_cannot_be_read_gives_no_keys_and_takes_none(acme, settings, tmp_path, caplog):
    set_password(acme)
    keys = VerifierKeys()
    keys.refresh()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    settings.HEADWATER = replace(settings.HEADWATER, connector_keys_file=broken)
    assert [keys.refresh(), keys.refresh()] == [(), ()]
    assert len([each for each in caplog.messages if "cannot be read" in each]) == 1
    assert opened(keys, acme) == VERIFIER
