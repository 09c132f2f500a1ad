"""``GET /metrics`` and ``GET /health`` on a port of their own: HTTP/1.0, one request a connection.

Small on purpose: it answers an operator's scraper on a private address, and nothing else.
"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus

from brokers.kernel.prometheus import CONTENT_TYPE

log = logging.getLogger(__name__)

_REQUEST_SECONDS_MAX = 5
_REQUEST_BYTES_MAX = 8 * 1024

Answer = tuple[HTTPStatus, str, str]


class MetricsServer:
    """``metrics`` gives the text; ``is_healthy`` whether the broker serves."""

    def __init__(
        self, host: str, port: int, metrics: Callable[[], str], is_healthy: Callable[[], bool]
    ) -> None:
        self.port = port
        """The bound one, once started."""
        self._host = host
        self._metrics = metrics
        self._is_healthy = is_healthy
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Bind and answer. Raises ``OSError`` when the port is taken."""
        self._server = await asyncio.start_server(
            self._serve, self._host, self.port, limit=_REQUEST_BYTES_MAX
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS_MAX):
                head = await reader.readuntil(b"\r\n\r\n")
                status, content_type, text = self._answer(head)
                body = text.encode()
                writer.write(
                    f"HTTP/1.0 {status.value} {status.phrase}\r\n"
                    f"Content-Type: {content_type}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.debug("a metrics request was not completed")
        finally:
            writer.close()

    def _answer(self, head: bytes) -> Answer:
        method, _, rest = head.partition(b" ")
        path = rest.split(b" ")[0].split(b"?")[0]
        if method != b"GET":
            return HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", "only GET is answered here\n"
        if path == b"/metrics":
            return HTTPStatus.OK, CONTENT_TYPE, self._metrics()
        if path == b"/health":
            if self._is_healthy():
                return HTTPStatus.OK, "text/plain", "serving\n"
            return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "not serving\n"
        return HTTPStatus.NOT_FOUND, "text/plain", "try /metrics or /health\n"
