"""Blocks of Avro's container files that Snappy compressed, read within bounds.

A block announces how long it becomes, and fastavro has that much allocated before anything is
looked at: 40 bytes take 4 GiB, and where those are not to be had the process is aborted.
"""

import io
from typing import Any, BinaryIO, Final

import cramjam
from fastavro.read import BLOCK_READERS

_EXPANSION_MAX: Final = 22
"""No element of Snappy writes more than 64 bytes for 3."""
_CHECKSUM_BYTES: Final = 4
_LONG_BYTES_MAX: Final = 10


def bound_snappy() -> None:
    """Have fastavro read such blocks by ``read_block``, in this whole process."""
    BLOCK_READERS["snappy"] = read_block


def read_block(file: BinaryIO) -> io.BytesIO:
    """The block's records. Raises ``ValueError``, ``EOFError``, ``cramjam.DecompressionError``."""
    length = _long(file) - _CHECKSUM_BYTES
    if length < 0:
        raise ValueError(f"a block of {length} bytes before its checksum")
    data = file.read(length)
    file.read(_CHECKSUM_BYTES)
    size = cramjam.snappy.decompress_raw_len(data)
    if size > len(data) * _EXPANSION_MAX:
        raise ValueError(f"a block of {len(data)} bytes cannot hold the {size} it announces")
    plain: Any = cramjam.snappy.decompress_raw(data)
    return io.BytesIO(bytes(plain))


def _long(file: BinaryIO) -> int:
    """Avro's zigzag varint."""
    number = 0
    for shift in range(0, 7 * _LONG_BYTES_MAX, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError("the file ends where a block begins")
        number |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (number >> 1) ^ -(number & 1)
    raise ValueError(f"a number of more than {_LONG_BYTES_MAX} bytes")
