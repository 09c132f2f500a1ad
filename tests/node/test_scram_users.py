"""Passwords of users over the wire (KIP-554): set, shown, used and removed, tenant by tenant."""

import base64
import hashlib
import secrets
from dataclasses import replace

import pytest

from brokers.kernel.errors import ErrorCode
from brokers.node.handlers import sasl_authenticate
from brokers.wire.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)
from brokers.wire.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
    UserName,
)
from brokers.wire.registry import ApiKey
from tests.node.raw_client import RawClient

SHA_256, SHA_512 = 1, 2
HASHES = {SHA_256: "sha256", SHA_512: "sha512"}


def upsertion(name, password="a long enough secret", mechanism=SHA_256, iterations=4096):
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac(HASHES[mechanism], password.encode(), salt, iterations)
    return ScramCredentialUpsertion(name, mechanism, iterations, salt, salted)


def alter(client, *upsertions, deletions=()):
    request = AlterUserScramCredentialsRequest(list(deletions), list(upsertions))
    rows = client.ask(ApiKey.ALTER_USER_SCRAM_CREDENTIALS, 0, request).results
    return {row.user: row.error_code for row in rows}


def describe(client, *names):
    request = DescribeUserScramCredentialsRequest([UserName(name) for name in names] or None)
    answer = client.ask(ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, request)
    assert answer.error_code == 0
    return {
        row.user: row.error_code
        or [(info.mechanism, info.iterations) for info in row.credential_infos]
        for row in answer.results
    }


@pytest.fixture
def tenants(world):
    """Two, with a connection of the administrator of each."""
    acme, rival = world.cell.add_tenant("scram-acme"), world.cell.add_tenant("scram-rival")
    with RawClient(world.node.port) as first, RawClient(world.node.port) as second:
        yield [
            (acme, first.log_in(world.cell.add_key(acme))),
            (rival, second.log_in(world.cell.add_key(rival))),
        ]


def code_of_login(world, tenant, name, password, hash_name="sha256"):
    with RawClient(world.node.port) as client:
        login = f"{name}@{tenant.cluster_id}"
        return client.log_in_by_scram(hash_name, (login, password)).error_code


@pytest.mark.parametrize("mechanism", [SHA_256, SHA_512])
def test_a_user_logs_in_with_the_clusters_id(world, tenants, mechanism):
    (acme, admin), (rival, other) = tenants
    assert alter(admin, upsertion("alice", "first", mechanism)) == {"alice": 0}
    assert alter(other, upsertion("alice", "second", mechanism)) == {"alice": 0}
    hash_name = HASHES[mechanism]
    assert code_of_login(world, acme, "alice", "first", hash_name) == 0
    assert code_of_login(world, rival, "alice", "second", hash_name) == 0
    refused = ErrorCode.SASL_AUTHENTICATION_FAILED
    assert code_of_login(world, rival, "alice", "first", hash_name) == refused
    record = world.node.node.image.credentials[f"alice@{acme.cluster_id}"]
    assert (record.tenant_id, record.principal) == (acme.id, "User:alice")


def test_a_name_that_is_not_there_is_looked_for_as_one_that_is(world, tenants, monkeypatch):
    """It takes the time of a question to the store: for both, or it would tell them apart."""
    monkeypatch.setattr(sasl_authenticate, "AUTHENTICATION_DELAY_SECONDS", 0)
    (acme, admin), _ = tenants
    alter(admin, upsertion("alice", "first"))
    looked = []
    catch_up = world.node.node.metadata.catch_up

    async def count():
        looked.append(1)
        return await catch_up()

    monkeypatch.setattr(world.node.node.metadata, "catch_up", count)
    spent = []
    for name in ("alice", "nobody"):
        refused = code_of_login(world, acme, name, "wrong")
        assert refused == ErrorCode.SASL_AUTHENTICATION_FAILED
        spent.append(len(looked))
        looked.clear()
    assert spent[0] == spent[1] > 0


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_a_key_that_is_absent_is_looked_for_as_one_that_is(world, tenants, monkeypatch, mechanism):
    """And one that is right is let in by PLAIN without any question."""
    key = world.cell.add_key(tenants[0][0])
    monkeypatch.setattr(sasl_authenticate, "AUTHENTICATION_DELAY_SECONDS", 0)
    looked = []
    catch_up = world.node.node.metadata.catch_up

    async def count():
        looked.append(1)
        return await catch_up()

    monkeypatch.setattr(world.node.node.metadata, "catch_up", count)
    spent = []
    for key_id in (key[0], "HWAAAAAAAAAAAAAA"):
        with RawClient(world.node.port) as client:
            if mechanism == "PLAIN":
                client.handshake(mechanism)
                refused = client.authenticate(f"\0{key_id}\0wrong".encode())
            else:
                refused = client.log_in_by_scram("sha256", (key_id, "wrong"))
        assert refused.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED
        spent.append(len(looked))
        looked.clear()
    assert spent[0] == spent[1] > 0
    with RawClient(world.node.port) as client:
        client.log_in(key)
    assert looked == []


def test_a_name_that_is_not_there_hears_what_users_of_its_cluster_do(world, tenants):
    (acme, admin), _ = tenants
    alter(admin, upsertion("alice", iterations=8192))
    told = []
    for name in ("alice", "nobody", "nobody"):
        with RawClient(world.node.port) as client:
            client.handshake("SCRAM-SHA-256")
            first = f"n,,n={name}@{acme.cluster_id},r=abc".encode()
            fields = client.authenticate(first).auth_bytes.decode().split(",")
            told.append((fields[2], len(base64.b64decode(fields[1][2:])), fields[1]))
    alice, nobody, again = told
    assert alice[:2] == nobody[:2] == ("i=8192", 16)
    assert nobody == again
    assert nobody[2] != alice[2]


def test_a_user_has_only_the_mechanisms_that_were_set(world, tenants):
    (acme, admin), _ = tenants
    alter(admin, upsertion("alice", "first", SHA_256))
    refused = ErrorCode.SASL_AUTHENTICATION_FAILED
    assert code_of_login(world, acme, "alice", "first", "sha512") == refused
    with RawClient(world.node.port) as client:
        client.handshake("PLAIN")
        message = f"\0alice@{acme.cluster_id}\0first".encode()
        assert client.authenticate(message).error_code == refused


def test_users_are_described_without_their_secrets(tenants):
    (_, admin), (_, other) = tenants
    alter(admin, upsertion("alice"), upsertion("alice", mechanism=SHA_512, iterations=8192))
    alter(admin, upsertion("bob"))
    alter(other, upsertion("carol"))
    assert describe(admin) == {
        "alice": [(SHA_256, 4096), (SHA_512, 8192)],
        "bob": [(SHA_256, 4096)],
    }
    absent = ErrorCode.RESOURCE_NOT_FOUND
    assert describe(admin, "bob", "carol", "nobody") == {
        "bob": [(SHA_256, 4096)],
        "carol": absent,
        "nobody": absent,
    }
    assert describe(admin, "bob", "bob") == {"bob": ErrorCode.DUPLICATE_RESOURCE}


def test_a_removed_password_opens_nothing_more(world, tenants):
    (acme, admin), _ = tenants
    alter(admin, upsertion("alice", "first"))
    gone = ScramCredentialDeletion("alice", SHA_256)
    with RawClient(world.node.port) as client:
        client.log_in_by_scram("sha256", (f"alice@{acme.cluster_id}", "first"))
        assert alter(admin, deletions=[gone]) == {"alice": 0}
        assert client.is_closed_by_broker()
    assert describe(admin) == {}
    assert alter(admin, deletions=[gone]) == {"alice": ErrorCode.RESOURCE_NOT_FOUND}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"iterations": 4095}, ErrorCode.UNACCEPTABLE_CREDENTIAL),
        ({"iterations": 16_385}, ErrorCode.UNACCEPTABLE_CREDENTIAL),
        ({"salt": b""}, ErrorCode.UNACCEPTABLE_CREDENTIAL),
        ({"salted_password": b"short"}, ErrorCode.UNACCEPTABLE_CREDENTIAL),
        ({"name": ""}, ErrorCode.UNACCEPTABLE_CREDENTIAL),
        ({"mechanism": 3}, ErrorCode.UNSUPPORTED_SASL_MECHANISM),
    ],
)
def test_what_cannot_be_is_refused_and_the_rest_is_done(tenants, wrong, code):
    (_, admin), _ = tenants
    bad = replace(upsertion("alice"), **wrong)
    assert alter(admin, bad, upsertion("bob")) == {bad.name: code, "bob": 0}
    assert list(describe(admin)) == ["bob"]


def test_one_credential_is_altered_once_in_a_request(tenants):
    (_, admin), _ = tenants
    twice = [upsertion("alice"), upsertion("alice")]
    assert alter(admin, *twice) == {"alice": ErrorCode.DUPLICATE_RESOURCE}
    gone = ScramCredentialDeletion("alice", SHA_256)
    assert alter(admin, upsertion("alice"), deletions=[gone]) == {
        "alice": ErrorCode.DUPLICATE_RESOURCE
    }
    assert describe(admin) == {}


def test_only_who_administers_sees_and_sets_passwords(world, tenants):
    (acme, admin), _ = tenants
    alter(admin, upsertion("alice"))
    key = world.cell.add_key(acme, administrator=False, principal="User:app")
    with RawClient(world.node.port) as client:
        client.log_in(key)
        refused = ErrorCode.CLUSTER_AUTHORIZATION_FAILED
        assert alter(client, upsertion("app")) == {"app": refused}
        request = DescribeUserScramCredentialsRequest(None)
        answer = client.ask(ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, request)
        assert (answer.error_code, answer.results) == (refused, [])
