"""``<offset>.snapshot``: the producer window as it was at an offset (exclusive).

Kafka's ProducerSnapshot, version 1: version i16, CRC-32C u32 of everything behind it, count i32,
then entries of 54 bytes. Kafka keeps one entry per producer and, reading several, the last; here
every remembered batch is an entry, oldest first, so that the whole window survives and Kafka's
tools still read the file. A producer of whose epoch there is no batch, only a marker, has one entry
with offset -1.
"""

from struct import Struct
from typing import Final

from crc32c import crc32c

from brokers.log.producers import ProducerEntry, ProducerWindow, RememberedBatch

VERSION: Final = 1
_HEAD: Final = Struct(">hI")
_COUNT: Final = Struct(">i")
_ENTRY: Final = Struct(">qhiqiqiq")
"""Producer id, epoch, last sequence, last offset, offset delta, timestamp, coordinator epoch, start
of the open transaction."""

_NO_BATCH: Final = RememberedBatch(-1, -1, 0, -1)


class BadSnapshot(ValueError):
    """The bytes are not a whole snapshot; an earlier one, or the log itself, must serve."""


def encode_snapshot(window: ProducerWindow) -> bytes:
    entries = []
    for entry in window.entries():
        batch = entry.batch or _NO_BATCH
        entries.append(
            _ENTRY.pack(
                entry.producer_id, entry.epoch, batch.last_sequence, batch.last_offset,
                batch.offset_delta, entry.heard_ms, entry.coordinator_epoch,
                entry.transaction_start,
            )
        )  # fmt: skip
    body = _COUNT.pack(len(entries)) + b"".join(entries)
    return _HEAD.pack(VERSION, crc32c(body)) + body


def decode_snapshot(data: bytes) -> ProducerWindow:
    """Raises ``BadSnapshot`` for anything torn, damaged or of another version."""
    if len(data) < _HEAD.size + _COUNT.size:
        raise BadSnapshot(f"{len(data)} bytes are no producer snapshot")
    version, crc = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    if version != VERSION or crc32c(body) != crc:
        raise BadSnapshot("producer snapshot of another version, or damaged")
    (count,) = _COUNT.unpack_from(body)
    if count < 0 or count * _ENTRY.size != len(body) - _COUNT.size:
        raise BadSnapshot(f"producer snapshot says {count} entries in {len(body)} bytes")
    return ProducerWindow.of(map(_entry, _ENTRY.iter_unpack(body[_COUNT.size :])))


def _entry(fields: tuple[int, ...]) -> ProducerEntry:
    producer_id, epoch, last_sequence, last_offset, delta, timestamp, *rest = fields
    batch = None
    if last_offset >= 0:
        batch = RememberedBatch(last_sequence, last_offset, delta, timestamp)
    return ProducerEntry(producer_id, epoch, batch, timestamp, *rest)
