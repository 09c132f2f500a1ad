"""Connections to one store, each to an address that the egress has checked; kept for what comes
next. Called from several threads.
"""

import select
import socket
import ssl
import struct
import threading
import time
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

from connect.connectors.pinned_connection import connected
from connect.spi.egress import Egress

CONNECT_S: Final = 10.0
"""For one address of the store's."""
SILENCE_S: Final = 60.0
"""How long a store may take nothing of what is sent, or give no answer."""
KEPT_S: Final = 15.0
"""How long a connection waits for its next object: stores hang up on those that wait for longer."""
_PORTS: Final = {"https": 443, "http": 80}


class S3Connections:
    def __init__(self, endpoint: str, egress: Egress) -> None:
        """``endpoint`` is a URL of http or https."""
        parts = urlsplit(endpoint)
        usual = _PORTS[parts.scheme]
        self._name, self._port = parts.hostname or "", parts.port or usual
        name = f"[{self._name}]" if ":" in self._name else self._name
        self.host = name if self._port == usual else f"{name}:{self._port}"
        """As requests have it."""
        self._egress = egress
        # It trusts whom the system trusts, as obstore does.
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._kept: list[tuple[float, HTTPConnection]] = []
        self._lock = threading.Lock()

    def take_kept(self) -> HTTPConnection | None:
        """One that the store has not hung up on."""
        while True:
            with self._lock:
                if not self._kept:
                    return None
                since, connection = self._kept.pop()
            is_fresh = time.monotonic() - since < KEPT_S
            if is_fresh and not _says_something(connection.sock):
                return connection
            connection.close()

    def opened(self, passed_over: int) -> HTTPConnection:
        """A new one; ``passed_over`` and what is raised as of ``connected``."""
        opened = connected(self._egress, self._name, self._port, CONNECT_S, passed_over)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Of a socket that blocks, see ``_send_uncopied``: a ``timeval``.
        silence = struct.pack("ll", int(SILENCE_S), int(SILENCE_S % 1 * 1_000_000))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, silence)
        connection = HTTPConnection(self._name, self._port)
        try:
            if self._tls is not None:
                opened = self._tls.wrap_socket(opened, server_hostname=self._name)
        except BaseException:
            opened.close()
            raise
        connection.sock = opened
        connection.auto_open = 0
        return connection

    def keep(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._kept.append((time.monotonic(), connection))

    def close(self) -> None:
        """Connections that are in use are closed by whoever uses them."""
        with self._lock:
            kept, self._kept = self._kept, []
        for _, connection in kept:
            connection.close()


def _says_something(to: socket.socket) -> bool:
    """Of a connection on which nothing was asked: that it is no longer one."""
    poll = select.poll()
    poll.register(to, select.POLLIN)
    return bool(poll.poll(0))
