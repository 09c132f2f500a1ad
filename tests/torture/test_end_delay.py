"""The relay that keeps an EndTxn back, between real sockets."""

import socket
import struct
import threading

import pytest

from tests.torture.clients.end_delay import END_TXN, EndDelay

WAIT_S = 5.0
PRODUCE = 0


def request(api_key: int, body: bytes) -> bytes:
    return struct.pack(">ih", 2 + len(body), api_key) + body


class Broker:
    """Answers every request with itself, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = self._server.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._server.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1 << 16):
                self.asked.append(data)
                connection.sendall(data)


def connected(delay: EndDelay) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", delay.port), WAIT_S)
    client.settimeout(WAIT_S)
    return client


def test_an_end_is_kept_and_comes_when_it_is_delivered() -> None:
    broker = Broker()
    with EndDelay(broker.address) as delay:
        delay.arm()
        before, first = request(PRODUCE, b"before"), request(END_TXN, b"first")
        with connected(delay) as client:
            client.sendall(before)
            assert client.recv(100) == before, "other requests pass"
            client.sendall(first)
            assert client.recv(100) == b"", "its connection breaks"
        again = request(END_TXN, b"again")
        with connected(delay) as client:
            client.sendall(again)
            assert client.recv(100) == again, "only one is kept"
        assert broker.asked == [before, again]
        assert delay.deliver() == first
        assert broker.asked == [before, again, first]
        assert delay.deliver() is None, "once"


@pytest.mark.parametrize("armed", [False, True])
def test_a_relay_whose_coordinator_is_away_breaks_connections(armed: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    with EndDelay(address) as delay:
        if armed:
            delay.arm()
        with connected(delay) as client:
            assert client.recv(100) == b""
        assert delay.deliver() is None
