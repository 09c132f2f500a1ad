"""``POST …/topics/{topic}/records``: one record or a stream of them, each with its own answer.

The body is one JSON object or many in a row, for as long as the connection lasts; answers come in
the same order, a line each, while the body is still arriving. A request whose length is known and
that holds one object is answered with that object's HTTP status; in a stream the status is 200 and
each answer has its ``error_code``.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.access.caller import TenantAccess
from streaming.access.request_caller import acaller_of_request
from streaming.problems import Problem, problem_body, problem_of
from streaming.records.clients import current_clients
from streaming.records.identity import WRITE
from streaming.records.partitioner import choose_partition
from streaming.records.producer import BatchRefused, Delivered, OutgoingRecord, check_size
from streaming.rest.answers import INTERNAL, answering_errors, respond
from streaming.rest.concatenated_json import MalformedBody, ObjectSplitter, ObjectTooLarge
from streaming.rest.operations import described, json_body, json_response
from streaming.rest.produce_request import (
    InvalidRecord,
    Payload,
    ProduceRequest,
    parse_produce_request,
)
from streaming.rest.request_body import STREAM_KEY, RequestBody
from streaming.rest.schema import PRODUCE, PRODUCED

logger = logging.getLogger(__name__)

IN_FLIGHT_MAX: Final = 256
"""Records of one request that are on their way; past it the body is not read further."""
IN_FLIGHT_BYTES_MAX: Final = 8 * 1024 * 1024

Report = dict[str, Any]
Outcome = Report | Problem


@described(
    "produce_records",
    "Produce one record, or many as concatenated JSON objects; each is answered by one object, in "
    "order, while the body is still being sent.",
    body=json_body(PRODUCE),
    responses={200: json_response(PRODUCED, "What became of each record.")},
)
@answering_errors
async def produce_records(request: HttpRequest, cluster_id: str, topic: str) -> HttpResponseBase:
    caller = await acaller_of_request(request)
    access = caller.access(cluster_id)
    access.require(WRITE)
    if not _is_json(request):
        return respond(Problem(415, 415, "Send the records as application/json."), request)
    async with current_clients().reader(access.identity) as reader:
        partitions = len(await reader.partitions(topic))
    body: RequestBody = request.scope[STREAM_KEY]  # type: ignore[attr-defined]
    outcomes = _Production(access, topic, partitions).outcomes(body)
    first = await anext(outcomes, None)
    if first is None:
        message = "The body is empty. Send at least one record as a JSON object."
        return respond(Problem(422, 422, message), request)
    if request.headers.get("Content-Length") is not None:
        second = await anext(outcomes, None)
        if second is None:
            return _single(first, request)
        return _stream(outcomes, first, second)
    return _stream(outcomes, first)


def _is_json(request: HttpRequest) -> bool:
    return request.content_type in ("application/json", "text/json")


def _single(outcome: Outcome, request: HttpRequest) -> HttpResponse:
    if isinstance(outcome, Problem):
        return respond(outcome, request)
    return HttpResponse(_line(outcome), content_type="application/json")


def _stream(outcomes: AsyncIterator[Outcome], *first: Outcome) -> StreamingHttpResponse:
    async def lines() -> AsyncIterator[bytes]:
        async with aclosing(outcomes):  # type: ignore[type-var]
            for outcome in first:
                yield _line(outcome)
            async for outcome in outcomes:
                yield _line(outcome)

    return StreamingHttpResponse(lines(), content_type="application/json")


def _line(outcome: Outcome) -> bytes:
    if isinstance(outcome, Problem):
        return problem_body(outcome) + b"\r\n"
    return json.dumps(outcome, separators=(",", ":")).encode() + b"\r\n"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One object of the body: what it asked for, and the record on its way or why there is none."""

    request: ProduceRequest
    record: OutgoingRecord
    delivery: "asyncio.Task[Delivered]"


class _Production:
    """The records of one request on their way: read ahead within bounds, answered in order."""

    def __init__(self, access: TenantAccess, topic: str, partitions: int) -> None:
        self._access = access
        self._topic = topic
        self._partitions = partitions
        self._queue: asyncio.Queue[tuple[_Entry | Problem, int] | None] = asyncio.Queue(
            IN_FLIGHT_MAX
        )
        self._bytes = 0
        self._room = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def outcomes(self, body: RequestBody) -> AsyncIterator[Outcome]:
        """One outcome per object of the body. After a syntax error, none: where the next object
        would begin cannot be told."""
        reading = self._reading = asyncio.create_task(self._read(body))
        try:
            while (entry := await self._queue.get()) is not None:
                waiting, size = entry
                yield await self._outcome(waiting)
                self._bytes -= size
                self._room.set()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, body: RequestBody) -> None:
        splitter = ObjectSplitter()
        try:
            async for chunk in body.chunks():
                for text in splitter.feed(chunk):
                    await self._wait_for_room(len(text))
                    await self._queue.put((await self._submit(text), len(text)))
            if not body.disconnected:
                splitter.finish()
        except ObjectTooLarge as error:
            await self._queue.put((Problem(413, 413, str(error)), 0))
        except MalformedBody as error:
            await self._queue.put((Problem(400, 400, str(error)), 0))
        finally:
            await self._queue.put(None)

    async def _wait_for_room(self, size: int) -> None:
        while self._bytes and self._bytes + size > IN_FLIGHT_BYTES_MAX:
            self._room.clear()
            await self._room.wait()
        self._bytes += size

    async def _submit(self, text: bytes) -> _Entry | Problem:
        try:
            request = parse_produce_request(text)
            record = self._record(request)
            delivery = await current_clients().submit(self._access.identity, record)
        except InvalidRecord as error:
            return Problem(400, 400, f"Bad Request: {error}")
        except BatchRefused as error:
            return _problem(error.refusal)
        except Exception as error:
            return _problem(error)
        return _Entry(request, record, delivery)

    async def _outcome(self, waiting: _Entry | Problem) -> Outcome:
        if isinstance(waiting, Problem):
            return waiting
        try:
            written = await self._written(waiting)
        except Exception as error:
            return _problem(error)
        return {
            "error_code": 200,
            "cluster_id": self._access.cluster_id,
            "topic_name": self._topic,
            "partition_id": waiting.record.partition,
            "offset": written.offset,
            "timestamp": _rfc3339(written.timestamp_ms),
            "key": _sized(waiting.request.key),
            "value": _sized(waiting.request.value),
        }

    async def _written(self, waiting: _Entry) -> Delivered:
        try:
            return await waiting.delivery
        except BatchRefused as refused:
            # Another request's record may be to blame. Trying again keeps the order of this
            # request's records only when none of them has followed.
            if self._nothing_follows():
                return await current_clients().write_alone(self._access.identity, waiting.record)
            raise refused.refusal from refused

    def _nothing_follows(self) -> bool:
        ended = self._reading is not None and self._reading.done()
        return ended and self._queue.qsize() == 1  # the mark of the end

    def _record(self, request: ProduceRequest) -> OutgoingRecord:
        key = request.key.data if request.key else None
        value = request.value.data if request.value else None
        partition = request.partition
        if partition is None:
            partition = choose_partition(key, self._partitions)
        elif partition >= self._partitions:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {self._topic!r} has no partition {partition}; "
                f"it has {self._partitions}, from 0",
            )
        timestamp_ms = request.timestamp_ms
        if timestamp_ms is None:
            timestamp_ms = time.time_ns() // 1_000_000
        record = OutgoingRecord(self._topic, partition, key, value, request.headers, timestamp_ms)
        check_size(record)
        return record


def _problem(error: Exception) -> Problem:
    problem = problem_of(error)
    if problem is None:
        logger.error("a record could not be produced", exc_info=error)
        return INTERNAL
    return problem


def _sized(payload: Payload | None) -> Report | None:
    if payload is None:
        return None
    return {"type": payload.type, "size": len(payload.data or b"")}


def _rfc3339(timestamp_ms: int) -> str:
    moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
