"""A way to one target for clients that resolve names by themselves: a proxy on loopback.

Object stores are reached through Rust's HTTP client, which cannot be told an address for a name. It
can be told a proxy: this one connects to the address that the egress has checked, at each
connection anew, and to nothing else, whatever it is asked for. TLS goes through it from end to end.
"""

import socket
import threading
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Final

from connect.spi.egress import Egress
from connect.spi.errors import ConnectError

HEAD_BYTES_MAX: Final = 64 * 1024
CONNECT_SECONDS: Final = 10.0
PIECE_BYTES: Final = 256 * 1024
_ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSED: Final = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class PinnedProxy:
    """Until ``close``; threads of its own."""

    def __init__(self, egress: Egress, host: str, port: int) -> None:
        self._egress, self._host, self._port = egress, host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True, name="egress proxy").start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        # Closing alone does not wake a thread that waits in accept.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = _head(client)
            if head is None:
                return
            try:
                target = self._connected()
            except (ConnectError, OSError):
                client.sendall(_REFUSED)
                return
            with target:
                if head.startswith(b"CONNECT "):
                    client.sendall(_ESTABLISHED)
                else:
                    target.sendall(head)
                _splice(client, target)

    def _connected(self) -> socket.socket:
        address = self._egress.resolve(self._host, self._port)[0]
        made = socket.create_connection((address.ip, address.port), timeout=CONNECT_SECONDS)
        made.settimeout(None)
        return made


def _head(client: socket.socket) -> bytes | None:
    """The first request's head and what came with it; None when there is no whole one."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(PIECE_BYTES)
        if not piece or len(head) > HEAD_BYTES_MAX:
            return None
        head += piece
    return head


def _splice(client: socket.socket, target: socket.socket) -> None:
    """Both ways, until either ends."""
    other = {client: target, target: client}
    with DefaultSelector() as selector:
        for each in other:
            selector.register(each, EVENT_READ)
        while True:
            for key, _ in selector.select():
                source = client if key.fileobj is client else target
                piece = source.recv(PIECE_BYTES)
                if not piece:
                    return
                other[source].sendall(piece)
