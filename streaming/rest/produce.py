"""``POST …/topics/{topic}/records``: one record or a stream of them, each with its own answer.

The body is one JSON object or many in a row, for as long as the connection lasts; answers come in
the same order, a line each, while the body is still arriving. A request whose length is known and
that holds one object is answered with that object's HTTP status; in a stream the status is 200 and
each answer has its ``error_code``.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final

from streaming.problems import Problem
from streaming.records.identity import WRITE
from streaming.rest.concatenated_json import MalformedBody, ObjectTooLarge
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.idempotent_produce import (
    IDEMPOTENT_BODY_BYTES_MAX,
    IdempotentProduce,
    idempotency_key,
)
from streaming.rest.problem_reply import problem_reply
from streaming.rest.record_stream import Asked, RecordStream
from streaming.rest.request_body import RequestBody
from streaming.rest.shipment import Answer, Shipment, Shipper, line_of, lines_of

IN_FLIGHT_MAX: Final = 64
"""Shipments of one request that are on their way; past it the body is not read further."""
IN_FLIGHT_BYTES_MAX: Final = 8 * 1024 * 1024
AT_ONCE_BYTES_MAX: Final = 64 * 1024
"""A body of known length up to this is read before anything of it is sent."""


async def produce(exchange: Exchange, topic: str) -> Reply:
    """Raises whatever keeps the whole request from being served."""
    exchange.access.require(WRITE)
    if not exchange.is_json:
        return problem_reply(Problem(415, 415, "Send the records as application/json."))
    assert exchange.body is not None
    key = idempotency_key(exchange)
    if key is not None:
        return await _once(exchange, topic, key, exchange.body)
    shipper = Shipper(exchange.access, topic)
    await shipper.find_topic()
    length = exchange.content_length
    if length is not None and length <= AT_ONCE_BYTES_MAX:
        answers = await _at_once(shipper, exchange.body)
        return answer_all(answers)
    return await _as_it_comes(shipper, exchange.body, is_bounded=length is not None)


async def _once(exchange: Exchange, topic: str, key: str, body: RequestBody) -> Reply:
    """The whole body is read, and is right as JSON, before anything of it is written."""
    text = await body.whole(IDEMPOTENT_BODY_BYTES_MAX)
    stream = RecordStream()
    try:
        asked = stream.feed(text)
        stream.finish()
    except MalformedBody as error:
        return problem_reply(_malformed(error))
    if not asked:
        return answer_all([])
    once = IdempotentProduce(exchange, topic, key, answer_all)
    return await once.reply(text, asked)


def answer_all(answers: Sequence[Answer]) -> Reply:
    """The reply to a body that was read to its end."""
    if not answers:
        return problem_reply(
            Problem(422, 422, "The body is empty. Send at least one record as a JSON object.")
        )
    if len(answers) == 1:
        (answer,) = answers
        return problem_reply(answer) if isinstance(answer, Problem) else Reply(line_of(answer))
    return Reply(lines_of(answers))


async def _at_once(shipper: Shipper, body: RequestBody) -> list[Answer]:
    stream = RecordStream()
    asked: list[Asked] = []
    fault: list[Answer] = []
    try:
        async for chunk in body.chunks():
            asked += stream.feed(chunk)
        if not body.disconnected:
            stream.finish()
    except MalformedBody as error:
        fault = [_malformed(error)]
    if not asked:
        return fault
    shipment = await shipper.ship(asked)
    return await shipment.answers() + fault


async def _as_it_comes(shipper: Shipper, body: RequestBody, *, is_bounded: bool) -> Reply:
    answers = _Production(shipper).answers(body)
    first = await anext(answers, [])
    if is_bounded and len(first) == 1:
        second = await anext(answers, [])
        if not second:
            return answer_all(first)
        first += second
    if not first:
        return answer_all([])
    return Reply(_lines(first, answers))


async def _lines(
    first: list[Answer], following: AsyncIterator[list[Answer]]
) -> AsyncIterator[bytes]:
    async with aclosing(following):  # type: ignore[type-var]
        yield lines_of(first)
        async for answers in following:
            yield lines_of(answers)


def _malformed(error: MalformedBody) -> Problem:
    status = 413 if isinstance(error, ObjectTooLarge) else 400
    return Problem(status, status, str(error))


class _Production:
    """The records of one long body on their way: read ahead within bounds, answered in order."""

    def __init__(self, shipper: Shipper) -> None:
        self._shipper = shipper
        self._queue: asyncio.Queue[tuple[Shipment | Problem, int] | None] = asyncio.Queue(
            IN_FLIGHT_MAX
        )
        self._bytes = 0
        self._room = asyncio.Event()

    async def answers(self, body: RequestBody) -> AsyncIterator[list[Answer]]:
        """Answers in order, some at a time. After a syntax error, none: where the next object
        would begin cannot be told."""
        reading = asyncio.create_task(self._read(body))
        try:
            while (entry := await self._queue.get()) is not None:
                waiting, size = entry
                yield [waiting] if isinstance(waiting, Problem) else await waiting.answers()
                self._bytes -= size
                self._room.set()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, body: RequestBody) -> None:
        stream = RecordStream()
        size = 0
        try:
            async for chunk in body.chunks():
                size += len(chunk)
                asked = stream.feed(chunk)
                if asked:
                    await self._wait_for_room(size)
                    await self._shipper.until_unthrottled()
                    shipment = await self._shipper.ship(asked)
                    await self._queue.put((shipment, size))
                    size = 0
            if not body.disconnected:
                stream.finish()
        except MalformedBody as error:
            await self._queue.put((_malformed(error), 0))
        finally:
            await self._queue.put(None)

    async def _wait_for_room(self, size: int) -> None:
        while self._bytes and self._bytes + size > IN_FLIGHT_BYTES_MAX:
            self._room.clear()
            await self._room.wait()
        self._bytes += size
