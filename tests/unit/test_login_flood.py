"""The flood of logins that neighbours are measured with."""

import asyncio
import struct

from bench.login_flood import OUTSTANDING_MAX, flood
from brokers.kernel.errors import ErrorCode
from tests.waiting import until

RATE = 1_000.0
REFUSED = int(ErrorCode.SASL_AUTHENTICATION_FAILED)


class Broker:
    """Answers the handshake, and a login with ``code``, or never when that is None."""

    def __init__(self, code: int | None) -> None:
        self._code = code
        self.waiting = 0
        self.keys: set[bytes] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._frame(reader)
        writer.write(struct.pack(">iihi", 10, 0, 0, 0))
        said = await self._frame(reader)
        self.keys.add(said[said.index(b"\0wrong") - 16 : said.index(b"\0wrong")])
        self.waiting += 1
        if self._code is not None:
            writer.write(struct.pack(">iih", 6, 0, self._code))
            await writer.drain()

    async def _frame(self, reader: asyncio.StreamReader) -> bytes:
        return await reader.readexactly(int.from_bytes(await reader.readexactly(4)))


async def met(broker: Broker, reached, counted: list[bool]) -> None:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0, backlog=OUTSTANDING_MAX)
    port = server.sockets[0].getsockname()[1]
    flooding = asyncio.create_task(
        flood(("127.0.0.1", port), "HWNEIGHBOURSKEY1", RATE, None, counted.append)
    )
    await until(reached)
    flooding.cancel()
    server.close()


async def test_logins_are_begun_when_they_are_due_however_long_answers_take() -> None:
    broker, counted = Broker(None), list[bool]()
    await met(broker, lambda: broker.waiting >= 200, counted)
    assert counted == []


async def test_refused_and_let_in_are_told_apart_and_half_the_keys_are_made_up() -> None:
    for code, got_in in ((REFUSED, False), (0, True)):
        broker, counted = Broker(code), list[bool]()
        await met(broker, lambda: len(counted) >= 40, counted)  # noqa: B023
        assert set(counted) == {got_in}
        assert b"HWNEIGHBOURSKEY1" in broker.keys
        assert len(broker.keys) > len(counted) // 4


async def test_who_is_not_there_refuses() -> None:
    counted = list[bool]()
    flooding = asyncio.create_task(flood(("127.0.0.1", 1), "k" * 16, RATE, None, counted.append))
    await until(lambda: len(counted) >= 5)
    flooding.cancel()
    assert not any(counted)
