"""What is committed in one partition, from its beginning: as Kafka's ``read_committed`` has it.

Aborted records are left out, and a transaction that is open when it begins is waited for. Which are
aborted is the broker's word beside each fetch; the marker that ends a transaction ends that
(KIP-98).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from brokers.kernel.errors import ErrorCode
from brokers.kernel.limits import MIB
from brokers.wire.batch import iterate_batches
from brokers.wire.records import Record, iterate_records
from streaming.records.failures import BrokersUnavailable, refusal_of
from streaming.records.reader import LATEST, READ_COMMITTED, Fetched, Reader

FETCH_BYTES: Final = MIB
WAIT_MS: Final = 100
"""For an open transaction to end, before the deadline is looked at."""


async def committed_records(
    reader: Reader, topic: str, partition: int, *, seconds: float
) -> AsyncIterator[Record]:
    """All that come before what is the partition's end now, in order.

    Raises ``Refusal`` as ``Reader.fetch_partition`` does, and for a batch that cannot be opened;
    ``BrokersUnavailable``, also when a transaction before the end is open for ``seconds``.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    end = (await reader.offsets(topic, {partition: LATEST}))[partition]
    position = 0
    while position < end:
        fetched = await reader.fetch_partition(
            topic,
            partition,
            position,
            wait_ms=WAIT_MS,
            max_bytes=FETCH_BYTES,
            isolation=READ_COMMITTED,
        )
        if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE and position < fetched.log_start_offset:
            position = fetched.log_start_offset
            continue
        # A batch may hold many times its bytes.
        records, next_position = await asyncio.to_thread(_committed, fetched, position, end)
        for record in records:
            yield record
        if next_position == position and fetched.last_stable_offset >= end:
            return  # What is left was compacted away.
        position = next_position
        if position < end and loop.time() > deadline:
            raise BrokersUnavailable(
                f"topic {topic!r}/{partition} could not be read within {seconds:.0f} s: a "
                "transaction on it is open, or the brokers are slow"
            )


def _committed(fetched: Fetched, start: int, end: int) -> tuple[list[Record], int]:
    """Committed records from offset ``start`` to, without, ``end``; and where to go on."""
    if fetched.error is not ErrorCode.NONE:
        raise refusal_of(fetched.error, f"partition {fetched.partition} from offset {start}")
    found: list[Record] = []
    aborted = sorted(fetched.aborted, key=lambda each: each.first_offset, reverse=True)
    being_aborted: set[int] = set()
    view = memoryview(fetched.records)
    for position, header in iterate_batches(view):
        while aborted and aborted[-1].first_offset <= header.last_offset:
            being_aborted.add(aborted.pop().producer_id)
        if header.is_control:
            being_aborted.discard(header.producer_id)
        elif not (header.is_transactional and header.producer_id in being_aborted):
            batch = view[position : position + header.total_bytes]
            found += [each for each in iterate_records(batch) if start <= each.offset < end]
        start = max(start, header.last_offset + 1)
    return found, start
