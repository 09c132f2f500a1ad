"""``POST …/topics/{topic}/records``: one record or a stream of them, each with its own answer.

The body is one JSON object or many in a row, for as long as the connection lasts; answers come in
the same order, a line each, while the body is still arriving. A request whose length is known and
that holds one object is answered with that object's HTTP status; in a stream the status is 200 and
each answer has its ``error_code``.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final

from streaming.problems import Problem
from streaming.records.identity import WRITE
from streaming.rest.concatenated_json import MalformedBody, ObjectSplitter
from streaming.rest.delivery_report import delivery_reports, line_of, lines_of
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.idempotent_produce import (
    IDEMPOTENT_BODY_BYTES_MAX,
    IDEMPOTENT_RECORDS_MAX,
    IdempotentProduce,
    idempotency_key,
)
from streaming.rest.problem_reply import problem_reply
from streaming.rest.produce_bounds import SHIPMENT_EXCESS_BYTES_MAX, excess_bytes, pieces
from streaming.rest.production import Part, Production, malformed
from streaming.rest.record_stream import Asked, RecordStream, parse
from streaming.rest.request_body import RequestBody
from streaming.rest.shipment import Answer, Shipper

AT_ONCE_BYTES_MAX: Final = 64 * 1024
"""A body of known length up to this is read before anything of it is sent."""
AT_ONCE_BRACES_MAX: Final = 800
"""More of them may be as many records, whose answers are too long to be held together."""


async def produce(exchange: Exchange, topic: str) -> Reply:
    """Raises whatever keeps the whole request from being served."""
    exchange.access.require(WRITE)
    if not exchange.is_json:
        return problem_reply(Problem(415, 415, "Send the records as application/json."))
    assert exchange.body is not None
    key = idempotency_key(exchange)
    if key is not None:
        return await _once(exchange, topic, key, exchange.body)
    reports = delivery_reports(exchange.access, topic)
    shipper = Shipper(exchange.access.identity, topic, reports)
    await shipper.find_topic()
    length = exchange.content_length
    begun = b""
    if length is not None and length <= AT_ONCE_BYTES_MAX:
        begun = await exchange.body.whole(AT_ONCE_BYTES_MAX)
        if begun.count(b"{") <= AT_ONCE_BRACES_MAX:
            answers = await _at_once(shipper, begun, is_whole=not exchange.body.disconnected)
            return answer_all(answers)
    return await _as_it_comes(shipper, begun, exchange.body, is_bounded=length is not None)


async def _once(exchange: Exchange, topic: str, key: str, body: RequestBody) -> Reply:
    """The whole body is read, and is right as JSON, before anything of it is written."""
    text = await body.whole(IDEMPOTENT_BODY_BYTES_MAX)
    try:
        asked = _read_for_key(text)
    except MalformedBody as error:
        return problem_reply(malformed(error))
    if not asked:
        return answer_all([])
    once = IdempotentProduce(exchange, topic, key, answer_all)
    return await once.reply(text, asked)


def _read_for_key(text: bytes) -> list[Asked]:
    """What ``text`` asks for, unless that is more than a key may stand for: then only so much as
    shows it. Raises ``MalformedBody``."""
    splitter = ObjectSplitter()
    asked: list[Asked] = []
    for each in splitter.each(text):
        asked.append(parse(each))
        if len(asked) > IDEMPOTENT_RECORDS_MAX:
            return asked
    splitter.finish()
    return asked


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


async def _at_once(shipper: Shipper, text: bytes, *, is_whole: bool) -> list[Answer]:
    stream = RecordStream()
    asked: list[Asked] = []
    fault: list[Answer] = []
    try:
        asked += stream.feed(text)
        if is_whole:
            stream.finish()
    except MalformedBody as error:
        fault = [malformed(error)]
    if not asked:
        return fault
    shipment = await shipper.ship(asked)
    return await shipment.answers() + fault


async def _as_it_comes(
    shipper: Shipper, begun: bytes, body: RequestBody, *, is_bounded: bool
) -> Reply:
    """``begun`` is what has been read of it."""
    answers = Production(shipper).answers(_parts(begun, body))
    first = await anext(answers, [])
    if is_bounded and len(first) == 1:
        second = await anext(answers, [])
        if not second:
            return answer_all(first)
        first += second
    if not first:
        return answer_all([])
    return Reply(_lines(lines_of(first), answers))


async def _lines(first: bytes, following: AsyncIterator[list[Answer]]) -> AsyncIterator[bytes]:
    async with aclosing(following):  # type: ignore[type-var]
        yield first
        async for answers in following:
            yield lines_of(answers)


async def _parts(begun: bytes, body: RequestBody) -> AsyncIterator[Part]:
    """What a body asks for, as it arrives: what is to be sent together, and out of how many bytes.

    Raises ``MalformedBody`` behind what was right before it.
    """
    stream = RecordStream()
    asked: list[Asked] = []
    size = 0
    try:
        async for chunk in _chunks(begun, body):
            for piece in pieces(chunk):
                size += len(piece)
                asked += stream.feed(piece)
                if excess_bytes(len(asked), size) > SHIPMENT_EXCESS_BYTES_MAX:
                    yield asked, size
                    asked, size = [], 0
            if asked:
                yield asked, size
                asked, size = [], 0
        if not body.disconnected:
            stream.finish()
    except MalformedBody:
        if asked:
            yield asked, size
        raise


async def _chunks(begun: bytes, body: RequestBody) -> AsyncIterator[bytes]:
    if begun:
        yield begun
    async for chunk in body.chunks():
        yield chunk
