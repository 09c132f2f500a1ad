"""Fetched batches into records, within bounds.

A batch is as its producer made it. Nothing here allocates on its word: decompression stops at
``DECOMPRESSED_BYTES_MAX`` and records are counted as they are met. A fetch of a megabyte may be a
thousand batches that each promise much more, so how many may be opened in vain is bounded too.

There is no bound on how many times larger a batch becomes: what people send reaches gzip's own
limit of 1,032, and what a ratio that spares them lets through is more than the bytes here do.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from brokers.kernel.errors import ProtocolError, Refusal
from brokers.wire.batch import BatchHeader, iterate_batches
from brokers.wire.records import Record, iterate_records

UNREADABLE_MAX: Final = 4
"""In one call: each may have taken the work of ``DECOMPRESSED_BYTES_MAX``."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A batch that was skipped: offsets from ``first`` up to, without, ``next``; and why."""

    first: int
    next: int
    reason: str


@dataclass(slots=True)
class Decoded:
    """Records in offset order, and the offset to go on from (past batches without records too)."""

    next_offset: int
    records: list[Record] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


async def decode(fetched: bytes, start: int, *, max_records: int, max_bytes: int) -> Decoded:
    """Records of ``fetched`` from offset ``start``: at most ``max_records``, and no further one
    once their keys, values and headers are ``max_bytes`` long. At least one when there is one, but
    none beyond the last of ``UNREADABLE_MAX`` batches that could not be opened: what follows those
    is for another call, from ``next_offset`` on.

    Compressed batches are opened in a thread: a small one may hold tens of megabytes.
    """
    view = memoryview(fetched)
    batches = [(position, header) for position, header in iterate_batches(view)]
    work = _Work(view, batches, start, max_records, max_bytes)
    if any(header.compression for _position, header in batches):
        return await asyncio.to_thread(work.run)
    return work.run()


@dataclass(slots=True)
class _Work:
    view: memoryview
    batches: list[tuple[int, BatchHeader]]
    start: int
    max_records: int
    max_bytes: int

    def run(self) -> Decoded:
        decoded = Decoded(self.start)
        room = self.max_bytes
        for position, header in self.batches:
            end = header.last_offset + 1
            if end <= self.start:
                continue
            if not self._room(decoded, room):
                return decoded
            try:
                room = self._open(position, header, decoded, room)
            except (Refusal, ProtocolError) as error:
                # What was read of it before the fault stays; the rest of the batch is reported.
                first = max(decoded.next_offset, header.base_offset)
                decoded.unreadable.append(Unreadable(first, end, str(error)))
                decoded.next_offset = end
                if len(decoded.unreadable) >= UNREADABLE_MAX:
                    return decoded
        return decoded

    def _open(self, position: int, header: BatchHeader, decoded: Decoded, room: int) -> int:
        batch = self.view[position : position + header.total_bytes]
        if not header.is_control:
            records, start = decoded.records, self.start
            for record in iterate_records(batch):
                offset, _timestamp, key, value, headers = record
                if offset < start:
                    continue
                if records and (room <= 0 or len(records) >= self.max_records):
                    return room
                records.append(record)
                decoded.next_offset = offset + 1
                room -= (len(key) if key else 0) + (len(value) if value else 0)
                for name, content in headers:
                    room -= len(name) + (len(content) if content else 0)
        decoded.next_offset = header.last_offset + 1
        return room

    def _room(self, decoded: Decoded, room: int) -> bool:
        return not decoded.records or (len(decoded.records) < self.max_records and room > 0)
