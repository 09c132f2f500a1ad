"""Codecs: round trips, what others wrote, damage, and bombs within their bound."""

import subprocess
import sys
import zlib

import cramjam
import lz4.frame
import pytest
import zstandard

from brokers.kernel.errors import ErrorCode, Refusal
from brokers.kernel.limits import MIB
from brokers.wire.compression import Compression, compress, decompress

CODECS = [Compression.GZIP, Compression.SNAPPY, Compression.LZ4, Compression.ZSTD]
TEXT = b"flights from JFK, " * 10_000


@pytest.mark.parametrize("codec", list(Compression))
@pytest.mark.parametrize("data", [b"", b"x", TEXT])
def test_round_trip(codec: Compression, data: bytes) -> None:
    assert decompress(codec, memoryview(compress(codec, data))) == data


def test_what_other_clients_write() -> None:
    raw_snappy = bytes(cramjam.snappy.compress_raw(TEXT))
    assert decompress(Compression.SNAPPY, memoryview(raw_snappy)) == TEXT
    unsized = zstandard.ZstdCompressor(level=19, write_content_size=False).compress(TEXT)
    assert decompress(Compression.ZSTD, memoryview(unsized)) == TEXT
    blocks = lz4.frame.compress(TEXT, block_linked=False, content_checksum=True, store_size=False)
    assert decompress(Compression.LZ4, memoryview(blocks)) == TEXT
    assert decompress(Compression.GZIP, memoryview(zlib.compress(TEXT, 9, wbits=31))) == TEXT


@pytest.mark.parametrize("codec", CODECS)
def test_the_bound_is_exact(codec: Compression) -> None:
    packed = memoryview(compress(codec, TEXT))
    assert decompress(codec, packed, max_bytes=len(TEXT)) == TEXT
    with pytest.raises(Refusal) as refusal:
        decompress(codec, packed, max_bytes=len(TEXT) - 1)
    assert refusal.value.code is ErrorCode.MESSAGE_TOO_LARGE


@pytest.mark.parametrize("codec", [Compression.GZIP, Compression.SNAPPY, Compression.LZ4])
def test_a_stream_cut_short(codec: Compression) -> None:
    packed = compress(codec, TEXT)
    for cut in (len(packed) - 1, len(packed) // 2, 20):
        with pytest.raises(Refusal) as refusal:
            decompress(codec, memoryview(packed[:cut]))
        assert refusal.value.code is ErrorCode.CORRUPT_MESSAGE


@pytest.mark.parametrize("codec", CODECS)
def test_bytes_that_are_no_stream(codec: Compression) -> None:
    with pytest.raises(Refusal) as refusal:
        decompress(codec, memoryview(b"\xff" * 60))
    assert refusal.value.code is ErrorCode.CORRUPT_MESSAGE


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_codes_that_kafka_does_not_define(codec: int) -> None:
    with pytest.raises(Refusal) as refusal:
        decompress(codec, memoryview(b""))
    assert refusal.value.code is ErrorCode.UNSUPPORTED_COMPRESSION_TYPE


def test_snappy_that_announces_what_it_cannot_hold() -> None:
    with pytest.raises(Refusal) as refusal:
        decompress(Compression.SNAPPY, memoryview(b"\xff\xff\xff\x0f" + b"\0" * 20))
    assert refusal.value.code is ErrorCode.CORRUPT_MESSAGE


def test_snappy_frame_whose_block_ends_beyond() -> None:
    packed = bytearray(compress(Compression.SNAPPY, TEXT))
    packed[16:20] = b"\xff\xff\xff\xff"
    with pytest.raises(Refusal) as refusal:
        decompress(Compression.SNAPPY, memoryview(packed))
    assert refusal.value.code is ErrorCode.CORRUPT_MESSAGE


_BOMB = """
import resource, sys
from brokers.kernel.errors import Refusal
from brokers.wire.compression import Compression, decompress
codec, bound = Compression(int(sys.argv[1])), int(sys.argv[2])
packed = memoryview(sys.stdin.buffer.read())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decompress(codec, packed, max_bytes=bound)
    print("accepted")
except Refusal as refusal:
    print(refusal.code.name, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("codec", CODECS)
def test_a_bomb_costs_no_more_than_the_bound(codec: Compression) -> None:
    """512 MiB of zeros against a bound of 16 MiB, in a process whose peak memory is its own."""
    bound = 16 * MIB
    ran = subprocess.run(
        [sys.executable, "-c", _BOMB, str(int(codec)), str(bound)],
        input=compress(codec, bytes(512 * MIB)),
        capture_output=True,
        check=True,
    )
    code, grown = ran.stdout.split()
    assert code == b"MESSAGE_TOO_LARGE"
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(grown) * unit < 4 * bound
