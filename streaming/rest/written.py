"""What became of records that somebody may have written: the topic itself is asked.

For a request whose writer is gone. Its records were to have these partitions, contents and
timestamps, and are looked for where they can be: from the partition's end before it was written on.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from brokers.kernel.errors import ErrorCode, ProtocolError, Refusal
from brokers.wire.batch import iterate_batches
from brokers.wire.records import Record, iterate_records
from streaming.records.outgoing import Delivered, OutgoingRecord
from streaming.records.reader import LATEST, Reader

_FETCH_BYTES: Final = 4 * 1024 * 1024

Content = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes | None], ...]]


async def find_written(
    reader: Reader, topic: str, records: Sequence[OutgoingRecord], starts: Mapping[int, int]
) -> dict[int, Delivered]:
    """Those of ``records`` that are in the topic, by index.

    ``starts`` are offsets by partition. Raises ``Refusal`` and ``BrokersUnavailable``.
    """
    found: dict[int, Delivered] = {}
    by_partition: dict[int, list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        by_partition[record.partition].append(index)
    ends = await reader.offsets(topic, dict.fromkeys(by_partition, LATEST))
    for partition, indexes in by_partition.items():
        search = Search([(index, records[index]) for index in indexes])
        position = starts[partition]
        while position < ends[partition] and search.is_open:
            fetched = await reader.fetch_partition(
                topic, partition, position, wait_ms=0, max_bytes=_FETCH_BYTES
            )
            if fetched.error is ErrorCode.OFFSET_OUT_OF_RANGE:
                position = max(position + 1, fetched.log_start_offset)
                continue
            reached = search.look_at(memoryview(fetched.records), position)
            if reached <= position:
                break
            position = reached
        found |= search.found
    return found


class Search:
    """Records of one partition looked for among its batches, which are given in turn."""

    def __init__(self, wanted: Sequence[tuple[int, OutgoingRecord]]) -> None:
        self.found: dict[int, Delivered] = {}
        self._oldest_ms = min(record.timestamp_ms for _index, record in wanted)
        self._waiting: dict[Content, deque[tuple[int, int]]] = defaultdict(deque)
        for index, record in wanted:
            content = (record.key, record.value, tuple(record.headers))
            self._waiting[content].append((index, record.timestamp_ms))

    @property
    def is_open(self) -> bool:
        """Whether any is still looked for."""
        return any(self._waiting.values())

    def look_at(self, fetched: memoryview, position: int) -> int:
        """Look through whole batches; the offset behind the last of them."""
        for at, header in iterate_batches(fetched):
            if header.last_offset < position:
                continue
            position = header.last_offset + 1
            # The broker's own time is never earlier than the request's.
            if header.is_control or header.max_timestamp < self._oldest_ms:
                continue
            for record in _readable(fetched[at : at + header.total_bytes]):
                self._meet(record, is_stamped=header.is_log_append_time)
        return position

    def _meet(self, record: Record, *, is_stamped: bool) -> None:
        waiting = self._waiting.get((record.key, record.value, record.headers))
        if waiting and (is_stamped or waiting[0][1] == record.timestamp_ms):
            index, _timestamp = waiting.popleft()
            self.found[index] = Delivered(record.offset, record.timestamp_ms)


def _readable(batch: memoryview) -> Iterator[Record]:
    """Its records; one that cannot be opened is not one of ours."""
    try:
        yield from iterate_records(batch)
    except (Refusal, ProtocolError):
        return
