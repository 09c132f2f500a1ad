"""A way to one target for clients that resolve names by themselves: a proxy on loopback.

Object stores are reached through Rust's HTTP client, which cannot be told an address for a name. It
can be told a proxy: this one connects to an address that the egress has checked, at each connection
anew, and to nothing else, whatever it is asked for. TLS goes through it from end to end.
"""

import fcntl
import os
import socket
import sys
import threading
from contextlib import suppress
from typing import Final

from connect.connectors.pinned_connection import connected
from connect.spi.egress import Egress
from connect.spi.errors import ConnectError

HEAD_BYTES_MAX: Final = 64 * 1024
CONNECT_SECONDS: Final = 10.0
PIECE_BYTES: Final = 1024 * 1024
"""Passed on at a time, at most, and as large as a pipe may be. After each the thread waits for
Python's lock, often for longer than the piece took; what comes in meanwhile goes on together."""
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
        made = connected(self._egress, self._host, self._port, CONNECT_SECONDS)
        made.settimeout(None)
        return made


def _head(client: socket.socket) -> bytes | None:
    """The first request's head and what came with it; None when there is no whole one."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(HEAD_BYTES_MAX)
        if not piece or len(head) > HEAD_BYTES_MAX:
            return None
        head += piece
    return head


def _splice(client: socket.socket, target: socket.socket) -> None:
    """Both ways, until either ends."""
    back = threading.Thread(target=_pass_on, args=(target, client), daemon=True)
    back.start()
    _pass_on(client, target)
    back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """All of it. In the end neither is of use, and whoever waits for one of them hears of it."""
    with suppress(OSError):
        if sys.platform == "linux":
            _pass_on_uncopied(source, target)
        else:
            _pass_on_copied(source, target)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _pass_on_uncopied(source: socket.socket, target: socket.socket) -> None:
    """By way of a pipe, which only moves the kernel's pages (splice(2)): a quarter of all that an
    upload takes of the CPU."""
    out, into = os.pipe()
    try:
        with suppress(PermissionError):  # Its user has many large ones: 64 KiB at a time then.
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIECE_BYTES)
        while count := os.splice(source.fileno(), into, PIECE_BYTES):
            while count:
                count -= os.splice(out, target.fileno(), count)
    finally:
        os.close(out)
        os.close(into)


def _pass_on_copied(source: socket.socket, target: socket.socket) -> None:
    piece = memoryview(bytearray(PIECE_BYTES))
    while count := source.recv_into(piece):
        target.sendall(piece[:count])
