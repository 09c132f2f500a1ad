"""Records endpoints for sessions and for the OpenAPI document: ``records_door``'s by Django."""

from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from streaming.access.request_caller import acaller_of_request
from streaming.rest.answers import answering_errors
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.operations import described, json_body, json_response
from streaming.rest.records_endpoints import PATH, endpoint_for
from streaming.rest.records_schema import (
    BATCH,
    BATCH_PRODUCED,
    IDEMPOTENCY_KEY,
    PARTITION_PARAMETERS,
    PARTITION_RECORDS,
    PRODUCE,
    PRODUCED,
    RECORD,
    RECORD_PARAMETERS,
    TOPIC_PARAMETERS,
    TOPIC_RECORDS,
)
from streaming.rest.request_body import STREAM_KEY
from streaming.rest.schema import ERROR


@described(
    "produceRecord",
    "Produce one record, or many as concatenated JSON objects; each is answered by one object, in "
    "order, while the body is still being sent.",
    parameters=(IDEMPOTENCY_KEY,),
    body=json_body(PRODUCE),
    responses={
        200: json_response(PRODUCED, "What became of each record."),
        413: json_response(ERROR, "The record is larger than the topic takes."),
        415: json_response(ERROR, "The body is of another type."),
        422: json_response(ERROR, "The body is empty."),
    },
)
@answering_errors
async def produce_records(request: HttpRequest, **_names: Any) -> HttpResponseBase:
    return await _served(request)


@described(
    "produceRecordsBatch",
    "Produce up to 1,000 records in one document, each with an id of its own.",
    parameters=(IDEMPOTENCY_KEY,),
    body=json_body(BATCH),
    responses={207: json_response(BATCH_PRODUCED, "What became of each entry, by id.")},
)
@answering_errors
async def produce_records_batch(request: HttpRequest, **_names: Any) -> HttpResponseBase:
    return await _served(request)


@described(
    "consumeTopicRecords",
    "Read a topic's records in the order of their timestamps, forward or backward, page by page.",
    parameters=TOPIC_PARAMETERS,
    responses={200: json_response(TOPIC_RECORDS, "Records, and cursors to go on from.")},
)
@answering_errors
async def consume_topic_records(request: HttpRequest, **_names: Any) -> HttpResponseBase:
    return await _served(request)


@described(
    "consumePartitionRecords",
    "Read records of one partition; waits for the first one.",
    parameters=PARTITION_PARAMETERS,
    responses={200: json_response(PARTITION_RECORDS, "Records and where to go on.")},
)
@answering_errors
async def consume_partition_records(request: HttpRequest, **_names: Any) -> HttpResponseBase:
    return await _served(request)


@described(
    "getRecord",
    "One record, whole, however long its value is.",
    parameters=RECORD_PARAMETERS,
    responses={200: json_response(RECORD, "The record.")},
)
@answering_errors
async def get_record(request: HttpRequest, **_names: Any) -> HttpResponseBase:
    return await _served(request)


async def _served(request: HttpRequest) -> HttpResponseBase:
    """The endpoint's reply; the path is read as ``records_door`` reads it."""
    found = PATH.fullmatch(request.path_info)
    assert found is not None, "the URLs and PATH know the same paths"
    serve = endpoint_for(request.method or "", found)
    assert serve is not None
    caller = await acaller_of_request(request)
    exchange = Exchange(
        caller.access(found.group("cluster")),
        request.path_info,
        request.GET,  # type: ignore[arg-type]  # as a mapping it gives the last value
        request.headers.get,
        lambda: f"{request.scheme}://{request.get_host()}",
        request.scope.get(STREAM_KEY),  # type: ignore[attr-defined]
    )
    return _response(await serve(exchange))


def _response(reply: Reply) -> HttpResponseBase:
    body = reply.body
    response: HttpResponseBase
    if isinstance(body, bytes):
        response = HttpResponse(body, status=reply.status, content_type="application/json")
    else:
        response = StreamingHttpResponse(
            _pieces(body), status=reply.status, content_type="application/json"
        )
    for name, value in reply.headers.items():
        response[name] = value
    return response


async def _pieces(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in body:
        yield piece
