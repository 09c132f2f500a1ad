"""Records that a socket writes, several under way at a time, each answered by its id."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from streaming.access.caller import TenantAccess
from streaming.access.errors import NotAllowed
from streaming.access.refusals import denied
from streaming.live.frames import error_frame, produced_frame
from streaming.live.produce_message import Produce
from streaming.problems import Problem, problem_of
from streaming.records.clients import current_clients
from streaming.records.identity import WRITE
from streaming.records.outgoing import Delivered, OutgoingRecord, check_size
from streaming.records.partitioner import choose_partition

IN_FLIGHT_MAX: Final = 500
IN_FLIGHT_BYTES_MAX: Final = 4 * 1024 * 1024
_RETRYABLE: Final = frozenset({429, 503})


class Production:
    """``answer`` takes a frame and never waits."""

    def __init__(self, access: TenantAccess, answer: Callable[[str], None]) -> None:
        self._access = access
        self._answer = answer
        self._bytes = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()

    async def write(self, message: Produce) -> None:
        """Put a record on its way; waits while there are as many as may be.

        Records of one partition are written in the order of these calls.
        """
        size = len(message.key or b"") + len(message.value or b"")
        await self._wait_for_room(size)
        try:
            # Records wait rather than be refused: those behind one must not overtake it.
            await current_clients().until_unthrottled(self._access.identity)
            record = await self._record(message)
            delivery = await current_clients().submit(self._access.identity, record)
        except Exception as error:
            self._refuse(message.id, error)
            return
        self._bytes += size
        task = asyncio.create_task(self._settle(message.id, record, size, delivery))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Stop waiting for answers; what is under way is written all the same."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _wait_for_room(self, size: int) -> None:
        while self._under_way and (
            len(self._under_way) >= IN_FLIGHT_MAX or self._bytes + size > IN_FLIGHT_BYTES_MAX
        ):
            self._room.clear()
            await self._room.wait()

    async def _record(self, message: Produce) -> OutgoingRecord:
        try:
            self._access.require(WRITE)
        except NotAllowed:
            denied(self._access, "topic.write", message.topic)
            raise
        partition = message.partition
        count = await self._partition_count(message.topic, partition)
        if partition is None:
            partition = choose_partition(message.key, count)
        elif partition >= count:
            raise Refusal(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                f"topic {message.topic!r} has no partition {partition}; it has {count}, from 0",
            )
        timestamp_ms = message.timestamp_ms
        if timestamp_ms is None:
            timestamp_ms = time.time_ns() // 1_000_000
        record = OutgoingRecord(
            message.topic, partition, message.key, message.value, message.headers, timestamp_ms
        )
        check_size(record)
        return record

    async def _partition_count(self, topic: str, wanted: int | None) -> int:
        identity = self._access.identity
        places = await current_clients().partitions(identity, topic)
        if wanted is not None and wanted not in places:
            places = await current_clients().current_partitions(identity, topic)
        return len(places)

    async def _settle(
        self, id: str, record: OutgoingRecord, size: int, delivery: "asyncio.Future[Delivered]"
    ) -> None:
        try:
            # Shielded: the record is written whether or not the socket is still there.
            written = await asyncio.shield(delivery)
            self._answer(produced_frame(id, record.partition, written.offset, written.timestamp_ms))
        except Exception as error:
            self._refuse(id, error)
        finally:
            self._bytes -= size
            # Counted as done only behind this; ``_under_way`` loses it a moment later.
            asyncio.get_running_loop().call_soon(self._room.set)

    def _refuse(self, id: str, error: Exception) -> None:
        problem = problem_of(error)
        if problem is None:
            problem = Problem(503, 50003, "The record could not be written; send it again.")
        retryable = problem.status in _RETRYABLE
        self._answer(error_frame(4000 + problem.status, problem.message, id, retryable=retryable))
