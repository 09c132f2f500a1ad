"""Requests while others have all of the web process's connections to PostgreSQL."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from streaming.access import key_caller
from streaming.api import hashing
from streaming.postgresql import turns
from streaming.rest import settled as settled_module
from tests.apps.edge_service import PASSWORD, wait_for

RECORD = {"value": {"type": "STRING", "data": "hello"}}


@pytest.fixture
def two_turns(monkeypatch):
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(2))
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.2)
    return turns._turns


@pytest.fixture
def none_is_free(two_turns):
    for _ in range(2):
        two_turns.acquire()


def test_they_are_asked_to_come_again(edge, tenant, none_is_free):
    with edge.client(tenant.administrator) as client:
        answer = client.get(f"{tenant.path}/topics")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["error_code"] == 50003
    assert "busy" in answer.json()["message"]


def test_a_page_and_a_session_say_so_too(edge, tenant, two_turns):
    with edge.signed_in(edge.person(tenant, "viewer")) as client:
        two_turns.acquire(), two_turns.acquire()
        for path in ("/admin/login/", "/api/v1/session"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), path


def test_a_key_is_not_believed_for_what_it_was_before(edge, tenant, two_turns, monkeypatch):
    """As it is while the database is away, when nothing can have been revoked."""
    monkeypatch.setattr(key_caller._cache, "fresh", lambda *_: None)
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200
        two_turns.acquire(), two_turns.acquire()
        assert client.get(f"{tenant.path}/topics").status_code == 503


def test_records_and_sockets_go_on(edge, none_is_free):
    """None of this waits for requests: the keys of both are looked up by one thread."""
    tenant = edge.tenant()
    rows = edge.client(tenant.administrator)
    turns._turns.release()
    topic = edge.topic(tenant)
    turns._turns.acquire()
    with rows as client:
        answer = client.post(f"{tenant.path}/topics/{topic}/records", json=RECORD)
    assert answer.status_code == 200, answer.text
    with edge.socket(f"/ws/v1/topics/{topic}?cluster_id={tenant.cluster_id}", tenant.administrator):
        pass


def test_of_many_at_once_each_is_answered_and_no_turn_is_lost(edge, tenant, two_turns, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 30)
    with edge.signed_in(edge.person(tenant, "viewer")) as client, ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: client.get("/api/v1/session").status_code, range(60)))
    assert statuses == [200] * 60
    wait_for(lambda: two_turns._value == 2, "each turn ends")


def test_who_leaves_before_the_answer_leaves_no_turn_behind(edge, tenant, two_turns):
    address = urlsplit(edge.url)
    basic = httpx.BasicAuth(*tenant.administrator)._auth_header
    asked = (
        f"GET {tenant.path}/topics HTTP/1.1\r\nHost: localhost\r\nAuthorization: {basic}\r\n\r\n"
    )
    for _ in range(12):
        with socket.create_connection((address.hostname, address.port)) as leaving:
            leaving.sendall(asked.encode())
    wait_for(lambda: two_turns._value == 2, "each turn ends")
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200


def test_a_write_that_waits_for_brokers_keeps_no_turn(edge, tenant, two_turns, monkeypatch):
    free = []

    async def settled(_identity):
        free.append(two_turns._value)

    monkeypatch.setattr(settled_module, "settled", settled)
    edge.topic(tenant)
    assert free == [2]


def test_a_password_that_waits_to_be_hashed_keeps_no_turn(edge, tenant, two_turns, monkeypatch):
    free = []

    class Room:
        def acquire(self, timeout):
            free.append(two_turns._value)
            return True

        def release(self):
            pass

    with edge.signed_in(edge.person(tenant, "viewer")) as client:
        monkeypatch.setattr(hashing, "_hashing", Room())
        wait_for(lambda: two_turns._value == 2, "its sign-in ends")
        passwords = {"current": PASSWORD, "new": f"another {PASSWORD}"}
        answer = client.put("/api/v1/session/password", json=passwords)
    assert answer.is_success, answer.text
    assert free == [2]
