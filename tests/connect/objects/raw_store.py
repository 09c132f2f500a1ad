"""The other end of a request that creates an object: a store, one step at a time."""

import socket
import tempfile
from threading import Event

from connect.connectors.backoff import Backoff
from connect.connectors.objects.s3_creation import Created, S3Creation
from connect.connectors.objects.s3_signing import Signer
from connect.spi.egress import Address
from tests.connect.harness import OpenEgress

PATIENCE_S = 30
SIGNER = Signer("key", "secret", "nowhere")
MADE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Loopback(OpenEgress):
    def resolve(self, host, port):
        return [Address("127.0.0.1", port)]


class Store:
    """The other end, one step at a time."""

    def __init__(self, ip="127.0.0.1", port=0):
        self.listener = socket.create_server((ip, port))
        self.listener.settimeout(PATIENCE_S)
        self.port = self.listener.getsockname()[1]

    def accepted(self, tls=None):
        end, _ = self.listener.accept()
        end.settimeout(PATIENCE_S)
        return tls.wrap_socket(end, server_side=True) if tls else end


def creation(store, scheme="http", host="127.0.0.1", signs=True, egress=None, **more):
    """``more`` is what its constructor has beside; the bucket is empty unless it says so."""
    told = {"is_there": lambda path: False, "stopping": Event(), "backoff": Backoff(1), **more}
    return S3Creation(
        f"{scheme}://{host}:{store.port}", "bucket", told.pop("signer", SIGNER),
        egress or Loopback(), signs_content=signs, **told,
    )  # fmt: skip


def at_once():
    """A turn that has come."""


def create(by, data, turn=at_once, path="a/b.json"):
    """Whether there was none."""
    return created(by, data, turn, path) is not Created.NOT


def created(by, data, turn=at_once, path="a/b.json"):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return by.create(path, file, len(data), {"headwater-last-offset": "7"}, turn)


def head(end):
    """The request's first line and its headers; not a byte more is taken."""
    taken = b""
    while not taken.endswith(b"\r\n\r\n"):
        piece = end.recv(1)
        assert piece, "it hung up"
        taken += piece
    first, *lines = taken.decode().split("\r\n")[:-2]
    return first, dict(line.split(": ", 1) for line in lines)


def read(end, count):
    taken = b""
    while len(taken) < count and (piece := end.recv(count - len(taken))):
        taken += piece
    return taken
