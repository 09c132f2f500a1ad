"""uvicorn's server over TLS, where handshakes are counted at the door.

asyncio's own listeners tell nobody of a connection until its handshake is through, and wait a
minute for that: silent ones would be in nobody's count. Here each is accepted first and counted by
its address like one that owes a request (``http_door.py``), and gets its HTTP connection when it is
secured.
"""

import asyncio
import logging
import socket
import ssl
import sys
from typing import Final

import uvicorn

from streaming.http_connection import HEAD_SECONDS_MAX, HttpConnection
from streaming.http_door import door_of

logger = logging.getLogger(__name__)

ACCEPT_AGAIN_SECONDS: Final = 1.0
"""After the system had no room for one more (``EMFILE``), as asyncio's own listeners."""


class Handshake:
    """A connection that is being secured, as the door knows it."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task

    def too_slow(self) -> None:
        self._task.cancel()

    def give_way(self) -> None:
        self._task.cancel()


class TlsServer(uvicorn.Server):
    """Serves ``config``'s application to who comes over TLS, and to nobody else."""

    def __init__(self, config: uvicorn.Config, context: ssl.SSLContext) -> None:
        super().__init__(config)
        self._context = context
        self._listening: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens, once it has started."""
        return int(self._listening[0].getsockname()[1])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises ``SystemExit`` where the address cannot be listened on."""
        loop = asyncio.get_running_loop()
        try:
            await self._listen(loop)
        except OSError as error:
            sys.exit(f"the web process cannot listen: {error}")
        # uvicorn has no socket to accept from: that is done here.
        await super().startup(sockets=[])
        for listening in self._listening:
            self._begin(loop.create_task(self._accept(listening)))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        under_way = list(self._tasks)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for listening in self._listening:
            listening.close()
        await super().shutdown(sockets)

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        config = self.config
        found = await loop.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, address in dict.fromkeys((each[0], each[4]) for each in found):
            listening = socket.create_server(address, family=family, backlog=config.backlog)
            listening.setblocking(False)
            self._listening.append(listening)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, address = await loop.sock_accept(listening)
            except OSError as error:
                logger.error("no connection can be accepted: %s", error)
                await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                continue
            self._begin(loop.create_task(self._secure(accepted, address[0])))

    def _begin(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _secure(self, accepted: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        door, task = door_of(loop), asyncio.current_task()
        assert task is not None
        handshake = Handshake(task)
        try:
            door.opened(handshake, address)
            if task.cancelling():
                raise asyncio.CancelledError  # There is no room for it.
            door.owes(handshake, HEAD_SECONDS_MAX)
            await loop.connect_accepted_socket(
                lambda: self._connection(handshake), accepted, ssl=self._context
            )
        except OSError:
            pass  # It does not speak TLS, or not ours, or is gone.
        except asyncio.CancelledError:
            accepted.close()
            raise
        finally:
            door.closed(handshake)

    def _connection(self, handshake: Handshake) -> HttpConnection:
        connection = HttpConnection(self.config, self.server_state, app_state=self.lifespan.state)
        connection.takes_over = handshake
        return connection
