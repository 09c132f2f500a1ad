"""One client connection to a broker, asked without waiting, by this project's own codec."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from brokers.client.peer_connection import PeerConnection, PeerUnreachable
from brokers.wire.messages.sasl_authenticate_request import SaslAuthenticateRequest
from brokers.wire.messages.sasl_handshake_request import SaslHandshakeRequest
from brokers.wire.registry import ApiKey
from tests.torture.clients.task import Login

CONNECT_WITHIN_S: Final = 1.0
CONNECT_AGAIN_S: Final = 0.02


class ClientConnection(PeerConnection):
    """``connect`` takes SASL PLAIN's message for a token."""

    async def _log_in(self, token: bytes) -> None:
        handshake = await self.ask(ApiKey.SASL_HANDSHAKE, 1, SaslHandshakeRequest("PLAIN"))
        answer = await self.ask(ApiKey.SASL_AUTHENTICATE, 2, SaslAuthenticateRequest(token))
        if handshake.error_code or answer.error_code:
            raise PeerUnreachable("the broker does not let this client in")


class Connections:
    """To each broker one, made anew whenever it has ended. Closed by cancelling ``keep``."""

    def __init__(self, login: Login) -> None:
        self._token = f"\0{login.api_key}\0{login.api_secret}".encode()
        self._addresses = dict(enumerate(login.bootstrap_servers.split(","), 1))
        self._open: dict[int, ClientConnection] = {}

    @property
    def brokers(self) -> list[int]:
        return list(self._addresses)

    def ask(self, broker: int, api_key: ApiKey, version: int, request: Any) -> Any:
        """A future, or None when there is no connection at the moment."""
        found = self._open.get(broker)
        if found is None or found.lost.done():
            return None
        future = found.ask(api_key, version, request)
        future.add_done_callback(_seen)
        return future

    async def keep(self) -> None:
        await asyncio.gather(*map(self._keep_one, self._addresses))

    async def _keep_one(self, broker: int) -> None:
        host, _, port = self._addresses[broker].rpartition(":")
        try:
            while True:
                with suppress(PeerUnreachable, TimeoutError):
                    async with asyncio.timeout(CONNECT_WITHIN_S):
                        found = await ClientConnection.connect(host, int(port), self._token)
                    self._open[broker] = found  # type: ignore[assignment]
                    await found.lost
                await asyncio.sleep(CONNECT_AGAIN_S)
        finally:
            if (left := self._open.pop(broker, None)) is not None:
                left.close()


def _seen(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()  # An attempt that failed is just one that did not succeed.
