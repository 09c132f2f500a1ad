"""Records of our own for one partition, by a leased reader: a few, now and then.

Without a producer's id, so that one whose answer is lost may be there twice. What comes in great
numbers, or must come once, goes by ``producer``.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Final

from brokers.kernel.errors import Refusal
from brokers.kernel.limits import KIB
from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.messages.produce_request import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from brokers.wire.registry import ApiKey
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import ANSWER_SECONDS, RETRY_SECONDS, Reader
from streaming.records.wire_request import WireRequest

BATCH_BYTES: Final = 256 * KIB
_RECORD_FIELDS_BYTES: Final = 32
_ALL_REPLICAS: Final = -1
_VERSION_MAX: Final = 12
"""The newest that names topics; 13 wants their ids."""


async def append_records(
    reader: Reader, topic: str, partition: int, records: Sequence[NewRecord]
) -> None:
    """Write them in their order, on all in-sync replicas; when it raises, some may be written.

    Follows leaders that move for ``ANSWER_SECONDS``. Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    for together in _batches(records):
        now_ms = time.time_ns() // 1_000_000
        await _append(reader, topic, partition, build_batch(together, base_timestamp=now_ms))


def _batches(records: Sequence[NewRecord]) -> Iterator[list[NewRecord]]:
    together: list[NewRecord] = []
    size = 0
    for record in records:
        size += len(record.key or b"") + len(record.value or b"") + _RECORD_FIELDS_BYTES
        if together and size > BATCH_BYTES:
            yield together
            together, size = [], 0
        together.append(record)
    if together:
        yield together


async def _append(reader: Reader, topic: str, partition: int, batch: bytes) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    while True:
        try:
            await _attempt(reader, topic, partition, batch)
        except (Refusal, BrokersUnavailable) as failure:
            passes = not isinstance(failure, Refusal) or failure.code.retriable
            if not passes or loop.time() > deadline:
                raise
            reader.forget(topic)
        else:
            return
        await asyncio.sleep(RETRY_SECONDS)


async def _attempt(reader: Reader, topic: str, partition: int, batch: bytes) -> None:
    (leader,) = await reader.led(topic, {partition: 0})
    message = ProduceRequest(
        transactional_id=None,
        acks=_ALL_REPLICAS,
        timeout_ms=ANSWER_SECONDS * 1000,
        topic_data=[
            TopicProduceData(
                name=topic, partition_data=[PartitionProduceData(partition, memoryview(batch))]
            )
        ],
    )
    request = WireRequest(ApiKey.PRODUCE, message, max_version=_VERSION_MAX)
    subject = f"records for topic {topic!r}/{partition}"
    answer = await reader.ask(leader, request, subject, 2 * ANSWER_SECONDS)
    for row in answer.responses[0].partition_responses:
        if row.error_code:
            raise refusal_of(row.error_code, subject, row.error_message)
