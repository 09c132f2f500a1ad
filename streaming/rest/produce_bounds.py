"""How much of a produce body is taken in at a time, so that its memory is bounded by its length.

An object of two bytes is a record, and a record takes a kilobyte until its answer has gone out. Of
a body, at most ``DECODED_GROWTH`` times its bytes and one MiB may be in memory: what tiny records
take beyond their share is bounded here, and honest ones, of a hundred bytes, are not held up.
"""

from collections.abc import Iterator
from typing import Final

from brokers.kernel.limits import DECODED_GROWTH, KIB

OBJECT_BYTES: Final = 512
"""What one object takes when it has been read, beside its content: a refused one the most."""

RECORD_BYTES: Final = KIB
"""What one takes from when it has been read until it is answered, beside its content."""

HEADER_BYTES: Final = 128
"""What a header of a record takes, beside its content."""

PIECE_EXCESS_BYTES_MAX: Final = 64 * KIB
"""Of the objects that are read at once: what they may take beyond their share."""

SHIPMENT_EXCESS_BYTES_MAX: Final = 128 * KIB
"""Records that take more are not waited with for what else has arrived."""

IN_FLIGHT_EXCESS_BYTES_MAX: Final = 448 * KIB
"""Of all records of one request."""


def excess_bytes(records: int, size: int, headers: int = 0) -> int:
    """What so many records with so many headers, out of ``size`` bytes, take beyond their share of
    memory."""
    return max(0, RECORD_BYTES * records + HEADER_BYTES * headers - DECODED_GROWTH * size)


def pieces(data: bytes) -> Iterator[bytes]:
    """``data``, cut where too many objects would be read at once."""
    yield from _pieces(data, 0, len(data))


def _pieces(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    size = stop - start
    objects = data.count(b"{", start, stop)
    if size < 2 or OBJECT_BYTES * objects - DECODED_GROWTH * size <= PIECE_EXCESS_BYTES_MAX:
        yield data[start:stop]
        return
    middle = start + size // 2
    yield from _pieces(data, start, middle)
    yield from _pieces(data, middle, stop)
