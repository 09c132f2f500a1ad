"""SCRAM logins at brokers over PostgreSQL: set over the wire, sealed there, opened to log in."""

import hashlib
import secrets
import threading
from dataclasses import replace

import pytest
from django.conf import settings

from brokers.adapters import verifier_keys
from brokers.kernel.errors import ErrorCode
from brokers.models import Broker
from brokers.node.handlers import sasl_authenticate
from brokers.wire.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialUpsertion,
)
from brokers.wire.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
)
from brokers.wire.registry import ApiKey
from connect.cli.rotating import rotate
from connect.services.retire_sealing_keys import retire_sealing_keys
from tenants import scope
from tenants.models import ScramUser
from tenants.sealed_verifiers import keys_of
from tests.apps.edge_service import running_edge, wait_for
from tests.node.raw_client import RawClient

REFUSED = ErrorCode.SASL_AUTHENTICATION_FAILED


@pytest.fixture(scope="module")
def edge(django_db_setup, django_db_blocker, tmp_path_factory):
    """With a file of keys of its own, which every process of it reads."""
    usual, folder = settings.HEADWATER, tmp_path_factory.mktemp("edge")
    settings.HEADWATER = replace(usual, connector_keys_file=folder / "keys.json")
    try:
        with running_edge(django_db_blocker, folder) as service:
            yield service
    finally:
        settings.HEADWATER = usual


@pytest.fixture(autouse=True)
def quick_refusals(monkeypatch):
    monkeypatch.setattr(sasl_authenticate, "AUTHENTICATION_DELAY_SECONDS", 0)


@pytest.fixture
def tenant(edge):
    return edge.tenant()


def set_password(edge, tenant, name, password, iterations=4096):
    """Error codes by user."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    request = AlterUserScramCredentialsRequest(
        [], [ScramCredentialUpsertion(name, 1, iterations, salt, salted)]
    )
    with RawClient(edge.kafka_port()) as client:
        client.log_in(tenant.administrator)
        rows = client.ask(ApiKey.ALTER_USER_SCRAM_CREDENTIALS, 0, request).results
    return [row.error_code for row in rows]


def log_in(edge, tenant, name, password, broker=1):
    with RawClient(edge.kafka_port(broker)) as client:
        return client.log_in_by_scram(
            "sha256", (f"{name}@{tenant.cluster_id}", password)
        ).error_code


def described(edge, tenant, broker=1):
    with RawClient(edge.kafka_port(broker)) as client:
        client.log_in(tenant.administrator)
        request = DescribeUserScramCredentialsRequest(None)
        answer = client.ask(ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, request)
    return [
        (row.user, [(info.mechanism, info.iterations) for info in row.credential_infos])
        for row in answer.results
    ]


def keys_in_use():
    with scope.system("test"):
        return set().union(*map(keys_of, ScramUser.objects.values_list("verifiers", flat=True)))


def test_a_password_set_at_one_broker_is_sealed_and_opens_at_each(edge, tenant):
    assert set_password(edge, tenant, "alice", "geheim", iterations=8192) == [0]
    assert "" not in keys_in_use()
    for broker in (1, 2):
        assert log_in(edge, tenant, "alice", "geheim", broker) == 0
        assert log_in(edge, tenant, "alice", "falsch", broker) == REFUSED
        assert described(edge, tenant, broker) == [("alice", [(1, 8192)])]


def test_the_key_is_exchanged_while_users_log_in(edge, tenant):
    names = [f"user{number}" for number in range(4)]
    for name in names:
        assert set_password(edge, tenant, name, name) == [0]
    done, refused, counts = threading.Event(), [], [0] * len(names)

    def log_in_again_and_again(index):
        while not done.is_set():
            code = log_in(edge, tenant, names[index], names[index], 1 + index % 2)
            if code:
                refused.append((names[index], code))
            counts[index] += 1

    threads = [
        threading.Thread(target=log_in_again_and_again, args=(index,))
        for index in range(len(names))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            before = list(counts)
            rotated = rotate(by="test")
            assert rotated.resealed_users.broken == ()
            assert keys_in_use() == {rotated.key}
            assert len(retire_sealing_keys(by="test")) == 1
            wait_for(
                lambda before=before: all(a > b for a, b in zip(counts, before, strict=True)),
                "each has logged in since",
            )
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert refused == []
    assert set_password(edge, tenant, "later", "later") == [0]
    assert log_in(edge, tenant, "later", "later", 2) == 0


def test_a_broker_without_the_key_refuses_these_users_and_takes_keys(
    edge, tenant, monkeypatch, caplog
):
    assert set_password(edge, tenant, "alice", "geheim") == [0]
    edge.stop_broker(2)
    with monkeypatch.context() as patched:
        patched.setattr(verifier_keys, "opening_ring", lambda: (b"?" * 32,))
        edge.start_broker(2)
        assert log_in(edge, tenant, "alice", "geheim", 2) == REFUSED
        assert any("SCRAM users cannot log in here" in each for each in caplog.messages)
        assert described(edge, tenant, 2) == [("alice", [(1, 4096)])]
        with RawClient(edge.kafka_port(2)) as client:
            client.log_in(tenant.service)
        with RawClient(edge.kafka_port(2)) as client:
            assert client.log_in_by_scram("sha256", tenant.service).error_code == 0
        assert log_in(edge, tenant, "alice", "geheim", 1) == 0, "the other has had it before"
    (name,) = keys_in_use()
    wait_for(lambda: name in Broker.objects.get(id=2).opens, "broker 2 tells of the key")
    assert log_in(edge, tenant, "alice", "geheim", 2) == 0
