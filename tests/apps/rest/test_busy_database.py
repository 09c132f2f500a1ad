"""Requests while others have all of the web process's connections to PostgreSQL."""

import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

from streaming.access import key_caller
from streaming.access.errors import NotAuthenticated
from streaming.api import hashing, session
from streaming.postgresql import turns
from streaming.postgresql.room import Party
from streaming.postgresql.turn_queue import TurnQueue
from streaming.rest import settled as settled_module
from tenants import scope, transactions
from tenants.models import ApiKey
from tests.apps.edge_service import PASSWORD, wait_for

RECORD = {"value": {"type": "STRING", "data": "hello"}}


@pytest.fixture
def two_turns(monkeypatch):
    monkeypatch.setattr(turns, "_queue", TurnQueue(2, 80))
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.2)
    return turns._queue


def taken(queue):
    """Turns that others have: all that are free."""
    held = []
    while queue.free:
        held.append(queue.ask(Party(f"other {len(held)}", is_stranger=False)))
    return held


@pytest.fixture
def none_is_free(two_turns):
    return taken(two_turns)


def test_they_are_asked_to_come_again(edge, tenant, none_is_free):
    with edge.client(tenant.administrator) as client:
        answer = client.get(f"{tenant.path}/topics")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["error_code"] == 50003
    assert "busy" in answer.json()["message"]


def test_a_page_and_a_session_say_so_too(edge, tenant, two_turns):
    with edge.signed_in(edge.person(tenant, "viewer")) as client:
        wait_for(lambda: two_turns.free == 2, "what came before ends")
        taken(two_turns)
        for path in ("/admin/login/", "/api/v1/session"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), path


def test_a_key_is_not_believed_for_what_it_was_before(edge, tenant, two_turns, monkeypatch):
    """As it is while the database is away, when nothing can have been revoked."""
    monkeypatch.setattr(key_caller._cache, "fresh", lambda *_: None)
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200
        wait_for(lambda: two_turns.free == 2, "what came before ends")
        taken(two_turns)
        assert client.get(f"{tenant.path}/topics").status_code == 503


def test_records_and_sockets_go_on(edge, two_turns):
    """None of this waits for requests: the keys of both are looked up by one thread."""
    tenant = edge.tenant()
    topic = edge.topic(tenant)
    wait_for(lambda: two_turns.free == 2, "its making ends")
    taken(two_turns)
    with edge.client(tenant.administrator) as client:
        answer = client.post(f"{tenant.path}/topics/{topic}/records", json=RECORD)
    assert answer.status_code == 200, answer.text
    with edge.socket(f"/ws/v1/topics/{topic}?cluster_id={tenant.cluster_id}", tenant.administrator):
        pass


def test_of_many_at_once_each_is_answered_and_no_turn_is_lost(edge, tenant, two_turns, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 30)
    with edge.signed_in(edge.person(tenant, "viewer")) as client, ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: client.get("/api/v1/session").status_code, range(60)))
    assert statuses == [200] * 60
    wait_for(lambda: two_turns.free == 2, "each turn ends")


def test_who_leaves_before_the_answer_leaves_no_turn_behind(edge, tenant, two_turns, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 30)
    address = urlsplit(edge.url)
    basic = httpx.BasicAuth(*tenant.administrator)._auth_header
    asked = (
        f"GET {tenant.path}/topics HTTP/1.1\r\nHost: localhost\r\nAuthorization: {basic}\r\n\r\n"
    )
    for _ in range(12):
        with socket.create_connection((address.hostname, address.port)) as leaving:
            leaving.sendall(asked.encode())
    # It comes after them: when it is answered, all of them have begun.
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200
    wait_for(lambda: two_turns.free == 2, "each turn ends")


def test_a_write_that_waits_for_brokers_keeps_no_turn(edge, tenant, two_turns, monkeypatch):
    free = []

    async def settled(_identity):
        free.append(two_turns.free)

    monkeypatch.setattr(settled_module, "settled", settled)
    edge.topic(tenant)
    assert free == [2]


def test_a_password_that_waits_to_be_hashed_keeps_no_turn(edge, tenant, two_turns, monkeypatch):
    free = []

    class Room:
        def acquire(self, timeout):
            free.append(two_turns.free)
            return True

        def release(self):
            pass

    with edge.signed_in(edge.person(tenant, "viewer")) as client:
        monkeypatch.setattr(hashing, "_hashing", Room())
        wait_for(lambda: two_turns.free == 2, "its sign-in ends")
        passwords = {"current": PASSWORD, "new": f"another {PASSWORD}"}
        answer = client.put("/api/v1/session/password", json=passwords)
    assert answer.is_success, answer.text
    assert free == [2]


@pytest.fixture
def four_turns(monkeypatch):
    """A turn lasts as long as a test has its work wait for something."""
    monkeypatch.setattr(turns, "_queue", TurnQueue(4, 40))
    monkeypatch.setattr(turns, "TURN_SECONDS", 600)
    monkeypatch.setattr(transactions, "WAIT", "600s")
    return turns._queue


@contextmanager
def sent(edge, request, credentials=None, header=""):
    """A connection on which the request was sent; nobody has read its answer."""
    if credentials is not None:
        header = f"Authorization: {httpx.BasicAuth(*credentials)._auth_header}"
    address = urlsplit(edge.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        client.settimeout(30)
        client.sendall(f"{request} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
        yield client


@contextmanager
def slow_flood(edge, tenant, requests):
    """That many requests of a tenant, each of which waits for a row that this test has locked."""
    with edge.client(tenant.administrator) as client:
        assert client.get(f"{tenant.path}/topics").status_code == 200, "it is known from now on"
    key_id, _secret = tenant.service
    request = f"DELETE /api/v1/tenants/{tenant.name}/api-keys/{key_id}"
    with scope.tenant(tenant.id), ExitStack() as flood:
        ApiKey.objects.select_for_update().get(key_id=key_id)
        yield [
            flood.enter_context(sent(edge, request, tenant.administrator)) for _ in range(requests)
        ]


def readable(connections):
    return select.select(connections, [], [], 0)[0]


def test_one_tenants_flood_of_slow_requests_keeps_nobody_else_out(edge, four_turns):
    flooding, other = edge.tenant(), edge.tenant()
    with slow_flood(edge, flooding, 60) as flood, edge.client(other.administrator) as client:
        wait_for(lambda: (four_turns.free, four_turns.waiting) == (2, 20), "two have a turn")
        wait_for(lambda: len(readable(flood)) == 38, "there is no place for the rest of them")
        for refused in readable(flood):
            head = refused.recv(4096).lower()
            assert head.startswith(b"http/1.1 503"), head
            assert b"retry-after: 1" in head, head
        for _ in range(10):
            assert client.get(f"{other.path}/topics").status_code == 200
            assert client.get(f"/api/v1/tenants/{other.name}/api-keys").status_code == 200
        assert client.post(f"{other.path}/topics", json={"topic_name": "t"}).status_code == 201
    wait_for(lambda: (four_turns.free, four_turns.waiting) == (4, 0), "each turn ends")


def test_who_leaves_the_line_makes_place_in_it_at_once(edge, four_turns):
    flooding = edge.tenant()
    with slow_flood(edge, flooding, 22) as flood:
        wait_for(lambda: (four_turns.free, four_turns.waiting) == (2, 20), "all are there")
        for leaving in flood:
            leaving.close()
        wait_for(lambda: four_turns.waiting == 0, "nobody waits")
        assert four_turns.free == 2, "what two have begun goes on"
    wait_for(lambda: four_turns.free == 4, "each turn ends")


def test_a_flood_of_nobody_keeps_no_tenant_out(edge, tenant, four_turns, monkeypatch):
    may_end = threading.Event()

    def slow(_request):
        connection.ensure_connection()
        may_end.wait(60)
        raise NotAuthenticated("nobody")

    monkeypatch.setattr(session, "caller_of_session", slow)
    with edge.client(tenant.administrator) as client, ExitStack() as flood:
        assert client.get(f"{tenant.path}/topics").status_code == 200
        for _ in range(15):
            flood.enter_context(sent(edge, "GET /api/v1/session", header="Cookie: a=b"))
        wait_for(lambda: (four_turns.free, four_turns.waiting) == (2, 13), "strangers have half")
        for _ in range(10):
            assert client.get(f"{tenant.path}/topics").status_code == 200
        may_end.set()
        wait_for(lambda: four_turns.waiting == 0, "they are answered")
    wait_for(lambda: four_turns.free == 4, "each turn ends")


def test_a_fault_of_ours_leaves_no_turn_behind(edge, tenant, four_turns, monkeypatch):
    def broken(_request):
        connection.ensure_connection()
        raise RuntimeError("a fault")

    monkeypatch.setattr(session, "caller_of_session", broken)
    with edge.client() as client:
        assert [client.get("/api/v1/session").status_code for _ in range(6)] == [500] * 6
    wait_for(lambda: four_turns.free == 4, "each turn ends")
