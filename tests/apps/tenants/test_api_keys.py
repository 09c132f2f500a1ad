"""API keys: what a secret opens, and what is kept of it."""

import base64
import hashlib
import hmac
import string
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from aiokafka.conn import ScramAuthenticator
from django.conf import settings

from brokers.authorization.restriction import KeyRestriction, NamePattern
from brokers.metadata.records import CredentialRecord
from tenants import scope
from tenants.errors import Conflict, Invalid, NotFound
from tenants.models import ApiKey
from tenants.published import credential_change
from tenants.selectors.api_keys import api_key_is_live, api_keys_of, authenticate_api_key
from tenants.services.create_service_account import create_service_account
from tenants.services.issue_api_key import issue_api_key
from tenants.services.note_key_uses import KeyUse, note_key_uses
from tenants.services.revoke_api_key import revoke_api_key
from tenants.services.rotate_api_key import rotate_api_key
from tenants.services.suspend_tenant import suspend_tenant


def issue(tenant, **options):
    return issue_api_key(tenant_id=tenant.id, by="test", **options)


def test_a_service_accounts_key_logs_in_as_its_principal(acme):
    create_service_account(tenant_id=acme.id, name="app", by="test")
    key = issue(acme, service_account="app")
    found = authenticate_api_key(key.key_id, key.secret)
    assert found is not None
    assert (found.principal, found.administrator) == ("User:app", False)
    assert (found.tenant_id, found.cluster_id) == (acme.id, acme.cluster_id)


def test_a_key_without_a_service_account_is_the_administrators(acme):
    key = issue(acme)
    found = authenticate_api_key(key.key_id, key.secret)
    assert found is not None
    assert (found.principal, found.administrator) == ("User:tenant-admin", True)


def test_ids_and_secrets_survive_every_shell(acme):
    key = issue(acme)
    assert key.key_id.startswith("HW")
    assert len(key.key_id) == 16
    assert len(key.secret) == 43
    assert set(key.key_id + key.secret) <= set(string.ascii_letters + string.digits)
    assert key.secret not in repr(key)


@pytest.mark.parametrize("secret", ["", "x", "ä", "x" * 100_000])
def test_a_wrong_secret_opens_nothing(acme, secret):
    key = issue(acme)
    assert authenticate_api_key(key.key_id, secret) is None
    assert authenticate_api_key("HWUNKNOWN", key.secret) is None


def test_another_keys_secret_opens_nothing(acme):
    one, other = issue(acme), issue(acme)
    assert authenticate_api_key(one.key_id, other.secret) is None


def test_a_revoked_key_is_dead(acme):
    key = issue(acme)
    assert api_key_is_live(key.key_id)
    revoke_api_key(tenant_id=acme.id, key_id=key.key_id, by="test")
    revoke_api_key(tenant_id=acme.id, key_id=key.key_id, by="test")
    assert authenticate_api_key(key.key_id, key.secret) is None
    assert not api_key_is_live(key.key_id)


def test_a_foreign_key_cannot_be_revoked_and_looks_absent(acme, rival):
    key = issue(acme)
    with pytest.raises(NotFound) as foreign:
        revoke_api_key(tenant_id=rival.id, key_id=key.key_id, by="test")
    with pytest.raises(NotFound) as absent:
        revoke_api_key(tenant_id=rival.id, key_id="HWABSENT", by="test")
    assert foreign.value.message.replace(key.key_id, "?") == absent.value.message.replace(
        "HWABSENT", "?"
    )
    assert api_key_is_live(key.key_id)


def test_an_expired_key_is_dead(acme):
    key = issue(acme, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert api_key_is_live(key.key_id)
    with scope.tenant(acme.id):
        ApiKey.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert authenticate_api_key(key.key_id, key.secret) is None


def test_a_key_cannot_be_born_expired(acme):
    with pytest.raises(Invalid, match="has passed"):
        issue(acme, expires_at=datetime.now(UTC))


def test_keys_of_an_inactive_tenant_are_dead(acme):
    key = issue(acme)
    suspend_tenant(tenant_id=acme.id, by="test")
    assert authenticate_api_key(key.key_id, key.secret) is None


def test_a_key_for_an_unknown_service_account_is_refused(acme, rival):
    create_service_account(tenant_id=rival.id, name="app", by="test")
    with pytest.raises(NotFound):
        issue(acme, service_account="app")
    assert api_keys_of(acme.id) == []


def test_the_secret_is_nowhere_in_the_database(transactional_db, acme, stores):
    key = issue(acme)
    password = settings.HEADWATER.secrets.database_superuser_password
    with psycopg.connect(stores.url("postgres", password)) as superuser:
        tables = superuser.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(tenants|brokers)_'"
        ).fetchall()
        everything = "".join(
            str(superuser.execute(f"SELECT * FROM {table}").fetchall()) for (table,) in tables
        )
    assert key.key_id in everything
    assert key.secret not in everything
    assert hashlib.sha256(key.secret.encode()).hexdigest() not in everything


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("right", [True, False])
def test_a_clients_scram_exchange_fits_the_verifier(acme, mechanism, right):
    """aiokafka is the client; the server's half is RFC 5802, section 3, with the stored keys."""
    key = issue(acme)
    with scope.tenant(acme.id):
        verifiers = ApiKey.objects.get(key_id=key.key_id).verifiers
    verifier = verifiers[mechanism.lower().replace("-", "_")]
    assert verifier["iterations"] >= 4096
    algorithm = mechanism.lower().replace("scram-", "").replace("-", "")
    client = ScramAuthenticator(
        loop=None,
        sasl_plain_username=key.key_id,
        sasl_plain_password=key.secret if right else key.secret[::-1],
        sasl_mechanism=mechanism,
    )
    first = client.first_message().removeprefix("n,,")
    salt = base64.b64encode(bytes.fromhex(verifier["salt"])).decode()
    challenge = f"{first.split('r=')[1]}server"
    server_first = f"r={challenge},s={salt},i={verifier['iterations']}"
    client.process_server_first_message(server_first)
    without_proof, proof = client.final_message().split(",p=")
    exchanged = ",".join([first, server_first, without_proof]).encode()
    stored_key = bytes.fromhex(verifier["stored_key"])
    signature = hmac.digest(stored_key, exchanged, algorithm)
    client_key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
    assert (hashlib.new(algorithm, client_key).digest() == stored_key) is right


def test_the_server_proves_that_it_has_the_verifier(acme):
    key = issue(acme)
    with scope.tenant(acme.id):
        verifier = ApiKey.objects.get(key_id=key.key_id).verifiers["scram_sha_256"]
    salted = hashlib.pbkdf2_hmac(
        "sha256", key.secret.encode(), bytes.fromhex(verifier["salt"]), verifier["iterations"]
    )
    assert hmac.digest(salted, b"Server Key", "sha256").hex() == verifier["server_key"]


def test_two_keys_share_no_salt(acme):
    issue(acme), issue(acme)
    with scope.tenant(acme.id):
        kept = [key.verifiers for key in ApiKey.objects.all()]
    salts = {verifiers[name]["salt"] for verifiers in kept for name in verifiers if "scram" in name}
    assert len(salts) == 4


def restricted(acme, **fields):
    key = issue(acme, restriction=fields)
    found = authenticate_api_key(key.key_id, key.secret)
    assert found is not None
    return found.restriction


def test_a_restriction_is_stored_in_the_form_that_brokers_read(acme):
    kept = restricted(acme, topics=[{"name": "orders"}], read_only=True)
    assert kept == {
        "topics": [{"name": "orders", "pattern_type": "literal"}],
        "groups": None,
        "read_only": True,
    }
    read = KeyRestriction.from_json(kept)
    assert read == KeyRestriction(topics=(NamePattern("orders"),), read_only=True)
    assert read.to_json() == kept
    (key,) = [each for each in api_keys_of(acme.id) if each.restriction]
    record = CredentialRecord.from_json(credential_change(key).payload)
    assert record.restriction == read
    assert record.to_json() == credential_change(key).payload


def test_what_limits_nothing_is_no_restriction(acme):
    assert restricted(acme, topics=None, read_only=False) is None


@pytest.mark.parametrize(
    "wrong",
    [
        [], {"topic": []}, {"read_only": None}, {"topics": "orders"}, {"topics": ["orders"]},
        {"topics": [{"name": "*"}]}, {"topics": [{"name": ""}]}, {"groups": [{"name": "*"}]},
        {"topics": [{"name": "a", "pattern_type": "match"}]}, {"groups": [{"name": "a\0"}]},
        {"topics": [{"name": "a", "more": 1}]}, {"topics": [{"name": "a"}] * 51},
    ],
)  # fmt: skip
def test_a_restriction_that_will_not_do(acme, wrong):
    with pytest.raises(Invalid):
        issue(acme, restriction=wrong)


def rotate(tenant, key_id, overlap_seconds=60):
    return rotate_api_key(
        tenant_id=tenant.id, key_id=key_id, by="test", overlap_seconds=overlap_seconds
    )


def test_rotation_leaves_two_keys_for_the_overlap(acme):
    limits = {"topics": [{"name": "orders", "pattern_type": "prefixed"}]}
    old = issue(acme, restriction=limits, description="board")
    new = rotate(acme, old.key_id)
    for key in (old, new):
        assert authenticate_api_key(key.key_id, key.secret) is not None
    with scope.tenant(acme.id):
        rows = {key.key_id: key for key in ApiKey.objects.all()}
    assert rows[new.key_id].restriction == rows[old.key_id].restriction
    assert (rows[new.key_id].description, rows[new.key_id].replaces) == ("board", old.key_id)
    assert rows[new.key_id].expires_at is None
    assert rows[old.key_id].expires_at <= datetime.now(UTC) + timedelta(seconds=60)


def test_there_are_never_three_keys_of_one_rotation(acme):
    first = issue(acme)
    second = rotate(acme, first.key_id)
    for key in (first, second):
        with pytest.raises(Conflict):
            rotate(acme, key.key_id)
    revoke_api_key(tenant_id=acme.id, key_id=first.key_id, by="test")
    third = rotate(acme, second.key_id, overlap_seconds=0)
    assert authenticate_api_key(second.key_id, second.secret) is None
    assert authenticate_api_key(third.key_id, third.secret) is not None
    with pytest.raises(Conflict):
        rotate(acme, second.key_id)


def test_rotation_prolongs_no_life(acme):
    old = issue(acme, expires_at=datetime.now(UTC) + timedelta(seconds=30))
    new = rotate(acme, old.key_id, overlap_seconds=3600)
    with scope.tenant(acme.id):
        ends = dict(ApiKey.objects.values_list("key_id", "expires_at"))
    soon = datetime.now(UTC) + timedelta(seconds=31)
    assert ends[old.key_id] < soon
    assert ends[new.key_id] < soon


def test_another_tenants_key_is_not_rotated(acme, rival):
    key = issue(acme)
    with pytest.raises(NotFound):
        rotate(rival, key.key_id)
    assert authenticate_api_key(key.key_id, key.secret).expires_at is None


def test_the_latest_use_is_kept(acme):
    key = issue(acme)
    now = datetime.now(UTC)
    later = KeyUse(key.key_id, now, "192.0.2.1")
    note_key_uses([later, KeyUse("HWABSENT", now, "192.0.2.3")])
    note_key_uses([KeyUse(key.key_id, now - timedelta(seconds=5), "192.0.2.2")])
    (row,) = api_keys_of(acme.id)
    assert (row.last_used_at, row.last_used_from) == (now, "192.0.2.1")
