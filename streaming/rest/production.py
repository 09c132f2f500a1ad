"""The records of one long body on their way: read ahead within bounds, answered in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from streaming.problems import Problem
from streaming.rest.concatenated_json import MalformedBody, ObjectTooLarge
from streaming.rest.produce_bounds import IN_FLIGHT_EXCESS_BYTES_MAX, excess_bytes
from streaming.rest.produce_request import ProduceRequest
from streaming.rest.record_stream import Asked
from streaming.rest.shipment import Answer, Shipment, Shipper

IN_FLIGHT_MAX: Final = 64
"""Shipments of one request that are on their way; past it the body is not read further."""
IN_FLIGHT_BYTES_MAX: Final = 8 * 1024 * 1024

Part = tuple[list[Asked], int]
"""What is to be sent together, and out of how many bytes of the body it was read."""


def malformed(error: MalformedBody) -> Problem:
    """The last answer to a body that cannot be read further."""
    status = 413 if isinstance(error, ObjectTooLarge) else 400
    return Problem(status, status, str(error))


class Production:
    """The records of one long body on their way: read ahead within bounds, answered in order."""

    def __init__(self, shipper: Shipper) -> None:
        self._shipper = shipper
        self._queue: asyncio.Queue[tuple[Shipment | Problem, int, int] | None] = asyncio.Queue(
            IN_FLIGHT_MAX
        )
        self._bytes = 0
        """Under way: 0 when nothing is."""
        self._excess = 0
        """What the records under way take beyond their share of memory."""
        self._room = asyncio.Event()

    async def answers(self, parts: AsyncIterator[Part]) -> AsyncIterator[list[Answer]]:
        """Answers in order, those of a part at a time. After ``MalformedBody``, none: where the
        next object would begin cannot be told. Raises what else kept ``parts`` from being read on,
        or fewer answers than records would pass for all of them."""
        reading = asyncio.create_task(self._read(parts))
        try:
            while (entry := await self._queue.get()) is not None:
                waiting, size, excess = entry
                yield [waiting] if isinstance(waiting, Problem) else await waiting.answers()
                # Or it would be kept until the next is there.
                del waiting, entry
                self._bytes -= size
                self._excess -= excess
                self._room.set()
            await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, parts: AsyncIterator[Part]) -> None:
        try:
            async for asked, size in parts:
                excess = excess_bytes(len(asked), size, _headers_in(asked))
                await self._wait_for_room(size, excess)
                await self._shipper.until_unthrottled()
                await self._queue.put((await self._shipper.ship(asked), size, excess))
        except MalformedBody as error:
            await self._queue.put((malformed(error), 0, 0))
        finally:
            await self._queue.put(None)

    async def _wait_for_room(self, size: int, excess: int) -> None:
        while self._bytes and (
            self._bytes + size > IN_FLIGHT_BYTES_MAX
            or self._excess + excess > IN_FLIGHT_EXCESS_BYTES_MAX
        ):
            self._room.clear()
            await self._room.wait()
        self._bytes += size
        self._excess += excess


def _headers_in(asked: Sequence[Asked]) -> int:
    return sum(len(each.headers) for each in asked if isinstance(each, ProduceRequest))
