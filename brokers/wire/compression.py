"""The compression codecs of record batches, bounded while they run.

A batch says how long its compressed bytes are, never how long they become. Each decoder here stops
at one byte past the bound at the latest, so that a bomb costs the bound and not what it promises.
Format: Apache Kafka, "Record Batch", attributes bits 0 to 2; LZ4 is the frame format, Snappy comes
raw (librdkafka) or in xerial's framing (Java).
"""

import zlib
from collections.abc import Callable
from enum import IntEnum
from typing import Final

import cramjam
import lz4.frame
import zstandard

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import DECOMPRESSED_BYTES_MAX, MIB

Bytes = bytes | memoryview


class Compression(IntEnum):
    NONE = 0
    GZIP = 1
    SNAPPY = 2
    LZ4 = 3
    ZSTD = 4


_GZIP_WINDOW_BITS: Final = 31
_ZSTD_WINDOW_BYTES_MAX: Final = 128 * MIB
"""zstd's own ceiling without long mode (level 22). Pages of it are touched only as output is
written, so the bound on the output bounds them too."""

_XERIAL_MAGIC: Final = b"\x82SNAPPY\0"
_XERIAL_HEADER_BYTES: Final = 16
_XERIAL_BLOCK_BYTES: Final = 32 * 1024
_SNAPPY_EXPANSION_MAX: Final = 22
"""No Snappy element writes more than 64 bytes for 3."""

_CHUNK_BYTES: Final = MIB


class _TooLargeError(Exception):
    """A decoder saw that the bound would be passed before it had written anything."""


def compress(codec: Compression, data: bytes) -> bytes:
    """``data`` as the records section of a batch with that codec."""
    return _COMPRESSORS[codec](data)


def decompress(codec: int, data: Bytes, *, max_bytes: int = DECOMPRESSED_BYTES_MAX) -> Bytes:
    """The records section of a batch, plain; ``data`` itself when it is not compressed.

    Raises ``Refusal``: UNSUPPORTED_COMPRESSION_TYPE for a code that Kafka does not define,
    MESSAGE_TOO_LARGE when it would exceed ``max_bytes``, CORRUPT_MESSAGE for what the codec
    cannot read.
    """
    if codec not in _DECOMPRESSORS:
        raise Refusal(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, f"unknown compression code {codec}")
    try:
        plain = _DECOMPRESSORS[codec](data, max_bytes)
    except _TooLargeError:
        plain = None
    except _CODEC_ERRORS as error:
        raise Refusal(
            ErrorCode.CORRUPT_MESSAGE,
            f"the records are not readable as {Compression(codec).name}: {error}",
        ) from error
    if plain is None or len(plain) > max_bytes:
        raise Refusal(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"the batch decompresses to more than {max_bytes} bytes; it is not opened",
        )
    return plain


def _plain(data: Bytes, _max_bytes: int) -> Bytes:
    return data


def _ungzip(data: Bytes, max_bytes: int) -> bytes:
    decoder = zlib.decompressobj(_GZIP_WINDOW_BITS)
    plain = decoder.decompress(data, max_bytes + 1)
    if len(plain) <= max_bytes and not decoder.eof:
        raise ValueError("the stream ends too early")
    return plain


def _unsnappy(data: Bytes, max_bytes: int) -> bytes:
    if data[: len(_XERIAL_MAGIC)] != _XERIAL_MAGIC:
        return _unsnappy_block(data, max_bytes)
    if len(data) < _XERIAL_HEADER_BYTES:
        raise ValueError("the frame ends in its header")
    blocks = []
    total = 0
    position = _XERIAL_HEADER_BYTES
    while position < len(data) and total <= max_bytes:
        size = int.from_bytes(data[position : position + 4])
        position += 4
        if size > len(data) - position:
            raise ValueError("a block ends beyond the stream")
        block = _unsnappy_block(data[position : position + size], max_bytes - total)
        position += size
        total += len(block)
        blocks.append(block)
    return b"".join(blocks)


def _unsnappy_block(block: Bytes, room: int) -> bytes:
    size = cramjam.snappy.decompress_raw_len(block)
    if size > len(block) * _SNAPPY_EXPANSION_MAX:
        raise ValueError(f"{len(block)} bytes cannot hold the {size} they announce")
    if size > room:
        raise _TooLargeError
    return bytes(cramjam.snappy.decompress_raw(block))


def _unlz4(data: Bytes, max_bytes: int) -> bytes:
    decoder = lz4.frame.LZ4FrameDecompressor()
    chunks = [decoder.decompress(data, max_length=_CHUNK_BYTES)]
    total = len(chunks[0])
    while not decoder.eof and total <= max_bytes:
        if decoder.needs_input:
            raise ValueError("the frame ends too early")
        chunks.append(decoder.decompress(b"", max_length=_CHUNK_BYTES))
        total += len(chunks[-1])
    return b"".join(chunks)


def _unzstd(data: Bytes, max_bytes: int) -> bytes:
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES_MAX)
    chunks = []
    total = 0
    with decoder.stream_reader(data, read_across_frames=True) as reader:
        while total <= max_bytes and (chunk := reader.read(_CHUNK_BYTES)):
            chunks.append(chunk)
            total += len(chunk)
    return b"".join(chunks)


def _gzip(data: bytes) -> bytes:
    return zlib.compress(data, wbits=_GZIP_WINDOW_BITS)


def _snappy(data: bytes) -> bytes:
    parts = [_XERIAL_MAGIC, (1).to_bytes(4), (1).to_bytes(4)]
    for start in range(0, len(data), _XERIAL_BLOCK_BYTES):
        block = bytes(cramjam.snappy.compress_raw(data[start : start + _XERIAL_BLOCK_BYTES]))
        parts += (len(block).to_bytes(4), block)
    return b"".join(parts)


_COMPRESSORS: Final[dict[int, Callable[[bytes], bytes]]] = {
    Compression.NONE: bytes,
    Compression.GZIP: _gzip,
    Compression.SNAPPY: _snappy,
    Compression.LZ4: lz4.frame.compress,
    Compression.ZSTD: lambda data: zstandard.ZstdCompressor().compress(data),
}

_DECOMPRESSORS: Final[dict[int, Callable[[Bytes, int], Bytes]]] = {
    Compression.NONE: _plain,
    Compression.GZIP: _ungzip,
    Compression.SNAPPY: _unsnappy,
    Compression.LZ4: _unlz4,
    Compression.ZSTD: _unzstd,
}

_CODEC_ERRORS: Final = (
    ValueError,
    RuntimeError,  # lz4
    zlib.error,
    zstandard.ZstdError,
    cramjam.DecompressionError,
    EOFError,
)
