"""Logging in: which mechanisms, which keys, and what a refused one gets to hear."""

import time
from contextlib import ExitStack

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from brokers.kernel.errors import ErrorCode
from brokers.node import connection, listener
from brokers.node.handlers import sasl_authenticate, sasl_handshake
from brokers.wire.messages.metadata_request import MetadataRequest
from brokers.wire.registry import ApiKey
from tests.node.fakes import MemoryCell
from tests.node.harness import node_config, running, wait_until
from tests.node.raw_client import RawClient, batch, edge_token


@pytest.fixture
def stranger(world):
    with RawClient(world.node.port) as client:
        yield client


@pytest.fixture
def edge(world):
    with RawClient(world.node.internal_port) as client:
        yield client


def test_plain(world, stranger, topic):
    stranger.log_in(world.key)
    assert stranger.produce(topic.name, batch(b"v")).error_code == 0


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_scram(world, stranger, topic, hash_name):
    assert stranger.log_in_by_scram(hash_name, world.key).error_code == 0
    assert stranger.produce(topic.name, batch(b"v")).error_code == 0


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_scram_refusals_are_all_the_same(world, hash_name):
    answers = []
    for key in [(world.key[0], "wrong"), ("HWUNKNOWN", "wrong")]:
        with RawClient(world.node.port) as client:
            answer = client.log_in_by_scram(hash_name, key)
            answers.append((answer.error_code, answer.error_message))
            assert client.is_closed_by_broker()
    assert answers[0] == answers[1]
    assert answers[0][0] == ErrorCode.SASL_AUTHENTICATION_FAILED


def test_an_unknown_scram_name_always_has_the_same_salt(world):
    replies = []
    for _ in range(2):
        with RawClient(world.node.port) as client:
            client.handshake("SCRAM-SHA-256")
            reply = client.authenticate(b"n,,n=nobody,r=abc").auth_bytes.decode()
            replies.append(reply.split(",")[1:])
    assert replies[0] == replies[1]


@pytest.mark.parametrize(
    "message",
    [b"", b"\0", b"a\0b", b"\0\0secret", b"\xff\0\xff\0\xff", b"other\0KEY\0SECRET",
     b"\0KEY\0wrong", b"\0HWUNKNOWN\0SECRET", b"\0KEY\0SECRET\0more"],
)  # fmt: skip
def test_plain_refusals(world, stranger, message):
    key_id, secret = world.key
    message = message.replace(b"KEY", key_id.encode()).replace(b"SECRET", secret.encode())
    stranger.handshake("PLAIN")
    began = time.monotonic()
    answer = stranger.authenticate(message)
    assert answer.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED
    assert key_id not in answer.error_message
    assert time.monotonic() - began >= 0.25, "guessing must be slow"
    assert stranger.is_closed_by_broker()


def test_a_key_that_was_just_issued_can_log_in(world):
    world.cell.wait_for_hint = _never_hints
    try:
        with RawClient(world.node.port) as client:
            client.log_in(world.cell.add_key(world.tenant))
    finally:
        del world.cell.wait_for_hint


async def _never_hints(timeout_s: float) -> None:
    import asyncio

    await asyncio.sleep(0.5)


def test_the_edge_may_name_a_key_that_was_just_issued(world, edge):
    world.cell.wait_for_hint = _never_hints
    try:
        key_id, _ = world.cell.add_key(world.tenant)
        assert edge.log_in_as_edge(world.tenant.id, key=key_id).error_code == 0
    finally:
        del world.cell.wait_for_hint


def test_an_expired_key_is_refused(world, stranger):
    key_id, secret = world.cell.add_key(world.tenant, expires_at_ms=1)
    stranger.handshake("PLAIN")
    answer = stranger.authenticate(f"\0{key_id}\0{secret}".encode())
    assert answer.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED


def test_an_inactive_tenant_is_refused(world, stranger):
    tenant = world.cell.add_tenant("gone", active=False)
    key_id, secret = world.cell.add_key(tenant)
    stranger.handshake("PLAIN")
    answer = stranger.authenticate(f"\0{key_id}\0{secret}".encode())
    assert answer.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED


def test_unsupported_mechanism_gets_the_list_and_the_end(stranger):
    answer = stranger.handshake("GSSAPI")
    assert answer.error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM
    assert sorted(answer.mechanisms) == ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
    assert stranger.is_closed_by_broker()


def test_handshake_0_is_followed_by_bare_tokens(world, stranger, topic):
    assert stranger.handshake("PLAIN", version=0).error_code == 0
    stranger.send_frame(f"\0{world.key[0]}\0{world.key[1]}".encode())
    assert stranger.receive_frame() == b""
    assert stranger.produce(topic.name, batch(b"v")).error_code == 0


def test_a_wrong_bare_token_closes(world, stranger):
    stranger.handshake("PLAIN", version=0)
    stranger.send_frame(f"\0{world.key[0]}\0wrong".encode())
    assert stranger.is_closed_by_broker()


def test_authenticate_needs_a_handshake(stranger):
    answer = stranger.authenticate(b"\0a\0b")
    assert answer.error_code == ErrorCode.ILLEGAL_SASL_STATE


def test_a_handshake_right_after_the_login_is_refused(world, stranger):
    stranger.log_in(world.key)
    assert stranger.handshake("PLAIN").error_code == ErrorCode.ILLEGAL_SASL_STATE


def test_the_edge_logs_in_with_its_token(world, edge, topic):
    assert edge.log_in_as_edge(world.tenant.id).error_code == 0
    assert edge.produce(topic.name, batch(b"v")).error_code == 0


def test_a_token_has_only_its_scopes(world, edge, topic):
    edge.log_in_as_edge(world.tenant.id, scopes=["read"])
    row = edge.produce(topic.name, batch(b"v"))
    assert row.error_code == ErrorCode.TOPIC_AUTHORIZATION_FAILED
    assert edge.fetch(topic.name, 0).error_code == 0


@pytest.mark.parametrize(
    "claims",
    [{"iss": "someone"}, {"aud": "else"}, {"exp": int(time.time()) + 3600}, {"tenant": "nobody"},
     {"iat": 1, "exp": 60}, {"scopes": ["all"]}, {"scopes": "read"}, {"sub": ""},
     {"iat": int(time.time()) + 86_400, "exp": int(time.time()) + 86_430},
     {"signed_by": Ed25519PrivateKey.generate()}],
)  # fmt: skip
def test_bad_edge_tokens_are_refused(world, edge, claims):
    answer = edge.log_in_as_edge(world.tenant.id, **claims)
    assert answer.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED


def test_an_unsigned_token_is_refused(world, edge):
    import jwt

    claims = jwt.decode(
        edge_token(world.tenant.id).split(b"Bearer ")[1].rstrip(b"\x01"),
        options={"verify_signature": False},
    )
    token = jwt.encode(claims, None, algorithm="none")
    edge.handshake("OAUTHBEARER")
    answer = edge.authenticate(f"n,,\x01auth=Bearer {token}\x01\x01".encode())
    assert answer.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED


def test_each_listener_has_its_own_mechanisms(stranger, edge):
    assert stranger.handshake("OAUTHBEARER").error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM
    assert edge.handshake("PLAIN").error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM


def test_whoever_does_not_log_in_is_cut(world, monkeypatch):
    monkeypatch.setattr(connection, "LOGIN_SECONDS_MAX", 0.2)
    with RawClient(world.node.port) as client:
        client.api_versions()
        assert client.is_closed_by_broker()


def test_a_revoked_key_is_cut_off_within_5_seconds(world):
    key = world.cell.add_key(world.tenant)
    with RawClient(world.node.port) as client, world.connect() as other:
        client.log_in(key)
        began = time.monotonic()
        world.cell.revoke_key(key[0])
        assert client.is_closed_by_broker()
        assert time.monotonic() - began < 5
        assert other.metadata().brokers


def test_a_key_that_ends_is_cut_off_within_5_seconds(world):
    """Its own end, and one that it was given while a session was open: a rotation's overlap."""
    soon = int(time.time() * 1000) + 3_000  # All log in before.
    ending = world.cell.add_key(world.tenant, expires_at_ms=soon)
    exchanged, successor = (world.cell.add_key(world.tenant) for _ in range(2))
    with ExitStack() as stack:
        clients = [
            stack.enter_context(RawClient(world.node.port)).log_in(key)
            for key in (ending, exchanged, successor)
        ]
        world.cell.expire_key(exchanged[0], soon)
        assert clients[1].metadata().brokers, "both keys are good until then"
        for client in clients[:2]:
            assert client.is_closed_by_broker()
        assert time.time() * 1000 < soon + 5_000
        assert clients[2].metadata().brokers


def test_a_tenant_made_inactive_is_cut_off(world):
    from dataclasses import replace

    tenant = world.cell.add_tenant("soon")
    with RawClient(world.node.port) as client:
        client.log_in(world.cell.add_key(tenant))
        world.cell.put_tenant(replace(tenant, active=False))
        assert client.is_closed_by_broker()


def test_connections_per_tenant_are_capped(tmp_path):
    from dataclasses import replace

    cell = MemoryCell()
    full, free = cell.add_tenant("full"), cell.add_tenant("free")
    cell.put_tenant(replace(full, limits={"connections": 2}))
    full_key, free_key = cell.add_key(full), cell.add_key(free)
    with running(cell, node_config(tmp_path / "volume")) as node:
        kept = [RawClient(node.port).log_in(full_key) for _ in range(2)]
        with RawClient(node.port) as third:
            third.handshake("PLAIN")
            third.send(ApiKey.SASL_AUTHENTICATE, 1, _plain(full_key))
            assert third.is_closed_by_broker()
        with RawClient(node.port) as other:
            other.log_in(free_key)
        kept[0].socket.close()
        wait_until(lambda: node.node.metrics.tenant(full.id).connections == 1, "noticing the close")
        with RawClient(node.port) as again:
            again.log_in(full_key)
        kept[1].socket.close()


def _plain(key):
    from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest

    return SaslAuthenticateRequest(f"\0{key[0]}\0{key[1]}".encode())


def log_in_again(client, key, *, version=1):
    assert client.handshake("PLAIN").error_code == 0
    return client.authenticate(b"\0" + "\0".join(key).encode(), version)


@pytest.fixture
def impatient(monkeypatch):
    """Who may authenticate again at once."""
    monkeypatch.setattr(sasl_handshake, "REAUTHENTICATION_SECONDS", 0)


def test_connections_of_all_together_are_capped(world, monkeypatch):
    with RawClient(world.node.port) as served:
        served.api_versions()
        monkeypatch.setattr(listener, "CONNECTIONS_MAX", 0)
        with RawClient(world.node.port) as one_more:
            assert one_more.is_closed_by_broker()
        served.api_versions()


def test_a_session_is_authenticated_again_and_goes_on(world, stranger, topic, impatient):
    stranger.log_in(world.key)
    assert log_in_again(stranger, world.key).error_code == 0
    assert stranger.produce(topic.name, batch(b"v")).error_code == 0
    connections = world.node.node.metrics.tenant(world.tenant.id).connections
    assert log_in_again(stranger, world.key).error_code == 0
    assert world.node.node.metrics.tenant(world.tenant.id).connections == connections


def test_it_may_show_another_key_of_its_principal(world, impatient):
    keys = [world.cell.add_key(world.tenant, principal="User:app") for _ in range(2)]
    with RawClient(world.node.port) as client:
        client.log_in(keys[0])
        assert log_in_again(client, keys[1]).error_code == 0
        number = world.node.node.image.number
        world.cell.revoke_key(keys[0][0])
        wait_until(lambda: world.node.node.image.number > number, "hearing of the revocation")
        assert client.metadata().brokers
        world.cell.revoke_key(keys[1][0])
        assert client.is_closed_by_broker()


@pytest.mark.parametrize("whose", ["tenant", "principal", "secret"])
def test_it_goes_on_as_nobody_else(world, impatient, whose):
    other = world.cell.add_tenant("other") if whose == "tenant" else world.tenant
    key = world.cell.add_key(other, principal="User:app" if whose == "principal" else "User:x")
    if whose == "secret":
        key = (key[0], "wrong")
    with RawClient(world.node.port) as client:
        client.log_in(world.cell.add_key(world.tenant, principal="User:x"))
        assert log_in_again(client, key).error_code == ErrorCode.SASL_AUTHENTICATION_FAILED
        assert client.is_closed_by_broker()


def test_it_keeps_its_mechanism(world, stranger, impatient):
    stranger.log_in(world.key)
    answer = stranger.handshake("SCRAM-SHA-256")
    assert answer.error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM
    assert stranger.is_closed_by_broker()


def test_nothing_but_the_login_is_taken_once_it_has_begun(world, stranger, impatient):
    stranger.log_in(world.key)
    assert stranger.handshake("PLAIN").error_code == 0
    stranger.send(ApiKey.METADATA, 5, MetadataRequest(None, False))
    assert stranger.is_closed_by_broker()


def test_a_key_that_ends_tells_how_long_the_session_may_go_on(world, stranger):
    ends = int(time.time() * 1000) + 60_000
    key = world.cell.add_key(world.tenant, expires_at_ms=ends)
    lifetime_ms = log_in_again(stranger, key).session_lifetime_ms
    assert 50_000 < lifetime_ms <= 60_000
    with RawClient(world.node.port) as client:
        assert log_in_again(client, world.key).session_lifetime_ms == 0


def test_a_session_that_has_ended_takes_nothing_but_a_login(tmp_path, impatient):
    cell = MemoryCell()
    key = cell.add_key(cell.add_tenant("acme"))
    config = node_config(tmp_path / "volume", session_lifetime_ms=300)
    with (
        running(cell, config) as node,
        RawClient(node.port) as late,
        RawClient(node.port) as client,
    ):
        for each in (late, client):
            assert log_in_again(each, key).session_lifetime_ms == 300
        dispatcher = node.node.external.dispatcher
        wait_until(
            lambda: all(c.start == dispatcher.start_login for c in node.node.external.connections),
            "the end of the sessions",
        )
        assert log_in_again(client, key).error_code == 0
        assert client.metadata().brokers
        late.send(ApiKey.METADATA, 5, MetadataRequest(None, False))
        assert late.is_closed_by_broker()


def code_of_login(world, key, source="127.0.0.1"):
    with RawClient(world.node.port, source=source) as client:
        assert client.handshake("PLAIN").error_code == 0
        return client.authenticate(b"\0" + "\0".join(key).encode()).error_code


def test_who_guesses_locks_out_nobody_else(world, monkeypatch):
    monkeypatch.setattr(sasl_authenticate, "AUTHENTICATION_DELAY_SECONDS", 0)
    key, neighbour = (world.cell.add_key(world.tenant) for _ in range(2))
    refused = ErrorCode.SASL_AUTHENTICATION_FAILED
    for _ in range(10):
        assert code_of_login(world, (key[0], "wrong"), "127.0.0.9") == refused
    assert code_of_login(world, key, "127.0.0.9") == refused, "not looked at from there now"
    assert code_of_login(world, key, "127.0.0.8") == 0
    assert code_of_login(world, neighbour, "127.0.0.9") == 0


def test_a_flood_of_unknown_keys_asks_the_metadata_store_nothing(world, monkeypatch):
    monkeypatch.setattr(sasl_authenticate, "AUTHENTICATION_DELAY_SECONDS", 0)
    now_ms = world.node.node.clock.monotonic_ms() + 60_000
    for number in range(120):
        world.node.node.failed_logins.failed("127.0.0.7", f"HW{number}", now_ms)
    asked = []
    monkeypatch.setattr(world.node.node.metadata, "catch_up", lambda: asked.append(1))
    refused = ErrorCode.SASL_AUTHENTICATION_FAILED
    assert code_of_login(world, ("HWUNKNOWN", "secret"), "127.0.0.7") == refused
    assert asked == []
    assert code_of_login(world, world.key, "127.0.0.7") == 0


def test_of_those_who_do_not_log_in_the_oldest_gives_way(world, monkeypatch):
    monkeypatch.setattr(listener, "LOGINS_PER_ADDRESS_MAX", 2)
    source = "127.0.0.6"
    with RawClient(world.node.port, source=source) as logged_in:
        logged_in.log_in(world.key)
        silent = [RawClient(world.node.port, source=source) for _ in range(2)]
        for client in silent:
            client.api_versions()
        with RawClient(world.node.port, source=source) as newest:
            newest.log_in(world.key)
            assert silent[0].is_closed_by_broker()
            silent[1].api_versions()
            assert newest.metadata().brokers
        assert logged_in.metadata().brokers
        for client in silent:
            client.socket.close()
