"""``GET …/partitions/{partition}/records``: records by offset or timestamp, with a long poll.

Stateless: the answer names the offset to go on from, so a request whose answer was lost is simply
sent again. ``GET …/records/{offset}`` gives one record whole, however long.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import FETCH_BYTES_MAX
from brokers.wire.records import Record
from streaming.problems import Problem
from streaming.records.clients import current_clients
from streaming.records.decoding import Decoded, decode
from streaming.records.identity import READ
from streaming.records.reader import EARLIEST, LATEST, Fetched, Reader
from streaming.rest.consume_request import (
    OFFSET_MAX,
    VALUE_BYTES_MAX,
    ConsumeRequest,
    InvalidQuery,
    parse_consume_request,
    wants_bytes,
)
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.problem_reply import problem_reply
from streaming.rest.record_text import record_bytes_text, record_text, unreadable_text

RECORDS_PER_TURN: Final = 500
"""Encoded at a time; between, the event loop serves others."""


async def consume_partition(exchange: Exchange, topic: str, partition: int) -> Reply:
    """Raises what keeps it from being served."""
    exchange.access.require(READ)
    wanted = parse_consume_request(exchange.query)
    async with current_clients().reader(exchange.access.identity) as reader:
        reader.require_unthrottled()
        fetched, decoded = await _read(reader, topic, partition, wanted)
    url = exchange.origin() + exchange.path
    head = {
        "kind": "KafkaRecordList",
        "metadata": {"self": url, "next": f"{url}?offset={decoded.next_offset}"},
        "cluster_id": exchange.access.cluster_id,
        "topic_name": topic,
        "partition_id": partition,
        "next_offset": decoded.next_offset,
        "high_watermark": fetched.high_watermark,
        "log_start_offset": fetched.log_start_offset,
    }
    unreadable = ",".join(unreadable_text(partition, each) for each in decoded.unreadable)
    topic_url = url.rsplit("/partitions/", 1)[0]
    records = await record_texts(
        ((partition, record) for record in decoded.records), wanted.max_value_bytes, topic_url
    )
    return Reply(
        b"".join(
            (
                json.dumps(head, separators=(",", ":"))[:-1].encode(),
                f',"unreadable":[{unreadable}],"data":['.encode(),
                records,
                b"]}",
            )
        )
    )


async def record_texts(
    records: Iterable[tuple[int, Record]], max_value_bytes: int, topic_url: str
) -> bytes:
    """(partition, record) each as JSON, with commas between them; gives way to others meanwhile."""
    texts: list[bytes] = []
    for some in _in_turns(iter(records)):
        if texts:
            await asyncio.sleep(0)
        texts += [record_text(p, record, max_value_bytes, topic_url) for p, record in some]
    return b",".join(texts)


def _in_turns(records: Iterator[tuple[int, Record]]) -> Iterator[tuple[tuple[int, Record], ...]]:
    while some := tuple(islice(records, RECORDS_PER_TURN)):
        yield some


async def consume_record(exchange: Exchange, topic: str, partition: int, offset: int) -> Reply:
    """One record, whole. Raises what keeps it from being served."""
    exchange.access.require(READ)
    as_bytes = wants_bytes(exchange.query)
    if offset > OFFSET_MAX:
        raise InvalidQuery(f"an offset is at most {OFFSET_MAX}")
    async with current_clients().reader(exchange.access.identity) as reader:
        reader.require_unthrottled()
        fetched = await _fetch(reader, topic, partition, offset, wait_ms=0, max_bytes=1)
        decoded = await decode(fetched.records, offset, max_records=1, max_bytes=1)
    if not decoded.records and decoded.unreadable:
        return problem_reply(Problem(422, 422, decoded.unreadable[0].reason))
    if not decoded.records or decoded.records[0].offset != offset:
        message = (
            f"topic {topic!r}/{partition} has no record at offset {offset}: it was compacted "
            "away, or is a mark of a transaction, or is still to be written"
        )
        return problem_reply(Problem(404, 404, message))
    record = decoded.records[0]
    if as_bytes:
        return Reply(record_bytes_text(partition, record))
    return Reply(record_text(partition, record, VALUE_BYTES_MAX, ""))


async def _read(
    reader: Reader, topic: str, partition: int, wanted: ConsumeRequest
) -> tuple[Fetched, Decoded]:
    offset = wanted.offset
    if offset is None:
        offset = (await reader.offsets(topic, {partition: wanted.timestamp_ms}))[partition]
    max_bytes = min(wanted.max_bytes, FETCH_BYTES_MAX)
    fetched = await _fetch(
        reader, topic, partition, offset, wait_ms=wanted.timeout_ms, max_bytes=max_bytes
    )
    decoded = await decode(
        fetched.records, offset, max_records=wanted.max_records, max_bytes=wanted.max_bytes
    )
    return fetched, decoded


async def _fetch(
    reader: Reader, topic: str, partition: int, offset: int, *, wait_ms: int, max_bytes: int
) -> Fetched:
    fetched = await reader.fetch_partition(
        topic, partition, offset, wait_ms=wait_ms, max_bytes=max_bytes
    )
    if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
        raise await _out_of_range(reader, topic, partition, offset)
    return fetched


async def _out_of_range(reader: Reader, topic: str, partition: int, offset: int) -> Refusal:
    first = await reader.offsets(topic, {partition: EARLIEST})
    end = await reader.offsets(topic, {partition: LATEST})
    return Refusal(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        f"offset {offset} of topic {topic!r}/{partition} is out of range: it holds "
        f"{first[partition]} up to, without, {end[partition]}; "
        "read from offset=earliest or offset=latest",
    )
