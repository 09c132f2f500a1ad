"""An HTTP server that means harm: ``with hostile(answer) as server``; each connection is given the
pieces of ``answer()``, with no regard to what was asked, until they end or the client hangs up."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, repeat

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PIECE = b"x" * 65_536
BUFFERS_BYTES = 16 * 2**20
"""What the kernel takes of a connection, at both of its ends, before anybody has read it."""


@dataclass(slots=True)
class Hostile:
    port: int
    sent: list[int] = field(default_factory=list)
    """Bytes that the kernel took, of each connection that is over."""
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def endless(head: bytes = HEAD, piece: bytes = PIECE) -> Iterator[bytes]:
    """An answer without a length, which never ends."""
    return chain([head + b"\r\n"], repeat(piece))


def trickling(head: bytes = HEAD + b"\r\n") -> Iterator[bytes]:
    """A byte now and then, each in time; with half a ``head`` it does not even come to a body."""
    yield head
    while True:
        time.sleep(0.02)
        yield b"x"


@contextmanager
def hostile(answer: Callable[[], Iterable[bytes]]) -> Iterator[Hostile]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Hostile(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        sent = 0
        with connection, suppress(OSError):
            connection.recv(65_536)
            for piece in answer():
                if server.over.is_set():
                    break
                connection.sendall(piece)
                sent += len(piece)
        server.sent.append(sent)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(20)
                threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        server.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()
