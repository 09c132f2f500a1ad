"""What a produce request takes of memory, beside brokers that answer as late as they may."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from brokers.kernel.limits import DECODED_GROWTH, MIB
from streaming.access.caller import TenantAccess
from streaming.records.identity import WRITE
from streaming.records.outgoing import OutgoingRecord, Parcel
from streaming.rest.exchange import Reply

ACCESS = TenantAccess("00000000-0000-0000-0000-000000000001", "acme", "lkc-acme", "", "User:app",
                      frozenset({WRITE}))  # fmt: skip
VALUES = {
    "empty lists": b"[" + b"[]," * 120_000 + b"0]",
    "empty objects": b"[" + b"{}," * 120_000 + b"0]",
    "objects": b"[" + b'{"a":0},' * 50_000 + b"0]",
    "texts": b"[" + b'"ab",' * 80_000 + b"0]",
    "texts, one of them escaped": b"[" + b'"",' * 120_000 + b'"\\u00e4"]',
    "numbers": b"[" + b"1.5," * 90_000 + b"0]",
    "large numbers": b"[" + b"1e100," * 60_000 + b"0]",
    "a text": b'"' + b"a" * 2 * MIB + b'"',
    "a text with a smile": b'"' + b"a" * 2 * MIB + "\U0001f642".encode() + b'"',
}
"""JSON of which much might be made."""


class Brokers:
    """Takes records in place of the edge's clients; answers once nobody has anything to do."""

    def __init__(self) -> None:
        self.taken = 0
        self._waiting: list[Parcel] = []
        self._answering: asyncio.Task[None] | None = None

    def require_unthrottled(self, _identity: object) -> None:
        pass

    async def until_unthrottled(self, _identity: object) -> None:
        pass

    async def partitions(self, _identity: object, _topic: str) -> dict[int, None]:
        return {0: None}

    async def submit_many(self, _identity: object, records: Sequence[OutgoingRecord]) -> Parcel:
        loop = asyncio.get_running_loop()
        parcel = Parcel(records, loop.time() + 30, loop.create_future())
        if not self._waiting:
            self._answering = loop.create_task(self._answer())
        self._waiting.append(parcel)
        return parcel

    async def _answer(self) -> None:
        seen = 0
        while seen < len(self._waiting):  # the edge goes on without an answer while it may
            seen = len(self._waiting)
            for _ in range(20):
                await asyncio.sleep(0)
        for parcel in self._waiting:
            parcel.written(0, len(parcel.records), 1_000_000 + self.taken, -1)
            self.taken += len(parcel.records)
        self._waiting.clear()

    def reader(self, _identity: object) -> "Brokers":
        return self

    async def __aenter__(self) -> "Brokers":
        return self

    async def __aexit__(self, *_told: object) -> None:
        pass

    async def offsets(self, _topic: str, partitions: dict[int, int]) -> dict[int, int]:
        return dict.fromkeys(partitions, 0)


def measured_reply(serve: Callable[[], Awaitable[Reply]], mark: bytes) -> tuple[int, int, int]:
    """Status, how often the body has ``mark``, and the most bytes that were held meanwhile."""

    async def answered() -> tuple[int, int]:
        reply = await serve()
        return reply.status, await _count(reply, mark)

    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))
        tracemalloc.start()
        try:
            status, marks = runner.run(answered())
            return status, marks, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


async def _count(reply: Reply, mark: bytes) -> int:
    """The body is let go as it comes."""
    if isinstance(reply.body, bytes):
        return reply.body.count(mark)
    pieces: AsyncIterator[bytes] = reply.body
    return sum([piece.count(mark) async for piece in pieces])


def allowed(body: bytes) -> int:
    return DECODED_GROWTH * len(body) + MIB
