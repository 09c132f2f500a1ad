"""Records to write, and what became of each."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import MESSAGE_BYTES_MAX

RECORD_OVERHEAD_BYTES: Final = 256
"""Room for the batch's and the record's own fields."""

Headers = Sequence[tuple[str, bytes | None]]


class OutgoingRecord(NamedTuple):
    """One record to write. ``timestamp_ms`` is Unix time."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        key, value = self.key, self.value
        size = (0 if key is None else len(key)) + (0 if value is None else len(value))
        if self.headers:
            for name, data in self.headers:
                size += len(name.encode()) + len(data or b"")
        return size


class Delivered(NamedTuple):
    """Where a record was written, and the timestamp it has there (Unix ms)."""

    offset: int
    timestamp_ms: int


Outcome = Delivered | Exception
"""What became of a record: ``Refusal`` and ``BrokersUnavailable`` are the exceptions there are."""


class Parcel:
    """Records of one request for one partition, written in their order, each with its outcome.

    ``done`` is set once every record has its outcome; the outcomes are in ``outcomes`` then, in the
    records' order. ``deadline`` is in the event loop's time.
    """

    __slots__ = ("_left", "deadline", "done", "outcomes", "records", "sizes")

    def __init__(
        self, records: Sequence[OutgoingRecord], deadline: float, done: "asyncio.Future[None]"
    ) -> None:
        self.records = records
        self.deadline = deadline
        self.done = done
        self.sizes = [record.size for record in records]
        self.outcomes: list[Outcome | None] = [None] * len(records)
        self._left = len(records)

    def written(self, start: int, stop: int, base_offset: int, appended_ms: int) -> None:
        """Records ``start`` to ``stop`` were written from ``base_offset`` on; ``appended_ms`` is
        the broker's own time for them, -1 when they keep theirs."""
        offset = base_offset
        for index in range(start, stop):
            own = self.records[index].timestamp_ms
            self.outcomes[index] = Delivered(offset, own if appended_ms < 0 else appended_ms)
            offset += 1
        self._settled(stop - start)

    def failed(self, start: int, stop: int, error: Exception) -> None:
        """Records ``start`` to ``stop`` have ``error`` for an outcome."""
        self.outcomes[start:stop] = [error] * (stop - start)
        self._settled(stop - start)

    def _settled(self, count: int) -> None:
        self._left -= count
        if not self._left and not self.done.done():
            self.done.set_result(None)


def check_size(record: OutgoingRecord) -> None:
    """Raise ``Refusal`` MESSAGE_TOO_LARGE for what no topic of this service would take."""
    if record.size > MESSAGE_BYTES_MAX - RECORD_OVERHEAD_BYTES:
        raise Refusal(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"record for topic {record.topic!r}: {record.size} bytes; no topic takes more than "
            f"{MESSAGE_BYTES_MAX}. Send smaller records, or store the content elsewhere and send "
            "a reference",
        )
