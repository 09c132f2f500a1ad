"""When the open files of a partition are closed and become objects. Pure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rotation:
    """Each limit None: it does not count.

    By count, by bytes and by record time the same records make the same files, whoever writes them
    and how often. By the wall clock they do not: what an attempt before has written is then found
    under its name (``sink.py``).
    """

    records: int
    """Kafka's ``flush.size``."""
    record_span_ms: int | None = None
    """``rotate.interval.ms``: from the first record's time to the last one's."""
    wall_span_ms: int | None = None
    """``rotate.schedule.interval.ms``: on the clock's multiples of it."""
    size_bytes: int | None = None


class OpenFiles(Protocol):
    """What is open of a partition, all its directories together. Times are ms since 1970:
    ``first_time_ms`` of the first record, None where it has none; ``opened_ms`` of the clock."""

    @property
    def records(self) -> int: ...

    @property
    def size_bytes(self) -> int:
        """Asks the operating system: looked at only where there is a limit."""
        ...

    @property
    def first_time_ms(self) -> int | None: ...

    @property
    def opened_ms(self) -> int: ...


def is_full(rotation: Rotation, file: OpenFiles) -> bool:
    """Whether it takes no more records."""
    if file.records >= rotation.records:
        return True
    return rotation.size_bytes is not None and file.size_bytes >= rotation.size_bytes


def ends_before(rotation: Rotation, file: OpenFiles, record_time_ms: int | None) -> bool:
    """Whether a record of that time belongs into the next file."""
    if rotation.record_span_ms is None or file.first_time_ms is None or record_time_ms is None:
        return False
    return record_time_ms - file.first_time_ms >= rotation.record_span_ms


def is_due(rotation: Rotation, file: OpenFiles, now_ms: int) -> bool:
    """Whether the wall clock closes it, with or without another record."""
    span = rotation.wall_span_ms
    return span is not None and now_ms // span > file.opened_ms // span
