"""The relays: ``python -m tests.torture.network.relays PLAN``, told what to do on stdin.

A line of JSON per order, answered by one with the counts so far. Ends with its stdin.
"""

import asyncio
import json
import struct
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Final

from streaming.cell.defaults import LOOPBACK
from tests.torture.network.commits import Commits, Scanner
from tests.torture.network.links import POSTGRES, Link, Links
from tests.torture.network.plan import Plan
from tests.torture.network.sources import Sources

PIECE: Final = 256 << 10
LISTENS_AGAIN_S: Final = 0.01
ANSWER_TO_COMMIT_S: Final = 2.0
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)

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
    """``source_of`` says who has a port that a connection comes from."""

    listen: tuple[str, int]
    name: str
    target: Callable[[], tuple[str, int]]
    source_of: Callable[[int], str]


class Relay:
    """Listens in the place of one target, and refuses whenever that refuses."""

    def __init__(self, ends: Ends, links: Links, commits: Commits) -> None:
        self._listen = ends.listen
        self._target_name = ends.name
        self._target = ends.target
        self._source_of = ends.source_of
        self._links = links
        self._commits = commits
        self._server: asyncio.Server | None = None
        self._open: set[_Conversation] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, *self._listen, limit=PIECE)

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
            link = Link(self._source_of(client[1].get_extra_info("peername")[1]), self._target_name)
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
            await asyncio.sleep(LISTENS_AGAIN_S)
            with suppress(OSError):
                _, writer = await asyncio.open_connection(*self._target())
                writer.close()
                await self.start()
                return


def _reset(writer: StreamWriter) -> None:
    """End at once, what is under way lost, as when a process or a path is gone."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(SOL_SOCKET, SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()


class Relays:
    """All of a plan, and the orders."""

    def __init__(self, plan: Plan) -> None:
        self._links = Links()
        self._commits = Commits()
        sources = Sources(plan)
        ends = [
            Ends((plan.host, port), broker, lambda p=port: (LOOPBACK, p), sources.of)
            for broker, port in plan.internal_ports.items()
        ]
        ends += [
            Ends((LOOPBACK, port), POSTGRES, plan.database, lambda _port, b=broker: b)
            for broker, port in plan.database_ports.items()
        ]
        self._relays = [Relay(each, self._links, self._commits) for each in ends]

    async def work(self) -> None:
        for relay in self._relays:
            await relay.start()
        orders = StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
        )
        self._answer()
        while line := await orders.readline():
            self._obey(json.loads(line))
            self._answer()

    def _obey(self, order: dict[str, Any]) -> None:
        if "cut" in order:
            self._links.cut(Link(*each) for each in order["cut"])
        if order.get("reset"):
            for relay in self._relays:
                relay.reset()
        if "delay" in order:
            self._links.delay({Link(a, b): seconds for a, b, seconds in order["delay"]})
        if "commits" in order:
            self._commits.arm(*order["commits"])

    def _answer(self) -> None:
        print(json.dumps({"held": self._links.held, "commits": self._commits.cut}), flush=True)


if __name__ == "__main__":
    asyncio.run(Relays(Plan.read(Path(sys.argv[1]))).work())
