"""``POST /topics/{topic}`` and ``…/partitions/{partition}``: records, each with its own result."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponseBase

from brokers.kernel.errors import Refusal
from streaming.access.caller import TenantAccess
from streaming.consumers.errors import PartitionNotFound, TopicNotFound
from streaming.problems import problem_of
from streaming.records.clients import current_clients
from streaming.records.identity import WRITE
from streaming.records.outgoing import Delivered, Outcome, OutgoingRecord, Parcel, check_size
from streaming.records.partitioner import choose_partition
from streaming.rest.v2 import schemas
from streaming.rest.v2.answering import access_of, json_answer, v2_view
from streaming.rest.v2.describing import described_v2
from streaming.rest.v2.media import format_of_body
from streaming.rest.v2.produce_request import RecordV2, parse_produce
from streaming.rest.v2.topics import ABSENT

logger = logging.getLogger(__name__)

INLINE_BYTES_MAX: Final = 128 * 1024
"""A larger body is parsed in a thread, so that others are answered meanwhile."""

RETRIABLE: Final = 50003
KAFKA_ERROR: Final = 50002
_TOLD: Final = frozenset({40101, 40301, RETRIABLE})

Result = dict[str, object]


@described_v2(
    "produce_to_topic_v2",
    "Write records, each to the partition that it names or that its key chooses.",
    body=schemas.records_body(partition=schemas.PARTITION_CHOICE),
    responses={200: schemas.answer(schemas.PRODUCED, "What became of each record.")},
)
@v2_view
async def produce_to_topic(request: HttpRequest, topic: str) -> HttpResponseBase:
    return await _produce(request, topic, None)


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
    return await _produce(request, topic, partition)


async def _produce(request: HttpRequest, topic: str, partition: int | None) -> HttpResponseBase:
    access = await access_of(request, WRITE)
    wanted = format_of_body(request.content_type)
    current_clients().require_unthrottled(access.identity)
    count = await _partition_count(access, topic, -1 if partition is None else partition)
    if partition is not None and partition >= count:
        raise PartitionNotFound(topic, partition, count)
    data = request.read()
    if len(data) > INLINE_BYTES_MAX:
        records = await asyncio.to_thread(parse_produce, data, wanted, partition)
    else:
        records = parse_produce(data, wanted, partition)
    highest = max(-1 if each.partition is None else each.partition for each in records)
    if highest >= count:
        count = await _partition_count(access, topic, highest)
    if highest >= count:
        raise PartitionNotFound(topic, highest, count)
    offsets = await _results(access, _outgoing(topic, records, count))
    return json_answer({"offsets": offsets, "key_schema_id": None, "value_schema_id": None})


async def _partition_count(access: TenantAccess, topic: str, partition: int) -> int:
    """How many the topic has; asked of a broker where ``partition`` is not among those known."""
    try:
        known = await current_clients().partitions(access.identity, topic)
        if partition >= len(known):
            known = await current_clients().current_partitions(access.identity, topic)
    except Refusal as refusal:
        if refusal.code in ABSENT:
            raise TopicNotFound(topic) from refusal
        raise
    return len(known)


def _outgoing(topic: str, records: Sequence[RecordV2], count: int) -> list[OutgoingRecord]:
    now_ms = time.time_ns() // 1_000_000
    return [
        OutgoingRecord(
            topic,
            choose_partition(each.key, count) if each.partition is None else each.partition,
            each.key,
            each.value,
            each.headers,
            now_ms if each.timestamp_ms is None else each.timestamp_ms,
        )
        for each in records
    ]


async def _results(access: TenantAccess, records: Sequence[OutgoingRecord]) -> list[Result]:
    """One for each record, in order; those of one partition are written in their order."""
    outcomes: dict[int, Outcome | None] = {}
    by_partition: dict[int, list[int]] = {}
    for index, record in enumerate(records):
        try:
            check_size(record)
        except Refusal as refusal:
            outcomes[index] = refusal
        else:
            by_partition.setdefault(record.partition, []).append(index)
    parcels: list[tuple[list[int], Parcel]] = []
    for indexes in by_partition.values():
        together = [records[index] for index in indexes]
        try:
            parcels.append(
                (indexes, await current_clients().submit_many(access.identity, together))
            )
        except Exception as error:
            outcomes |= dict.fromkeys(indexes, error)
    for indexes, parcel in parcels:
        await parcel.done
        outcomes |= dict(zip(indexes, parcel.outcomes, strict=True))
    return [_result(record, outcomes[index]) for index, record in enumerate(records)]


def _result(record: OutgoingRecord, outcome: Outcome | None) -> Result:
    if isinstance(outcome, Delivered):
        place = {"partition": record.partition, "offset": outcome.offset}
        return {**place, "error_code": None, "error": None}
    problem = None if outcome is None else problem_of(outcome)
    if problem is None:
        logger.error("a record could not be produced", exc_info=outcome)
        return _failed(KAFKA_ERROR, "the record could not be written; the service's log says more")
    code = problem.error_code if problem.error_code in _TOLD else KAFKA_ERROR
    return _failed(RETRIABLE if problem.status in (429, 503) else code, problem.message)


def _failed(code: int, message: str) -> Result:
    return {"partition": None, "offset": None, "error_code": code, "error": message}
