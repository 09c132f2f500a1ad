"""The way to one target: what goes in comes out, in both directions, until either end has gone."""

import os
import socket
import threading
from contextlib import closing

import pytest

from connect.connectors.objects import pinned_proxy
from connect.connectors.objects.pinned_proxy import PIECE_BYTES, PinnedProxy
from tests.connect.harness import OpenEgress

PATIENCE_S = 30


@pytest.fixture(params=["as here", "as elsewhere"])
def ends(request, monkeypatch):
    """Two sockets: one went through the proxy, the other is the target's."""
    if request.param == "as elsewhere":
        monkeypatch.setattr(pinned_proxy, "_pass_on_uncopied", pinned_proxy._pass_on_copied)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        proxy = PinnedProxy(OpenEgress(), *listener.getsockname())
        host, port = proxy.url.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)), PATIENCE_S)
        client.sendall(b"CONNECT elsewhere.example:443 HTTP/1.1\r\n\r\n")
        target, _ = listener.accept()
        target.settimeout(PATIENCE_S)
        with closing(proxy), client, target:
            assert read(client, 39) == b"HTTP/1.1 200 Connection established\r\n\r\n"
            yield client, target


def read(end, count):
    found = b""
    while len(found) < count and (piece := end.recv(count - len(found))):
        found += piece
    return found


def test_much_goes_both_ways_at_the_same_time(ends):
    sent = [os.urandom(3 * PIECE_BYTES + 1) for _ in ends]
    sending = [
        threading.Thread(target=end.sendall, args=(data,), daemon=True)
        for end, data in zip(ends, sent, strict=True)
    ]
    for thread in sending:
        thread.start()
    client, target = ends
    assert read(target, len(sent[0])) == sent[0]
    assert read(client, len(sent[1])) == sent[1]


@pytest.mark.parametrize("gone", [0, 1])
def test_when_one_end_has_gone_the_other_hears_of_it(ends, gone):
    ends[gone].close()
    assert ends[1 - gone].recv(1) == b""
