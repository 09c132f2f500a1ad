"""Connections over HTTP that owe the rest of a request, and too many of them."""

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest

from streaming import http_connection, http_door
from tests.apps.cell.floods import is_cut_off
from tests.apps.cell.web_server import serving

GET = b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
PRODUCE = "/kafka/v3/clusters/lkc-1/topics/orders/records"


class Application:
    """Answers with the length of the body; to ``/early`` before that is there; to ``/late`` when
    it is told to."""

    def __init__(self):
        self.late_has_begun = threading.Event()
        self.late_may_end = threading.Event()
        self.early = lambda: None
        """Called before the early answer."""

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        size = 0
        more = scope["path"] != "/early"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            more = message["more_body"]
        if scope["path"] == "/late":
            self.late_has_begun.set()
            await asyncio.to_thread(self.late_may_end.wait, 10)
        if scope["path"] == "/early":
            self.early()
        text = b"%d" % size
        headers = [(b"content-length", b"%d" % len(text))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text})


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def port(application, monkeypatch):
    monkeypatch.setattr(http_door, "SWEEP_SECONDS", 0.02)
    with serving(application) as port:
        yield port


@contextmanager
def connection(port):
    with socket.create_connection(("127.0.0.1", port), 10) as connected:
        yield connected


def answer(connected):
    """The head of an answer, and what came with it."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connected.recv(4096)
        assert piece, heard
        heard += piece
    return heard


def ended(connected):
    """What is said until the connection ends."""
    heard = b""
    try:
        while piece := connected.recv(4096):
            heard += piece
    except ConnectionResetError:
        pass
    return heard


# --- heads ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [b"X-A: " + b"a" * 1000 + b"\r\n", b"a" * 1000],
    ids=["many headers", "one header without an end"],
)
def test_a_head_without_an_end_is_refused(port, piece):
    with connection(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-B: ")
        assert is_cut_off(client, piece)


def test_a_large_head_is_told_that_it_is(port):
    with connection(port) as client:
        client.sendall(b"GET /" + b"a" * (http_connection.HEAD_BYTES_MAX - 4))
        assert ended(client).startswith(b"HTTP/1.1 431 ")


def test_the_largest_head_of_browsers_is_taken(port):
    with connection(port) as client:
        client.sendall(b"GET /a HTTP/1.1\r\nHost: localhost\r\n")
        for _ in range(16):
            client.sendall(b"Cookie: " + b"a" * 1000 + b"\r\n")
        client.sendall(b"\r\n")
        assert answer(client).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("sent", "told"),
    [(b"", b""), (b"GET / HTTP/1.1\r\nHost:", b"HTTP/1.1 408 "), (GET + b"\r\n", b"HTTP/1.1 200 ")],
    ids=["nothing", "half a head", "nothing more but an empty line"],
)
def test_who_sends_no_whole_head_is_cut(port, monkeypatch, sent, told):
    monkeypatch.setattr(http_connection, "HEAD_SECONDS_MAX", 0.5)
    with connection(port) as client:
        client.sendall(sent)
        heard = ended(client)
    assert heard.startswith(told)
    assert bool(heard) == bool(told)


# --- bodies ---------------------------------------------------------------------------------------


def test_a_body_that_does_not_come_is_cut(port, monkeypatch):
    monkeypatch.setattr(http_connection, "BODY_SECONDS_MAX", 0.1)
    with connection(port) as client:
        client.sendall(b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab")
        assert ended(client) == b""


def test_records_may_come_for_as_long_as_they_like(port, monkeypatch):
    monkeypatch.setattr(http_connection, "BODY_SECONDS_MAX", 0.01)
    with connection(port) as client, connection(port) as other:
        client.sendall(
            f"POST {PRODUCE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na".encode()
        )
        # One that began after it is cut, so its time would be over too.
        other.sendall(b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na")
        ended(other)
        client.sendall(b"b")
        assert answer(client).endswith(b"2")


def test_what_follows_an_early_answer_is_not_waited_for(port, application, monkeypatch):
    application.early = lambda: monkeypatch.setattr(http_connection, "HEAD_SECONDS_MAX", 0.1)
    with connection(port) as client:
        client.sendall(b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab")
        assert answer(client).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"c")
        assert ended(client) == b""


def test_requests_that_came_at_once_are_all_answered(port, application, monkeypatch):
    """The later ones wait for longer than a head may take."""
    late = b"GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connection(port) as client:
        client.sendall(late + late + GET)
        assert application.late_has_begun.wait(60)
        monkeypatch.setattr(http_connection, "HEAD_SECONDS_MAX", 0.1)
        with connection(port) as silent:
            assert ended(silent) == b""
        application.late_may_end.set()
        assert ended(client).count(b"HTTP/1.1 200 ") == 3


# --- too many of them -----------------------------------------------------------------------------


def test_of_those_who_owe_a_request_the_oldest_gives_way(port, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_PER_ADDRESS_MAX", 2)
    with connection(port) as silent, connection(port) as half, connection(port) as honest:
        half.sendall(b"GET / HTTP/1.1\r\n")
        assert ended(silent) == b""
        honest.sendall(GET)
        assert answer(honest).startswith(b"HTTP/1.1 200 ")


def test_a_request_under_way_does_not_give_way(port, application, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_MAX", 1)
    with connection(port) as first:
        first.sendall(b"GET /late HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert application.late_has_begun.wait(60)
        with connection(port) as second:
            assert ended(second) == b""
        application.late_may_end.set()
        assert ended(first).startswith(b"HTTP/1.1 200 ")
    with connection(port) as third:
        third.sendall(GET)
        assert answer(third).startswith(b"HTTP/1.1 200 ")


def test_upgraded_ones_are_counted_no_more(port, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_MAX", 1)
    upgrade = (
        "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with connection(port) as first:
        first.sendall(upgrade.encode())
        assert answer(first).startswith(b"HTTP/1.1 101 ")
        monkeypatch.setattr(http_connection, "HEAD_SECONDS_MAX", 0.1)
        with connection(port) as second:
            assert ended(second) == b""
        monkeypatch.setattr(http_connection, "HEAD_SECONDS_MAX", 10)
        with connection(port) as third:
            third.sendall(GET)
            assert answer(third).startswith(b"HTTP/1.1 200 ")
        first.sendall(b"\x88\x80\x00\x00\x00\x00")
        assert ended(first).startswith(b"\x88")
