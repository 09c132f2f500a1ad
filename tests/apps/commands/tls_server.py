"""What a broker's internal listener is to somebody who only wants to see its certificate."""

import socket
import ssl
import threading
from contextlib import suppress


class TlsServer:
    """A context manager: takes connections one after the other, and closes each."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.port: int = self._server.getsockname()[1]

    def __enter__(self) -> "TlsServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._server.accept()
                with suppress(OSError), self._context.wrap_socket(taken, server_side=True) as each:
                    each.recv(1)
