"""Records by columns: what ``put`` is given where nothing had to see each record on its way.

``RecordRuns`` is a sequence of ``SinkRecord`` as any other, and its records are made when somebody
asks for one, which costs more than all that was done to them before. A task for which a few columns
are enough takes those of its ``runs``.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, overload

from connect.spi.records import SinkRecord, TimestampType, TopicPartition
from connect.spi.schema import Schema


@dataclass(frozen=True, slots=True)
class Run:
    """Records of one partition, one after the other: offsets rise, perhaps with gaps.

    All columns are equally long; ``timestamps_ms`` None: the records have none. No record has
    headers.
    """

    place: TopicPartition
    offsets: Sequence[int]
    key_schemas: Sequence[Schema | None]
    keys: Sequence[Any]
    value_schemas: Sequence[Schema | None]
    values: Sequence[Any]
    timestamps_ms: Sequence[int] | None
    timestamp_type: TimestampType

    def __len__(self) -> int:
        return len(self.offsets)

    def record(self, index: int) -> SinkRecord:
        topic, partition = self.place
        return SinkRecord(
            topic,
            partition,
            self.offsets[index],
            self.keys[index],
            self.values[index],
            key_schema=self.key_schemas[index],
            value_schema=self.value_schemas[index],
            timestamp_ms=None if self.timestamps_ms is None else self.timestamps_ms[index],
            timestamp_type=self.timestamp_type,
            original_topic=topic,
        )

    def index_of(self, offset: int) -> int:
        """Of the first record at ``offset`` or behind it; the length where there is none."""
        return bisect_left(self.offsets, offset)


class RecordRuns(Sequence[SinkRecord]):
    """A partition may have several of the ``runs``. Records are made once, all together."""

    __slots__ = ("_length", "_made", "runs")

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = runs
        self._length = sum(map(len, runs))
        self._made: list[SinkRecord] | None = None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[SinkRecord]:
        return iter(self._records)

    @overload
    def __getitem__(self, index: int) -> SinkRecord: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SinkRecord]: ...

    def __getitem__(self, index: int | slice) -> SinkRecord | Sequence[SinkRecord]:
        if isinstance(index, slice) and index.indices(self._length) == (0, self._length, 1):
            return self
        return self._records[index]

    @property
    def _records(self) -> list[SinkRecord]:
        if self._made is None:
            self._made = [run.record(index) for run in self.runs for index in range(len(run))]
        return self._made


def values_of(records: Sequence[SinkRecord]) -> Iterator[Any]:
    """The values alone, for a task that needs nothing else."""
    if isinstance(records, RecordRuns):
        return chain.from_iterable(run.values for run in records.runs)
    return (record.value for record in records)
