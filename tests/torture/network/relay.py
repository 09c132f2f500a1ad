"""A relay: it listens in the place of one target, and holds what its link does not let through."""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Final

from tests.torture.network.commits import Commits, Scanner
from tests.torture.network.links import POSTGRES, Link, Links

PIECE: Final = 256 << 10
LISTENS_AGAIN_S: Final = 0.01
"""Between two looks at whether a target that refused still does."""
ANSWER_TO_COMMIT_S: Final = 2.0
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)

Address = tuple[str, int]
Stream = tuple[StreamReader, StreamWriter]


@dataclass(eq=False, slots=True)
class _Conversation:
    """``link`` is the way to the target."""

    link: Link
    client: Stream
    target: Stream
    scanner: Scanner = field(default_factory=Scanner)
    is_muted: bool = False
    """Answers are thrown away."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def way_back(self) -> Link:
        return Link(self.link.target, self.link.source)


@dataclass(frozen=True, slots=True)
class Ends:
    """``listen`` makes the socket, anew each time that the target is back; ``source_of`` says who
    it is that a connection comes from, by host and port."""

    listen: Callable[[], socket.socket]
    name: str
    target: Callable[[], Address]
    source_of: Callable[[Address], str]
    looks_every_s: float = LISTENS_AGAIN_S


class Relay:
    """Listens in the place of one target, and refuses whenever that refuses."""

    def __init__(self, ends: Ends, links: Links, commits: Commits) -> None:
        self._listen = ends.listen
        self._target_name = ends.name
        self._target = ends.target
        self._source_of = ends.source_of
        self._looks_every_s = ends.looks_every_s
        self._links = links
        self._commits = commits
        self._server: asyncio.Server | None = None
        self._open: set[_Conversation] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, sock=self._listen(), limit=PIECE)

    def start_later(self) -> None:
        """As soon as the target accepts connections: until then the place is not taken."""
        self._go(self._listen_again())

    def reset(self) -> None:
        """Break the connections of which a direction is cut."""
        for each in list(self._open):
            if self._links.is_cut(each.link) or self._links.is_cut(each.way_back):
                _reset(each.client[1])
                _reset(each.target[1])

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._go(self._serve((reader, writer)))

    def _go(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: Stream) -> None:
        try:
            peer = client[1].get_extra_info("peername")[:2]
            link = Link(self._source_of(peer), self._target_name)
            await self._links.cross(link)
            target = await self._connected()
            if target is None:
                _reset(client[1])
                return
            conversation = _Conversation(link, client, target)
            self._open.add(conversation)
            try:
                await self._converse(conversation)
            finally:
                self._open.discard(conversation)
                target[1].close()
        finally:
            client[1].close()

    async def _converse(self, conversation: _Conversation) -> None:
        there = asyncio.create_task(self._there(conversation))
        back = asyncio.create_task(self._back(conversation))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        if back.done() and not there.done():
            # Who comes again at once has to be refused, not let in and sent away.
            await self._look()
        for way in (there, back):
            way.cancel()
        await asyncio.gather(there, back, return_exceptions=True)

    async def _there(self, conversation: _Conversation) -> None:
        reader, writer = conversation.client[0], conversation.target[1]
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                await self._links.cross(conversation.link)
                if self._target_name == POSTGRES and conversation.scanner.sees_commit(piece):
                    when = self._commits.strike()
                    if when == "before":
                        return
                    conversation.is_muted = when == "after"
                writer.write(piece)
                await writer.drain()
                if conversation.is_muted:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(conversation.answered.wait(), ANSWER_TO_COMMIT_S)
                    return
        await self._links.cross(conversation.link)

    async def _back(self, conversation: _Conversation) -> None:
        reader, writer = conversation.target[0], conversation.client[1]
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                if conversation.is_muted:
                    conversation.answered.set()
                    continue
                await self._links.cross(conversation.way_back)
                writer.write(piece)
                await writer.drain()
        await self._links.cross(conversation.way_back)

    async def _look(self) -> None:
        if (found := await self._connected()) is not None:
            found[1].close()

    async def _connected(self) -> Stream | None:
        """None, and nothing listens here until something does there, when the target refuses."""
        try:
            return await asyncio.open_connection(*self._target(), limit=PIECE)
        except OSError:
            if self._server is not None:
                self._server.close()
                self._server = None
                self._go(self._listen_again())
            return None

    async def _listen_again(self) -> None:
        while True:
            await asyncio.sleep(self._looks_every_s)
            with suppress(OSError):
                _, writer = await asyncio.open_connection(*self._target())
                writer.close()
                await self.start()
                return


def listening(host: str, port: int) -> Callable[[], socket.socket]:
    """``Ends.listen`` for an address of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return lambda: socket.create_server((host, port), family=family)


def _reset(writer: StreamWriter) -> None:
    """End at once, what is under way lost, as when a process or a path is gone."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(SOL_SOCKET, SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
