"""Records by columns, whether a task was put runs of them or one record after the other. Pure.

What is done to a column is one call for all of its values, and not one for each.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, TypeVar

from connect.spi.records import SinkRecord
from connect.spi.runs import RecordRuns, Run
from connect.spi.schema import Schema

Column = Sequence[Any]
_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class RecordColumns:
    """All columns are equally long; there is at least one record.

    ``records`` are the same once more, for what is seldom asked.
    """

    records: Sequence[SinkRecord]
    key_schemas: Sequence[Schema | None]
    keys: Column
    value_schemas: Sequence[Schema | None]
    values: Column

    @classmethod
    def of(cls, records: Sequence[SinkRecord]) -> "RecordColumns":
        if isinstance(records, RecordRuns):
            runs = records.runs
            return cls(
                records,
                _chained(run.key_schemas for run in runs),
                _chained(run.keys for run in runs),
                _chained(run.value_schemas for run in runs),
                _chained(run.values for run in runs),
            )
        return cls(
            records,
            [record.key_schema for record in records],
            [record.key for record in records],
            [record.value_schema for record in records],
            [record.value for record in records],
        )

    def __len__(self) -> int:
        return len(self.values)

    def record(self, index: int) -> SinkRecord:
        """One of the records; others are not made for that."""
        if isinstance(self.records, RecordRuns):
            for run in self.records.runs:
                if index < len(run):
                    return run.record(index)
                index -= len(run)
        return self.records[index]

    def only(self, indices: Sequence[int]) -> "RecordColumns":
        """The records at ``indices``, in that order."""
        return RecordColumns.of([self.records[index] for index in indices])

    def places(self) -> tuple[Column, Column, Column]:
        """Where the records are in Kafka: topics, whatever transforms have made of them since,
        partitions and offsets."""
        if isinstance(self.records, RecordRuns):
            runs = self.records.runs
            return (
                _chained(repeat(run.place.topic, len(run)) for run in runs),
                _chained(repeat(run.place.partition, len(run)) for run in runs),
                _chained(run.offsets for run in runs),
            )
        return (
            [record.original_topic or record.topic for record in self.records],
            [record.partition for record in self.records],
            [record.offset for record in self.records],
        )


def divided(
    records: Sequence[SinkRecord], name_of: Callable[[str], _Name]
) -> dict[_Name, Sequence[SinkRecord]]:
    """Which records are for which table, each table's in their order; ``name_of`` their topic."""
    if isinstance(records, RecordRuns):
        runs: dict[_Name, list[Run]] = {}
        for run in records.runs:
            runs.setdefault(name_of(run.place.topic), []).append(run)
        if len(runs) == 1:
            return dict.fromkeys(runs, records)
        return {name: RecordRuns(of_table) for name, of_table in runs.items()}
    names = {topic: name_of(topic) for topic in dict.fromkeys(record.topic for record in records)}
    if len(set(names.values())) == 1:
        return dict.fromkeys(names.values(), records)
    found: dict[_Name, list[SinkRecord]] = {}
    for record in records:
        found.setdefault(names[record.topic], []).append(record)
    return dict(found)


def _chained(columns: Iterable[Iterable[Any]]) -> Column:
    return list(chain.from_iterable(columns))
