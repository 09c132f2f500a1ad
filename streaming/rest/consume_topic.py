"""``GET …/topics/{topic}/records``: a whole topic, forward or backward, page by page.

Stateless: a cursor says where a page ends, so a request whose answer was lost is simply sent again.
With a filter a page may hold fewer records than asked for, or none, and still not be the last:
``progress`` tells how far it has looked, and ``next_cursor`` goes on from there.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Final

from brokers.wire.records import Record
from streaming.filters.filter import Filter, FilterFailure, compile_filter
from streaming.live.cursor import encode_cursor
from streaming.records.clients import current_clients
from streaming.records.identity import READ
from streaming.rest.consume import record_texts
from streaming.rest.consume_topic_request import ConsumeTopicRequest, parse_consume_topic_request
from streaming.rest.exchange import Exchange, Reply
from streaming.rest.record_text import unreadable_text
from streaming.rest.topic_walk import TopicWalk

SCANNED_RECORDS_MAX: Final = 50_000
SCANNED_BYTES_MAX: Final = 64 * 1024 * 1024
"""Looked at for one page of a filter; the reader goes on from its cursor."""
SLICE_RECORDS: Final = 500
SCAN_MS_MIN: Final = 250
"""A filter looks for at least this long, whatever ``timeout_ms`` says, or it might never get on."""

Found = tuple[int, Record]


async def consume_topic(exchange: Exchange, topic: str) -> Reply:
    """Raises what keeps it from being served."""
    exchange.access.require(READ)
    wanted = parse_consume_topic_request(exchange.query)
    matching = await compile_filter(wanted.filter_text) if wanted.filter_text else None
    async with current_clients().reader(exchange.access.identity) as reader:
        reader.require_unthrottled()
        walk = TopicWalk(reader, topic, backward=wanted.backward)
        await walk.begin(wanted.start, wanted.partitions, wanted.max_records)
        page = await _read_page(walk, wanted, matching)
    return await _reply(exchange, topic, wanted, walk, page)


@dataclass(slots=True)
class _Page:
    found: list[Found] = field(default_factory=list)
    bytes: int = 0
    scanned_records: int = 0
    scanned_bytes: int = 0
    failures: int = 0
    failure: str | None = None

    @property
    def is_long(self) -> bool:
        """Whether enough was looked at for one page."""
        return (
            self.scanned_records >= SCANNED_RECORDS_MAX or self.scanned_bytes >= SCANNED_BYTES_MAX
        )


async def _read_page(
    walk: TopicWalk, wanted: ConsumeTopicRequest, matching: Filter | None
) -> _Page:
    page = _Page()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    deadline = begun + wanted.timeout_ms / 1000
    scan_until = max(deadline, begun + SCAN_MS_MIN / 1000)
    while len(page.found) < wanted.max_records and page.bytes < wanted.max_bytes:
        count = min(wanted.max_records - len(page.found), SLICE_RECORDS)
        taken = await walk.take(count, wanted.max_bytes - page.bytes)
        await _look_at(taken, page, matching)
        if taken:
            if (
                page.scanned_records >= SCANNED_RECORDS_MAX
                or page.scanned_bytes > SCANNED_BYTES_MAX
            ):
                break
            if loop.time() > scan_until:
                break
        elif walk.merge.at_end:
            left = deadline - loop.time()
            if page.found or walk.unreadable or wanted.backward or left <= 0:
                break
            await walk.wait(max(1, int(left * 1000)))
        elif loop.time() > scan_until:
            break
    return page


async def _look_at(taken: list[Found], page: _Page, matching: Filter | None) -> None:
    """Put on the page what matches."""
    page.scanned_records += len(taken)
    sizes = [len(record.key or b"") + len(record.value or b"") for _partition, record in taken]
    page.scanned_bytes += sum(sizes)
    if matching is None:
        page.found += taken
        page.bytes += sum(sizes)
        return
    by_partition: dict[int, list[int]] = {}
    for index, (partition, _record) in enumerate(taken):
        by_partition.setdefault(partition, []).append(index)
    matches: set[int] = set()
    for partition, indexes in by_partition.items():
        records = [taken[index][1] for index in indexes]
        outcomes = await matching.outcomes(partition, records)
        for index, outcome in zip(indexes, outcomes, strict=True):
            if isinstance(outcome, FilterFailure):
                page.failures += 1
                page.failure = page.failure or outcome.reason
            elif outcome:
                matches.add(index)
    page.found += (taken[index] for index in sorted(matches))
    page.bytes += sum(sizes[index] for index in matches)


async def _reply(
    exchange: Exchange, topic: str, wanted: ConsumeTopicRequest, walk: TopicWalk, page: _Page
) -> Reply:
    url = exchange.origin() + exchange.path
    merge = walk.merge
    progress: dict[str, Any] = {
        "scanned_records": page.scanned_records,
        "scanned_bytes": page.scanned_bytes,
        "matched": len(page.found),
    }
    if page.failures:
        progress |= {"filter_failures": page.failures, "filter_failure": page.failure}
    head = {
        "kind": "KafkaRecordList",
        "metadata": {"self": url, "next": None},
        "cluster_id": exchange.access.cluster_id,
        "topic_name": topic,
        "next_cursor": encode_cursor(merge.positions.items()),
        "previous_cursor": encode_cursor(merge.first.items()),
        "at_end": merge.at_end,
        "progress": progress,
        "partitions": [
            {
                "partition_id": partition,
                "log_start_offset": extent.start,
                "high_watermark": extent.end,
            }
            for partition, extent in merge.extents.items()
        ],
    }
    unreadable = ",".join(unreadable_text(*each) for each in walk.unreadable)
    records = await record_texts(page.found, wanted.max_value_bytes, url.removesuffix("/records"))
    return Reply(
        json.dumps(head, separators=(",", ":"))[:-1].encode()
        + f',"unreadable":[{unreadable}],"data":['.encode()
        + records
        + b"]}"
    )
