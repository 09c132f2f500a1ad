"""A relay before a transaction coordinator that keeps one EndTxn back, and delivers it later.

It reads Kafka's frames: a length of four bytes, then the API key in two. What is kept was sent on a
connection that breaks then, so its client sends it again on a new one and goes on; what the broker
gets in the end is what a network may deliver late.
https://kafka.apache.org/protocol.html#protocol_messages
"""

import socket
import struct
import threading
from contextlib import suppress
from typing import Final

END_TXN: Final = 26
WAIT_S: Final = 10.0

Address = tuple[str, int]


class EndDelay:
    """A context manager. ``coordinator`` may change; new connections go to the new one."""

    def __init__(self, coordinator: Address) -> None:
        self.coordinator = coordinator
        self._server = socket.create_server(("127.0.0.1", 0))
        self._is_armed = False
        self._kept: tuple[socket.socket, bytes] | None = None
        self._threads = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> "EndDelay":
        self._threads.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.close()

    @property
    def port(self) -> int:
        port: int = self._server.getsockname()[1]
        return port

    def arm(self) -> None:
        """Keep the next EndTxn, and break the connection that it came on."""
        self._is_armed = True

    def deliver(self) -> bytes | None:
        """Send what was kept; the broker's answer. None when nothing is kept, or it is silent."""
        if self._kept is None:
            return None
        broker, frame = self._kept
        self._kept = None
        with broker, suppress(OSError):
            broker.settimeout(WAIT_S)
            broker.sendall(frame)
            return _frame(broker)
        return None

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Request by request: its client waits for each answer."""
        with client, suppress(OSError):
            broker = socket.create_connection(self.coordinator, WAIT_S)
            while (request := _frame(client)) is not None:
                if self._is_armed and struct.unpack_from(">h", request, 4) == (END_TXN,):
                    self._is_armed = False
                    self._kept = broker, request
                    return
                broker.sendall(request)
                answer = _frame(broker)
                if answer is None:
                    break
                client.sendall(answer)
            broker.close()


def _frame(connection: socket.socket) -> bytes | None:
    """One frame with its length; None at the end."""
    size = _exactly(connection, 4)
    if size is None:
        return None
    rest = _exactly(connection, *struct.unpack(">i", size))
    return None if rest is None else size + rest


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)
