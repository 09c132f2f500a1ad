"""Deleting the oldest records of partitions, asked of their leaders (DeleteRecords, KIP-107)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from brokers.wire.registry import ApiKey
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import ANSWER_SECONDS, MOVED, NO_LEADER, RETRY_SECONDS, Reader
from streaming.records.wire_request import WireRequest

TIMEOUT_MS: Final = ANSWER_SECONDS * 1000


async def delete_records_before(
    reader: Reader, topic: str, offsets: Mapping[int, int]
) -> dict[int, int]:
    """Where each partition's log starts afterwards; ``offsets`` are by partition.

    Follows leaders that move for ``ANSWER_SECONDS`` at most; it is harmless to ask again. Raises
    ``Refusal`` (OFFSET_OUT_OF_RANGE, POLICY_VIOLATION, TOPIC_AUTHORIZATION_FAILED among others) for
    the first partition that was refused, others may be done; and ``BrokersUnavailable``.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    starts: dict[int, int] = {}
    while True:
        left = {index: offset for index, offset in offsets.items() if index not in starts}
        try:
            async for index, start in _attempt(reader, topic, left):
                starts[index] = start
        except (Refusal, BrokersUnavailable) as failure:
            passes = not isinstance(failure, Refusal) or failure.code in MOVED
            if not passes or loop.time() > deadline:
                raise
        else:
            return starts
        await asyncio.sleep(RETRY_SECONDS)


async def _attempt(
    reader: Reader, topic: str, offsets: Mapping[int, int]
) -> AsyncIterator[tuple[int, int]]:
    """What is done, as it is done; raises for the first that is not."""
    places = await reader.partitions(topic)
    by_leader: dict[int, list[DeleteRecordsPartition]] = {}
    for index, offset in offsets.items():
        place = places.get(index)
        if place is None:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {topic!r} has no partition {index}; it has {len(places)}, from 0",
            )
        if place.leader == NO_LEADER:
            raise refusal_of(ErrorCode.LEADER_NOT_AVAILABLE, f"topic {topic!r}/{index}")
        by_leader.setdefault(place.leader, []).append(DeleteRecordsPartition(index, offset))
    for leader, partitions in by_leader.items():
        message = DeleteRecordsRequest([DeleteRecordsTopic(topic, partitions)], TIMEOUT_MS)
        request = WireRequest(ApiKey.DELETE_RECORDS, message)
        answer = await reader.ask(leader, request, f"records of topic {topic!r}")
        refused = None
        for row in answer.topics[0].partitions:
            if not row.error_code:
                yield row.partition_index, row.low_watermark
            elif refused is None:
                refused = refusal_of(row.error_code, f"topic {topic!r}/{row.partition_index}")
        if refused is not None:
            raise refused
