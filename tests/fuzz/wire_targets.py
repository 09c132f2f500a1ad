"""What the fuzzers call: one function per decoder, given any bytes.

Each may raise ``ProtocolError`` or ``Refusal``; anything else is a find. A find is kept as a file
in ``cases``, named ``<target>-<what it was>``, and runs with the tests ever after.
"""

from collections.abc import Callable
from contextlib import suppress

from brokers.kernel.errors import ProtocolError, Refusal
from brokers.kernel.limits import MIB
from brokers.wire.batch import iterate_batches
from brokers.wire.compression import decompress
from brokers.wire.headers import decode_request_header, decode_response_header
from brokers.wire.produced import verify_produced
from brokers.wire.records import first_record_at_or_after, iterate_records
from brokers.wire.registry import REQUESTS, RESPONSES, Codecs

Check = Callable[[], None]
Target = Callable[[bytes], Check | None]
"""What decodes, and perhaps what is to be checked of the result: decoding alone is measured."""

DECOMPRESSED_BYTES = 4 * MIB


def _message(codecs: Codecs, data: bytes) -> Check | None:
    """The first two bytes are API key and version; others than there are stand for some of them."""
    if len(data) < 2:
        return None
    keys, (key, version) = list(codecs), data[:2]
    codec = codecs[key if key in codecs else keys[key % len(keys)]]
    if not codec.min_version <= version <= codec.max_version:
        version = codec.min_version + version % (codec.max_version - codec.min_version + 1)
    message = codec.decode(version, memoryview(data), 2)

    def means_the_same() -> None:
        """Whatever was accepted can be said again, and then means the same."""
        again = memoryview(b"".join(codec.encode(version, message)))
        assert codec.decode(version, again) == message or _has_nan(message)

    return means_the_same


def byte_of(codecs: Codecs, key: int) -> int:
    """The first byte that stands for an API, also for one of ours, whose keys take two."""
    if key < 256:
        return key
    keys = list(codecs)
    return next(byte for byte in range(256) if byte not in codecs and keys[byte % len(keys)] == key)


def _has_nan(message: object) -> bool:
    return "nan" in repr(message)


def request(data: bytes) -> Check | None:
    return _message(REQUESTS, data)


def response(data: bytes) -> Check | None:
    return _message(RESPONSES, data)


def header(data: bytes) -> None:
    _, position = decode_request_header(memoryview(data))
    assert position <= len(data)


def response_header(data: bytes) -> None:
    _, position = decode_response_header(0, 9, memoryview(data))
    assert position <= len(data)


def produced(data: bytes) -> None:
    verified = verify_produced(memoryview(data), max_bytes=MIB)
    assert verified.total_bytes == len(data)


def batches(data: bytes) -> None:
    end = 0
    for position, found in iterate_batches(memoryview(data)):
        assert position == end
        end = position + found.total_bytes
    assert end <= len(data)


def records(data: bytes) -> None:
    view = memoryview(data)
    for record in iterate_records(view, max_bytes=DECOMPRESSED_BYTES):
        assert len(record.key or b"") + len(record.value or b"") <= DECOMPRESSED_BYTES
    first_record_at_or_after(view, 0, max_bytes=DECOMPRESSED_BYTES)


def decompression(data: bytes) -> None:
    if data:
        plain = decompress(data[0] % 8, memoryview(data)[1:], max_bytes=DECOMPRESSED_BYTES)
        assert len(plain) <= DECOMPRESSED_BYTES


TARGETS: dict[str, Target] = {
    "request": request,
    "response": response,
    "header": header,
    "response_header": response_header,
    "produced": produced,
    "batches": batches,
    "records": records,
    "decompression": decompression,
}


def run(target: Target, data: bytes) -> None:
    """Decode and check."""
    check = decode(target, data)
    if check is not None:
        check()


def decode(target: Target, data: bytes) -> Check | None:
    """Let the two allowed refusals pass."""
    with suppress(ProtocolError, Refusal):
        return target(data)
    return None
