"""A client that costs next to nothing: frames encoded ahead, answers of a length known ahead.

For figures that a library's own work would hide. One blocking socket.
"""

import socket
import struct
from typing import Any, Final

from bench.peer import Peer
from brokers.wire.headers import RequestHeader, decode_response_header, encode_request_header
from brokers.wire.messages.find_coordinator_request import FindCoordinatorRequest
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.registry import REQUESTS, RESPONSES, ApiKey

_LENGTH: Final = struct.Struct(">i")
SECONDS: Final = 30


class WireClient:
    """Logged in as the peer's own settings say, or as ``login`` does."""

    def __init__(
        self, peer: Peer, host: str, port: int, login: dict[str, str] | None = None
    ) -> None:
        self._socket = socket.create_connection((host, port), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = peer.client_config if login is None else login
        if "sasl.username" in config:
            self.ask(ApiKey.SASL_HANDSHAKE, 1, SaslHandshakeRequest("PLAIN"))
            said = f"\0{config['sasl.username']}\0{config['sasl.password']}".encode()
            answer = self.ask(ApiKey.SASL_AUTHENTICATE, 1, SaslAuthenticateRequest(said))
            if answer.error_code:
                raise ConnectionError(f"{peer.name}: {answer.error_message}")

    @classmethod
    def to(cls, peer: Peer, login: dict[str, str] | None = None) -> "WireClient":
        """A connection to the first bootstrap server."""
        host, _, port = peer.client_config["bootstrap.servers"].split(",")[0].rpartition(":")
        return cls(peer, host, int(port), login)

    def close(self) -> None:
        self._socket.close()

    def detach(self) -> socket.socket:
        """The socket, to be used and closed by whoever asks for it."""
        return self._socket

    def ask(self, api: ApiKey, version: int, request: Any) -> Any:
        """One request and its answer."""
        self.send(frame(api, version, request))
        body = memoryview(self.receive(_LENGTH.unpack(self.receive(4))[0]))
        _, position = decode_response_header(api, version, body)
        return RESPONSES[api].decode(version, body, position)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, count: int) -> bytes:
        """Exactly so many bytes."""
        data = bytearray(count)
        view = memoryview(data)
        while view:
            got = self._socket.recv_into(view)
            if not got:
                raise ConnectionError("the broker closed the connection")
            view = view[got:]
        return bytes(data)


def coordinator_of(
    peer: Peer, name: str, key_type: int, login: dict[str, str] | None = None
) -> tuple[str, int]:
    """Where a group (0) or a transactional id (1) is kept. Asks until there is an answer."""
    client = WireClient.to(peer, login)
    try:
        while True:
            found = client.ask(ApiKey.FIND_COORDINATOR, 2, FindCoordinatorRequest(name, key_type))
            if not found.error_code:
                return found.host, found.port
    finally:
        client.close()


def frame(api: ApiKey, version: int, request: Any, correlation_id: int = 0) -> bytes:
    """One request as it goes over the wire."""
    header = encode_request_header(RequestHeader(api, version, correlation_id, "bench"))
    body = b"".join(bytes(part) for part in REQUESTS[api].encode(version, request))
    return _LENGTH.pack(len(header) + len(body)) + header + body
