"""One look at many partitions: what they hold from where an instance stands, within bounds."""

import asyncio
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import FETCH_BYTES_MAX
from brokers.wire.records import Record
from streaming.consumers.positions import Span
from streaming.consumers.settings import RECORDS_MAX
from streaming.groups.model import TopicPartition
from streaming.records.decoding import Unreadable, decode
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import MOVED, NO_LEADER, Fetched, Reader

GONE: Final = frozenset({ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID})

Spans = Mapping[TopicPartition, Span]


@dataclass(slots=True)
class Page:
    """What one look found. ``ends`` are the offsets to go on from, also of partitions that gave no
    records; ``out_of_range`` are those whose position is before the log's start or behind its end;
    of ``unreadable`` batches none was read past."""

    records: list[tuple[TopicPartition, Record]] = field(default_factory=list)
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    out_of_range: list[TopicPartition] = field(default_factory=list)
    unreadable: list[tuple[TopicPartition, Unreadable]] = field(default_factory=list)
    bytes: int = 0
    waited: bool = False
    """Whether any broker was asked, and so whether time has passed."""


async def look(reader: Reader, spans: Spans, *, wait_ms: int, max_bytes: int) -> Page:
    """Ask the leaders of all ``spans`` at once, each for up to ``max_bytes`` (of batches, as they
    are stored); waits for the first record ``wait_ms`` at most. What has no leader now, or is gone,
    is left out. Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    by_leader = await _by_leader(reader, spans)
    asked = [
        _ask(reader, leader, positions, wait_ms, min(max_bytes, FETCH_BYTES_MAX))
        for leader, positions in by_leader.items()
    ]
    answers = [each for answer in await asyncio.gather(*asked) for each in answer]
    page = Page(waited=bool(by_leader))
    # Not always the same first, or a busy partition would starve the others.
    random.shuffle(answers)
    for partition, fetched in answers:
        if fetched.error in MOVED or fetched.error in GONE:
            reader.forget(partition.topic)
            continue
        await _read(page, partition, fetched, spans[partition], max_bytes)
    return page


async def _by_leader(reader: Reader, spans: Spans) -> dict[int, dict[str, dict[int, int]]]:
    """Offsets by partition, by topic, by leader."""
    by_leader: dict[int, dict[str, dict[int, int]]] = {}
    for topic in {partition.topic for partition in spans}:
        try:
            places = await reader.places(topic)
        except Refusal as refusal:
            if refusal.code in GONE or refusal.code in MOVED:
                continue
            raise
        for partition, span in spans.items():
            place = places.get(partition.partition) if partition.topic == topic else None
            if partition.topic != topic:
                continue
            if place is None or place.leader == NO_LEADER:
                reader.forget(topic)
                continue
            positions = by_leader.setdefault(place.leader, {}).setdefault(topic, {})
            positions[partition.partition] = span.start
    return by_leader


async def _ask(
    reader: Reader,
    leader: int,
    positions: Mapping[str, Mapping[int, int]],
    wait_ms: int,
    max_bytes: int,
) -> list[tuple[TopicPartition, Fetched]]:
    try:
        topics = await reader.fetch_topics(leader, positions, wait_ms=wait_ms, max_bytes=max_bytes)
    except BrokersUnavailable:
        for topic in positions:
            reader.forget(topic)
        return []
    return list(_rows(topics))


def _rows(topics: Mapping[str, list[Fetched]]) -> Iterator[tuple[TopicPartition, Fetched]]:
    for topic, answers in topics.items():
        for fetched in answers:
            yield TopicPartition(topic, fetched.partition), fetched


async def _read(
    page: Page, partition: TopicPartition, fetched: Fetched, span: Span, max_bytes: int
) -> None:
    if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
        page.out_of_range.append(partition)
        return
    if fetched.error is not ErrorCode.NONE:
        raise refusal_of(fetched.error, f"records of {partition}")
    room = max_bytes - page.bytes
    left = RECORDS_MAX - len(page.records)
    if page.records and (room <= 0 or left <= 0):
        return
    decoded = await decode(
        fetched.records, span.start, max_records=max(left, 1), max_bytes=max(room, 1)
    )
    end = decoded.next_offset if span.end is None else min(decoded.next_offset, span.end)
    if decoded.unreadable:
        page.unreadable.append((partition, decoded.unreadable[0]))
        end = min(end, decoded.unreadable[0].first)
    page.ends[partition] = end
    for record in decoded.records:
        if record.offset < end:
            page.records.append((partition, record))
            page.bytes += len(record.key or b"") + len(record.value or b"")
