"""Messages to records by columns, as long as nothing is wrong with any of them.

``stages.py`` tells what becomes of a message; this does the same to many at once where converters
alone are in their way, which takes a third of the time. Whatever is out of the ordinary (a header,
a document that cannot be read) is not decided here: then the whole batch goes by ``stages.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from connect.converters.converter import Columns, Converter
from connect.runtime.stages import Converters
from connect.spi.records import TimestampType, TopicPartition
from connect.spi.runs import Run


class MessageRun(NamedTuple):
    """Messages of one partition, one after the other, without headers. Columns are equally long."""

    place: TopicPartition
    offsets: Sequence[int]
    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]
    timestamps_ms: Sequence[int] | None
    timestamp_type: TimestampType

    @property
    def size(self) -> int:
        """Bytes of keys and values."""
        return sum(len(one) for one in chain(self.keys, self.values) if one)


@dataclass(frozen=True, slots=True)
class RunReading:
    """Of a sink without transformations. The header converter has nothing to do."""

    converters: Converters

    def read(self, run: MessageRun) -> Run:
        """Raises whatever a converter does; its message tells nothing of use."""
        key_schemas, keys = _column(self.converters.key, run.place.topic, run.keys)
        value_schemas, values = _column(self.converters.value, run.place.topic, run.values)
        return Run(
            run.place,
            run.offsets,
            key_schemas,
            keys,
            value_schemas,
            values,
            run.timestamps_ms,
            run.timestamp_type,
        )


def _column(converter: Converter, topic: str, data: Sequence[bytes | None]) -> Columns:
    if not any(data) and data.count(None) == len(data):
        schema, value = converter.from_bytes(topic, None, ())
        return (schema,) * len(data), (value,) * len(data)
    return converter.columns(topic, data)
