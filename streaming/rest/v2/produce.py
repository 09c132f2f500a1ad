"""``POST /topics/{topic}`` and ``…/partitions/{partition}``: records, each with its own result."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from brokers.kernel.errors import Refusal
from streaming.access.caller import TenantAccess
from streaming.consumers.errors import PartitionNotFound, TopicNotFound
from streaming.consumers.settings import Format
from streaming.problems import Problem
from streaming.records.identity import WRITE
from streaming.records.outgoing import Delivered
from streaming.rest.exchange import Reply
from streaming.rest.produce_request import ProduceRequest
from streaming.rest.production import Part, Production
from streaming.rest.shipment import Answer, Shipper
from streaming.rest.v2 import schemas
from streaming.rest.v2.answering import access_of, v2_view
from streaming.rest.v2.describing import described_v2
from streaming.rest.v2.media import PLAIN, format_of_body
from streaming.rest.v2.produce_request import ProduceBody
from streaming.rest.v2.topics import ABSENT

INLINE_BYTES_MAX: Final = 128 * 1024
"""A larger body is parsed in a thread, so that others are answered meanwhile."""

RETRIABLE: Final = 50003
KAFKA_ERROR: Final = 50002
_TOLD: Final = frozenset({40101, 40301, RETRIABLE})

_BEGIN: Final = b'{"offsets":['
_END: Final = b'],"key_schema_id":null,"value_schema_id":null}'


@described_v2(
    "produce_to_topic_v2",
    "Write records, each to the partition that it names or that its key chooses.",
    body=schemas.records_body(partition=schemas.PARTITION_CHOICE),
    responses={200: schemas.answer(schemas.PRODUCED, "What became of each record.")},
)
@v2_view
async def produce_to_topic(request: HttpRequest, topic: str) -> HttpResponseBase:
    return await _served(request, topic, None)


@described_v2(
    "produce_to_partition_v2",
    "Write records to one partition.",
    body=schemas.records_body(),
    responses={200: schemas.answer(schemas.PRODUCED, "What became of each record.")},
)
@v2_view
async def produce_to_partition(
    request: HttpRequest, topic: str, partition: int
) -> HttpResponseBase:
    return await _served(request, topic, partition)


async def _served(request: HttpRequest, topic: str, partition: int | None) -> HttpResponseBase:
    access = await access_of(request, WRITE)
    wanted = format_of_body(request.content_type)
    reply = await produce_v2(access, topic, partition, wanted, request.read())
    if isinstance(reply.body, bytes):
        return HttpResponse(reply.body, content_type=PLAIN)
    return StreamingHttpResponse(reply.body, content_type=PLAIN)


async def produce_v2(
    access: TenantAccess, topic: str, partition: int | None, wanted: Format, data: bytes
) -> Reply:
    """What became of each record of a body, once all of it was found to be right.

    Where its records may not all be in memory at once, the reply is made while they are written.
    Raises whatever keeps the whole request from being served.
    """
    shipper = Shipper(access.identity, topic, _written)
    try:
        await shipper.find_topic()
        if partition is not None:
            await _require_partition(shipper, topic, partition)
        body = await _parsed(data, wanted, partition)
        await _require_partition(shipper, topic, body.highest_partition)
    except Refusal as refusal:
        if refusal.code in ABSENT:
            raise TopicNotFound(topic) from refusal
        raise
    pieces = _pieces(Production(shipper).answers(_parts(body, len(data))))
    if body.is_one_part:
        return Reply(b"".join([piece async for piece in pieces]))
    return Reply(pieces)


async def _require_partition(shipper: Shipper, topic: str, partition: int) -> None:
    count = await shipper.partition_count(partition)
    if partition >= count:
        raise PartitionNotFound(topic, partition, count)


async def _parsed(data: bytes, wanted: Format, partition: int | None) -> ProduceBody:
    if len(data) > INLINE_BYTES_MAX:
        return await asyncio.to_thread(ProduceBody, data, wanted, partition)
    return ProduceBody(data, wanted, partition)


async def _parts(body: ProduceBody, size: int) -> AsyncIterator[Part]:
    parts = body.parts()
    while True:
        is_long = size > INLINE_BYTES_MAX
        part = await asyncio.to_thread(next, parts, None) if is_long else next(parts, None)
        if part is None:
            return
        yield part


async def _pieces(answers: AsyncIterator[list[Answer]]) -> AsyncIterator[bytes]:
    joint = _BEGIN
    async with aclosing(answers):  # type: ignore[type-var]
        async for some in answers:
            yield joint + b",".join(_results(some))
            joint = b","
    yield _END


def _results(answers: Sequence[Answer]) -> list[bytes]:
    return [_failed(each) if isinstance(each, Problem) else each for each in answers]


def _written(_asked: ProduceRequest, partition: int, delivered: Delivered) -> bytes:
    return b'{"partition":%d,"offset":%d,"error_code":null,"error":null}' % (
        partition,
        delivered.offset,
    )


def _failed(problem: Problem) -> bytes:
    code = problem.error_code if problem.error_code in _TOLD else KAFKA_ERROR
    result = {
        "partition": None,
        "offset": None,
        "error_code": RETRIABLE if problem.status in (429, 503) else code,
        "error": problem.message,
    }
    return msgspec.json.encode(result)
