"""The web process's own part: TLS that follows its files, and sockets that are pinged."""

import os
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from brokers.node.config import TlsFiles
from brokers.node.tls import FollowedCertificate
from streaming import web
from streaming.cell import tls
from streaming.cell.program import CHECKOUT
from tests.apps.cell.web_server import serving


async def no_application(scope, receive, send):
    raise AssertionError("nothing is asked for")


@pytest.fixture
def folder(tmp_path):
    tls.ensure(tmp_path, "localhost", datetime.now(UTC))
    return tmp_path


@pytest.fixture
def port(folder):
    files = TlsFiles(folder / "server.pem", folder / "server.key")
    with serving(no_application, FollowedCertificate(files).context) as port:
        yield port


def shown(port, folder, *, newest=ssl.TLSVersion.TLSv1_3):
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = newest
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.getpeercert(binary_form=True)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_new_certificate_is_served_without_a_restart_and_old_tls_is_not(port, folder):
    first = shown(port, folder)
    (folder / "server.pem").unlink()
    tls.ensure(folder, "localhost", datetime.now(UTC))

    second = shown(port, folder)

    assert first != second == ssl.PEM_cert_to_DER_cert((folder / "server.pem").read_text())
    assert shown(port, folder, newest=ssl.TLSVersion.TLSv1_2) == second
    with pytest.raises(ssl.SSLError):
        shown(port, folder, newest=ssl.TLSVersion.TLSv1_1)


LOADED = """
import sys, threading
from streaming import web
web._loaded()
for each in threading.enumerate():
    if each.name == "views":
        each.join()
before = set(sys.modules)
from django.urls import resolve
resolve("/connect/connectors/any/offsets")
print(sorted(set(sys.modules) - before), "cel" in sys.modules)
"""


def test_views_are_loaded_without_a_request_and_the_filters_language_is_not():
    """In a process of its own: this one has loaded them."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "[] False\n", told.stderr


# --- sockets that say nothing ---------------------------------------------------------------------

PING, CLOSE = b"\x89", b"\x88"


async def socket_at_rest(_scope, receive, send):
    """Says nothing, until the other end has gone."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def test_a_socket_that_answers_no_ping_is_given_up():
    quick = {"ws_ping_interval": 0.05, "ws_ping_timeout": 0.05}
    assert quick.keys() <= web.server_options().keys()
    upgrade = (
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with (
        serving(socket_at_rest, **quick) as port,
        socket.create_connection(("127.0.0.1", port), 10) as dead,
        dead.makefile("rb") as heard,
    ):
        dead.sendall(upgrade.encode())
        while heard.readline() != b"\r\n":
            pass
        assert heard.read(1) == PING
        heard.read(heard.read(1)[0])
        assert heard.read(1) == CLOSE
