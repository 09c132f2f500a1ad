"""A way to one target for clients that resolve names by themselves: a proxy on loopback.

Object stores are reached through Rust's HTTP client, which cannot be told an address for a name. It
can be told a proxy: this one connects to an address that the egress has checked, at each connection
anew, and to nothing else, whatever it is asked for. TLS goes through it from end to end.

Nor can that client be told how much of an answer to take into memory, or when to give up a server
that always has a little more to say. Here it can: of a connection only so many bytes are passed on,
and ``within`` ends all of them after a while.
"""

import fcntl
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Final

from connect.connectors.overdue import overdue
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


class Cut(Enum):
    """Why connections were ended from here."""

    SIZE = "size"
    TIME = "time"


class PinnedProxy:
    """Until ``close``; threads of its own."""

    def __init__(self, egress: Egress, host: str, port: int, bytes_max: int | None = None) -> None:
        """``bytes_max``: of what a connection brings at most; None where its user counts."""
        self._egress, self._host, self._port = egress, host, port
        self._bytes_max = bytes_max
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.cut: Cut | None = None
        """Since ``within`` began: why a connection was ended, None for none that was."""
        self._is_over = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True, name="egress proxy").start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A block for which there are connections for so long, and then none. One at a time."""
        with self._lock:
            self.cut = None
        try:
            with overdue(seconds, self._hang_up):
                yield
        finally:
            with self._lock:
                self._is_over = False

    def _hang_up(self) -> None:
        with self._lock:
            self._is_over, self.cut = True, Cut.TIME
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

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
            with target, self._counted(target) as is_wanted:
                if not is_wanted:
                    client.sendall(_REFUSED)
                    return
                if head.startswith(b"CONNECT "):
                    client.sendall(_ESTABLISHED)
                else:
                    target.sendall(head)
                self._splice(client, target)

    @contextmanager
    def _counted(self, target: socket.socket) -> Iterator[bool]:
        """While it is among those that ``within`` ends; whether it may begin."""
        with self._lock:
            is_wanted = not self._is_over
            if is_wanted:
                self._open.add(target)
        try:
            yield is_wanted
        finally:
            with self._lock:
                self._open.discard(target)

    def _splice(self, client: socket.socket, target: socket.socket) -> None:
        """Both ways, until either ends."""
        back = threading.Thread(target=self._pass_back, args=(target, client), daemon=True)
        back.start()
        _pass_on(client, target, None)
        back.join()

    def _pass_back(self, target: socket.socket, client: socket.socket) -> None:
        if not _pass_on(target, client, self._bytes_max):
            with self._lock:
                self.cut = self.cut or Cut.SIZE

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


def _pass_on(source: socket.socket, target: socket.socket, bytes_max: int | None) -> bool:
    """All of it, or so many bytes; whether that was all. In the end neither is of use, and whoever
    waits for one of them hears of it."""
    is_all = True
    with suppress(OSError):
        pass_on = _pass_on_uncopied if sys.platform == "linux" else _pass_on_copied
        is_all = pass_on(source, target, bytes_max)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
    return is_all


def _pass_on_uncopied(source: socket.socket, target: socket.socket, bytes_max: int | None) -> bool:
    """By way of a pipe, which only moves the kernel's pages (splice(2)): a quarter of all that an
    upload takes of the CPU."""
    taken = 0
    out, into = os.pipe()
    try:
        with suppress(PermissionError):  # Its user has many large ones: 64 KiB at a time then.
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, PIECE_BYTES)
        while count := os.splice(source.fileno(), into, PIECE_BYTES):
            taken += count
            if bytes_max is not None and taken > bytes_max:
                return False
            while count:
                count -= os.splice(out, target.fileno(), count)
    finally:
        os.close(out)
        os.close(into)
    return True


def _pass_on_copied(source: socket.socket, target: socket.socket, bytes_max: int | None) -> bool:
    taken = 0
    piece = memoryview(bytearray(PIECE_BYTES))
    while count := source.recv_into(piece):
        taken += count
        if bytes_max is not None and taken > bytes_max:
            return False
        target.sendall(piece[:count])
    return True
