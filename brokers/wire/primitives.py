"""What the generated codecs share: varints, tag sections, and the words for malformed input.

The generated code reads the common case inline and comes here for the rest. Every function that
reads takes the whole message and a position and returns the position after what it read. Formats:
Apache Kafka protocol guide, "Protocol primitive types"; KIP-482 for compact types and tags.
"""

from collections.abc import Sequence
from struct import Struct, pack
from struct import error as StructError
from typing import Final

from brokers.kernel.errors import ProtocolError
from brokers.kernel.limits import (
    DECODED_GROWTH,
    ELEMENT_UNIT_BYTES,
    KIB,
    MIB,
    REQUEST_UNITS_MAX,
    TAGGED_FIELD_BYTES_MAX,
    TAGGED_FIELDS_MAX,
)

Bytes = bytes | bytearray | memoryview
"""Anything that a gathered write takes as it is."""

Records = Bytes | Sequence[Bytes]
"""Record batches to be sent: one buffer, or several in a row. Never copied."""

ZERO_UUID: Final = bytes(16)

DECODE_ERRORS: Final = (StructError, IndexError, UnicodeDecodeError)
"""How the generated readers find out that bytes are missing or are not UTF-8."""

ENCODE_ERRORS: Final = (StructError, AttributeError, TypeError)
"""How the generated writers find out that a value does not fit its field."""

COMPACT_STRING_BYTES_MAX: Final = 0x7FFF
"""Kafka allows a compact string no more than the classic one with its int16 length can say."""

UVARINT_BYTES_MAX: Final = 5

_ELEMENTS_BYTES: Final = MIB - 64 * KIB
"""Of the 1 MiB that decoding may always take; the rest is for what stands around the elements."""

UVARINT_1: Final = tuple(bytes((value,)) for value in range(128))
"""Varints of one byte, ready made."""

CLASSIC_INT32S: Final = tuple(Struct(f">i{n}i").pack for n in range(16))
COMPACT_INT32S: Final = tuple(Struct(f">B{n}i").pack for n in range(16))
"""Writers of short int32 arrays: called with what stands for the count, and the elements."""


def classic_int32s(values: Sequence[int]) -> bytes:
    return pack(f">i{len(values)}i", len(values), *values)


def compact_int32s(values: Sequence[int]) -> bytes:
    return write_uvarint(len(values) + 1) + pack(f">{len(values)}i", *values)


def read_uvarint(data: memoryview, position: int, first: int) -> tuple[int, int]:
    """The rest of an unsigned varint whose first byte, ``first``, was read and is above 127.

    Raises ``ProtocolError`` past 32 bits, ``IndexError`` at the end of the data.
    """
    value = first & 0x7F
    shift = 7
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 128:
            break
        shift += 7
        if shift == 7 * UVARINT_BYTES_MAX:
            raise ProtocolError(f"a varint at byte {position} runs past 5 bytes")
    if value > 0xFFFFFFFF:
        raise ProtocolError(f"a varint at byte {position} runs past 32 bits")
    return value, position


def read_string_length(data: memoryview, position: int, first: int) -> tuple[int, int]:
    """As ``read_uvarint``, for a compact string's length plus one; refuses what is too long."""
    value, position = read_uvarint(data, position, first)
    if value > COMPACT_STRING_BYTES_MAX + 1:
        raise ProtocolError(
            f"a string of {value - 1} bytes at byte {position}; "
            f"at most {COMPACT_STRING_BYTES_MAX} are allowed"
        )
    return value, position


def write_uvarint(value: int) -> bytes:
    """``value``, 0 to 2**32 - 1, as an unsigned varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_string_length(value: int) -> bytes:
    """The varint of a compact string's length plus one. Raises ``ValueError`` when too long."""
    if value > COMPACT_STRING_BYTES_MAX + 1:
        raise ValueError(
            f"a string of {value - 1} bytes; at most {COMPACT_STRING_BYTES_MAX} are allowed"
        )
    return write_uvarint(value)


def read_tag_head(data: memoryview, position: int, previous: int) -> tuple[int, int, int]:
    """One tagged field's (tag, size, position of its bytes).

    Tags rise strictly (KIP-482), so a doubled one is refused; ``previous`` is -1 for the first.
    """
    tag = data[position]
    position += 1
    if tag > 127:
        tag, position = read_uvarint(data, position, tag)
    size = data[position]
    position += 1
    if size > 127:
        size, position = read_uvarint(data, position, size)
    if tag <= previous:
        raise ProtocolError(f"tagged field {tag} follows {previous}; tags must rise")
    if size > TAGGED_FIELD_BYTES_MAX or size > len(data) - position:
        raise ProtocolError(f"tagged field {tag} says {size} bytes at byte {position}")
    return tag, size, position


def tag_count(data: memoryview, position: int, first: int) -> tuple[int, int]:
    """How many tagged fields follow, given the count's first byte, and where the first starts."""
    if first > 127:
        first, position = read_uvarint(data, position, first)
    if first > TAGGED_FIELDS_MAX:
        raise ProtocolError(
            f"{first} tagged fields at byte {position}; at most {TAGGED_FIELDS_MAX}"
        )
    return first, position


def skip_tags(data: memoryview, position: int, first: int) -> int:
    """Step over a tag section of which nothing is known; ``first`` is its count's first byte."""
    count, position = tag_count(data, position, first)
    tag = -1
    for _ in range(count):
        tag, size, position = read_tag_head(data, position, tag)
        position += size
    return position


def write_tags(fields: Sequence[tuple[int, bytes]]) -> bytes:
    """A tag section from (tag, encoded value) in rising order of tags."""
    parts = [write_uvarint(len(fields))]
    for tag, value in fields:
        parts += (write_uvarint(tag), write_uvarint(len(value)), value)
    return b"".join(parts)


def records_length(records: Records) -> int:
    """Bytes of all buffers together."""
    if isinstance(records, (bytes, bytearray, memoryview)):
        return len(records)
    return sum(map(len, records))


def element_units(size: int) -> int:
    """What all arrays of a request of ``size`` bytes may hold together, in units of memory."""
    return min(REQUEST_UNITS_MAX, (DECODED_GROWTH * size + _ELEMENTS_BYTES) // ELEMENT_UNIT_BYTES)


def wrong_length(field: str, length: int, remaining: int) -> ProtocolError:
    """A string, bytes or records field that cannot be that long."""
    if length < 0:
        return ProtocolError(f"{field} has length {length}, but may not be null")
    return ProtocolError(f"{field} says {length} bytes, {remaining} remain")


def wrong_count(field: str, count: int, remaining: int) -> ProtocolError:
    """An array that cannot have that many elements."""
    if count < 0:
        return ProtocolError(f"{field} has {count} elements, but may not be null")
    return ProtocolError(
        f"{field} says {count} elements; {remaining} bytes remain, "
        "and one request holds no more than its size allows"
    )


def wrong_tag_size(field: str, size: int) -> ProtocolError:
    """A tagged field whose value ended somewhere else than its size says."""
    return ProtocolError(f"tagged field {field} does not end after its {size} bytes")


def not_in_version(field: str) -> ValueError:
    """A field was set that the version to be written does not have, and may not be dropped."""
    return ValueError(f"{field} is set, and this version cannot carry it")


def not_nullable(field: str) -> ValueError:
    return ValueError(f"{field} may not be None in this version")
