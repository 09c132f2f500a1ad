"""A walk over a topic's records in either direction: fetches for ``Merge``, within bounds."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import FETCH_BYTES_MAX
from brokers.wire.records import Record
from streaming.records.decoding import Unreadable, decode
from streaming.records.merging import Extent, Merge
from streaming.records.reader import EARLIEST, LATEST, Fetched, Reader
from streaming.records.topic_fetch import fetch_topic
from streaming.rest.consume_topic_request import Start

BUFFER_BYTES: Final = 8 * 1024 * 1024
"""Fetched ahead for one request over all its partitions, and twice that once it is decompressed."""
PARTITION_BYTES_MIN: Final = 16 * 1024
WINDOW_RECORDS_MAX: Final = 100_000
RECORD_BYTES: Final = 1024
"""What a record is taken for when a window is fetched: longer ones take another fetch."""


class TopicWalk:
    """Reads one topic for one request. Everything raises ``Refusal`` and ``BrokersUnavailable``."""

    def __init__(self, reader: Reader, topic: str, *, backward: bool) -> None:
        self._reader = reader
        self._topic = topic
        self._backward = backward
        self._windows: dict[int, int] = {}
        self._share = BUFFER_BYTES
        self.merge = Merge({}, {}, backward=backward)
        self.unreadable: list[tuple[int, Unreadable]] = []

    async def begin(
        self, start: Start, partitions: Sequence[int] | None, window_records: int
    ) -> None:
        """Stand where ``start`` says. ``window_records`` is how many a page may have: what is read
        ahead when reading backward."""
        existing = await self._reader.partitions(self._topic)
        chosen = sorted(existing) if partitions is None else list(partitions)
        for partition in chosen:
            if partition not in existing:
                raise Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    f"topic {self._topic!r} has no partition {partition}; "
                    f"it has {len(existing)}, from 0",
                )
        extents = await self._extents(chosen)
        positions = await self._positions(start, extents)
        self._windows = dict.fromkeys(chosen, max(window_records // len(chosen), 16))
        self._share = max(BUFFER_BYTES // len(chosen), PARTITION_BYTES_MIN)
        self.merge = Merge(positions, extents, backward=self._backward)

    async def take(self, count: int, max_bytes: int) -> list[tuple[int, Record]]:
        """The next records, at most ``count`` and no further one past ``max_bytes``; fewer when
        partitions have to be fetched in between. Empty at the end, and where a fetch gave none."""
        if not self.merge.at_end:
            await self._fetch_missing()
        taken: list[tuple[int, Record]] = []
        while len(taken) < count and max_bytes > 0 and (next_one := self.merge.take()):
            taken.append(next_one)
            record = next_one[1]
            max_bytes -= len(record.key or b"") + len(record.value or b"")
        return taken

    async def wait(self, wait_ms: int) -> None:
        """At the end going forward: until there is something, ``wait_ms`` at most."""
        if not self.merge.positions:
            await asyncio.sleep(wait_ms / 1000)
            return
        await self._fetch_forward(self.merge.positions, wait_ms)

    async def _extents(self, partitions: Sequence[int]) -> dict[int, Extent]:
        starts = await self._reader.offsets(self._topic, dict.fromkeys(partitions, EARLIEST))
        ends = await self._reader.offsets(self._topic, dict.fromkeys(partitions, LATEST))
        return {p: Extent(starts[p], max(starts[p], ends[p])) for p in partitions}

    async def _positions(self, start: Start, extents: Mapping[int, Extent]) -> dict[int, int]:
        if start.cursor is not None:
            # A partition that the cursor does not know is younger than it.
            return {p: start.cursor.get(p, extents[p].start) for p in extents}
        if start.offset is not None:
            return dict.fromkeys(extents, start.offset + 1 if self._backward else start.offset)
        assert start.timestamp_ms is not None
        if start.timestamp_ms == EARLIEST:
            return {p: extent.start for p, extent in extents.items()}
        if start.timestamp_ms == LATEST:
            return {p: extent.end for p, extent in extents.items()}
        return await self._reader.offsets(self._topic, dict.fromkeys(extents, start.timestamp_ms))

    async def _fetch_missing(self) -> None:
        wanted = self.merge.wanted()
        if not wanted:
            return
        if not self._backward:
            await self._fetch_forward(wanted, 0)
            return
        for partition, end in wanted.items():
            await self._fetch_window(partition, end)

    async def _fetch_forward(self, positions: Mapping[int, int], wait_ms: int) -> None:
        answers = await fetch_topic(
            self._reader,
            self._topic,
            positions,
            wait_ms=wait_ms,
            max_bytes=FETCH_BYTES_MAX,
            partition_bytes=self._share,
        )
        for fetched in answers:
            await self._add_forward(fetched, positions[fetched.partition])

    async def _add_forward(self, fetched: Fetched, position: int) -> None:
        start = max(fetched.log_start_offset, 0)
        if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
            # Deleted while this was read: go on with the oldest that is left.
            (extent,) = (await self._extents([fetched.partition])).values()
            self.merge.extend(fetched.partition, extent)
            return
        self.merge.extend(fetched.partition, Extent(start, max(fetched.high_watermark, start)))
        if fetched.records:
            at = max(position, start)
            records, reached = await self._decode(fetched, at, WINDOW_RECORDS_MAX)
            self.merge.add(fetched.partition, records, reached)

    async def _decode(
        self, fetched: Fetched, position: int, max_records: int
    ) -> tuple[list[Record], int]:
        decoded = await decode(
            fetched.records, position, max_records=max_records, max_bytes=2 * self._share
        )
        self.unreadable += ((fetched.partition, each) for each in decoded.unreadable)
        return decoded.records, decoded.next_offset

    async def _fetch_window(self, partition: int, end: int) -> None:
        """The records right before ``end``: as many as the partition's window, or fewer when they
        are long. The next window is twice as wide while there is room, since a filter that has
        found little reads on; one without any, as compaction leaves them, is four times so."""
        start = self.merge.extents[partition].start
        while True:
            window = self._windows[partition]
            begin = max(start, end - window)
            records = await self._read_window(partition, begin, end)
            if records is None:
                self._windows[partition] = max(window // 4, 1)
                continue
            if _size(records) * 4 <= self._share:
                wider = window * (2 if records else 4)
                self._windows[partition] = min(wider, WINDOW_RECORDS_MAX)
            self.merge.add(partition, records, begin)
            return

    async def _read_window(self, partition: int, begin: int, end: int) -> list[Record] | None:
        """Records from ``begin`` up to, without, ``end``; None when they are too long for one
        window of more than one offset."""
        records: list[Record] = []
        position, size = begin, 0
        known = len(self.unreadable)
        while position < end:
            room = max(PARTITION_BYTES_MIN, (end - position) * RECORD_BYTES)
            fetched = await self._reader.fetch_partition(
                self._topic, partition, position, wait_ms=0, max_bytes=min(self._share, room)
            )
            if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE or not fetched.records:
                break
            some, reached = await self._decode(fetched, position, end - position)
            some = [record for record in some if record.offset < end]
            size += _size(some)
            records += some
            if reached <= position or (size > 2 * self._share and reached < end > begin + 1):
                del self.unreadable[known:]
                return None
            position = reached
        return records


def _size(records: Sequence[Record]) -> int:
    """Bytes of their keys and values."""
    return sum(len(record.key or b"") + len(record.value or b"") for record in records)
