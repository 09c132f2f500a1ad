"""``GET …/partitions/{partition}/records``: records by offset or timestamp, with a long poll.

Stateless: the answer names the offset to go on from, so a request whose answer was lost is simply
sent again.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import FETCH_BYTES_MAX
from streaming.access.request_caller import acaller_of_request
from streaming.records.clients import current_clients
from streaming.records.decoding import Decoded, decode
from streaming.records.identity import READ
from streaming.records.reader import EARLIEST, LATEST, Fetched, Reader
from streaming.rest.answers import answering_errors
from streaming.rest.consume_request import ConsumeRequest, Page, parse_consume_request
from streaming.rest.operations import described, in_query, json_response
from streaming.rest.schema import RECORDS
from streaming.rest.view import path_of

_NUMBER: Final = {"type": "integer"}


@described(
    "consume_records",
    "Read records of one partition; waits for the first one.",
    parameters=(
        in_query("offset", {"type": "string"}, "A number, earliest (default) or latest."),
        in_query("timestamp", _NUMBER, "Unix ms; the first record at or after it."),
        in_query("max_records", _NUMBER, "Default 500, at most 10000."),
        in_query("max_bytes", _NUMBER, "Of keys and values; default 1 MiB."),
        in_query("timeout_ms", _NUMBER, "Longest wait; default 1000, at most 30000."),
    ),
    responses={200: json_response(RECORDS, "Records and where to go on.")},
)
@answering_errors
async def consume_records(
    request: HttpRequest, cluster_id: str, topic: str, partition: int
) -> HttpResponseBase:
    access = (await acaller_of_request(request)).access(cluster_id)
    access.require(READ)
    wanted = parse_consume_request(request.GET)
    async with current_clients().reader(access.identity) as reader:
        fetched, decoded = await _read(reader, topic, partition, wanted)
    page = Page(
        url=path_of(request),
        cluster_id=cluster_id,
        topic=topic,
        partition=partition,
        records=decoded.records,
        unreadable=decoded.unreadable,
        next_offset=decoded.next_offset,
        high_watermark=fetched.high_watermark,
        log_start_offset=fetched.log_start_offset,
    )
    return HttpResponse(page.text(), content_type="application/json")


async def _read(
    reader: Reader, topic: str, partition: int, wanted: ConsumeRequest
) -> tuple[Fetched, Decoded]:
    offset = wanted.offset
    if offset is None:
        offset = (await reader.offsets(topic, {partition: wanted.timestamp_ms}))[partition]
    fetched = await reader.fetch_partition(
        topic,
        partition,
        offset,
        wait_ms=wanted.timeout_ms,
        max_bytes=min(wanted.max_bytes, FETCH_BYTES_MAX),
    )
    if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
        raise await _out_of_range(reader, topic, partition, offset)
    decoded = await decode(
        fetched.records, offset, max_records=wanted.max_records, max_bytes=wanted.max_bytes
    )
    return fetched, decoded


async def _out_of_range(reader: Reader, topic: str, partition: int, offset: int) -> Refusal:
    first = await reader.offsets(topic, {partition: EARLIEST})
    end = await reader.offsets(topic, {partition: LATEST})
    return Refusal(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        f"offset {offset} of topic {topic!r}/{partition} is out of range: it holds "
        f"{first[partition]} up to, without, {end[partition]}; "
        "read from offset=earliest or offset=latest",
    )
