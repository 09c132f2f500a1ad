"""Connections over TLS that never finish their handshake."""

import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from brokers.node.config import TlsFiles
from brokers.node.tls import FollowedCertificate
from streaming import http_door, tls_server
from streaming.cell import tls
from tests.apps.cell.web_server import serving

CLIENT_HELLO_BEGINS = b"\x16\x03\x01\x02\x00\x01"


async def application(scope, _receive, send):
    assert scope["scheme"] == "https"
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def folder(tmp_path):
    tls.ensure(tmp_path, "localhost", datetime.now(UTC))
    return tmp_path


@pytest.fixture
def port(folder, monkeypatch):
    monkeypatch.setattr(http_door, "SWEEP_SECONDS", 0.02)
    files = TlsFiles(folder / "server.pem", folder / "server.key")
    with serving(application, FollowedCertificate(files).context) as port:
        yield port


@contextmanager
def connection(port):
    with socket.create_connection(("127.0.0.1", port), 10) as connected:
        yield connected


def is_ended(connected):
    try:
        return connected.recv(4096) == b""
    except ConnectionResetError:
        return True


def status(port, folder):
    """What a request over TLS is answered."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    with (
        connection(port) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        heard = b""
        while piece := secured.recv(4096):
            heard += piece
    assert heard.endswith(b"ok"), heard
    return heard[:12]


@pytest.mark.parametrize("said", [b"", CLIENT_HELLO_BEGINS], ids=["silent", "half said"])
def test_one_that_does_not_end_is_cut(port, monkeypatch, said):
    monkeypatch.setattr(tls_server, "HEAD_SECONDS_MAX", 0.05)
    with connection(port) as stranger:
        stranger.sendall(said)
        assert is_ended(stranger)


def test_of_those_of_an_address_the_oldest_gives_way(port, folder, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_PER_ADDRESS_MAX", 2)
    with connection(port) as oldest, connection(port) as other:
        assert status(port, folder) == b"HTTP/1.1 200"
        assert is_ended(oldest)
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_each_is_counted_once_and_none_that_has_ended(port, folder, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_MAX", 1)
    for _ in range(3):
        with connection(port) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while not is_ended(plain):
                pass
        with connection(port):
            pass
        assert status(port, folder) == b"HTTP/1.1 200"


def test_where_nobody_gives_way_the_one_that_comes_is_cut(port, folder, monkeypatch):
    monkeypatch.setattr(http_door, "CONNECTIONS_MAX", 0)
    with connection(port) as stranger:
        assert is_ended(stranger)
    monkeypatch.setattr(http_door, "CONNECTIONS_MAX", 1)
    assert status(port, folder) == b"HTTP/1.1 200"
