"""Honest input of the wire's targets, for the fuzzers to start from and to damage."""

import random

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.compression import Compression, compress
from brokers.wire.control import Marker, build_marker
from brokers.wire.coordinator.state_record import encode_key
from brokers.wire.generator.schema import Message, load_coordinator_messages, load_messages
from brokers.wire.headers import RequestHeader, encode_request_header, encode_response_header
from brokers.wire.registry import REQUESTS, RESPONSES, Codecs
from tests.unit.wire.samples import draw, module_of, to_ours

_RECORDS = [NewRecord(b"N14228", b"v" * 50, [("carrier", b"UA")]), NewRecord(b"", None)]


def byte_of(codecs: Codecs, key: int) -> int:
    """The first byte that stands for an API, also for one of ours, whose keys take two."""
    if key < 256:
        return key
    keys = list(codecs)
    return next(byte for byte in range(256) if byte not in codecs and keys[byte % len(keys)] == key)


def messages(direction: str, *, drawn: int = 1) -> list[bytes]:
    """So many messages per API and version: a byte for the API, one for the version, the body."""
    rng = random.Random(2)
    codecs = REQUESTS if direction == "request" else RESPONSES
    return [
        bytes((byte_of(codecs, message.api_key), version)) + _body(message, version, rng)
        for message in load_messages()
        if message.direction == direction
        for version in message.range()
        for _ in range(drawn)
    ]


def coordinator_messages() -> list[bytes]:
    """As ``messages``; the first byte is the place in the list of them."""
    rng = random.Random(3)
    return [
        bytes((number, version)) + _body(message, version, rng)
        for number, message in enumerate(load_coordinator_messages())
        for version in message.range()
        for _ in range(4)
    ]


def consumer_protocol(ending: str) -> list[bytes]:
    """What consumers tell each other: a version in two bytes, and the body."""
    rng = random.Random(4)
    return [
        version.to_bytes(2) + _body(message, version, rng)
        for message in load_coordinator_messages()
        if message.root.name.endswith(ending)
        for version in message.range()
        for _ in range(8)
    ]


def state_records(names: str) -> list[bytes]:
    """The length of a key in a byte, the key and its value, each with a version before it; of the
    group coordinator, or the transaction coordinator where ``names`` is "Transaction"."""
    rng = random.Random(5)
    found = {message.root.name: message for message in load_coordinator_messages()}
    made = []
    for name, message in found.items():
        values = found.get(name.removesuffix("Key") + "Value")
        if not name.endswith("Key") or values is None:
            continue
        if name.startswith("TransactionLog") != (names == "Transaction"):
            continue
        for version in values.range():
            key = encode_key(to_ours(message, draw(message, 0, rng)))
            if len(key) < 256:
                body = version.to_bytes(2) + _body(values, version, rng)
                made.append(bytes((len(key),)) + key + body)
    return made


def batches() -> list[bytes]:
    """One per compression, of a plain, an idempotent and a transactional producer."""
    return [
        build_batch(
            _RECORDS, base_timestamp=1_000, compression=codec, producer_id=producer,
            producer_epoch=epoch, base_sequence=epoch, attributes=attributes,
        )
        for codec in Compression
        for producer, epoch, attributes in ((-1, -1, 0), (7, 1, 0), (7, 1, 0x10))
    ]  # fmt: skip


def plain_batches() -> list[bytes]:
    """Records that nothing hides: damage reaches what reads them."""
    made = []
    for keys in range(1, 8):
        records = [
            NewRecord(b"k" * size, b"v" * size, [("h", None), ("", b"x" * size)] * (size % 3))
            for size in range(keys)
        ]
        made.append(build_batch(records, base_timestamp=1_000))
    return made


def markers() -> list[bytes]:
    return [
        build_marker(Marker(ended, 3), producer_id=7, producer_epoch=1, timestamp_ms=1_000)
        for ended in (True, False)
    ]


def compressed() -> list[bytes]:
    """A byte for the codec, and its data."""
    return [
        bytes((codec,)) + compress(codec, plain)
        for codec in Compression
        for plain in (b"flights " * 40, bytes(range(256)) * 2, b"", b"z" * 3_000)
    ]


def headers() -> list[bytes]:
    return [
        encode_request_header(RequestHeader(key, version, 5, client))
        for key, version in ((0, 7), (0, 9), (18, 3), (3, 12), (17, 1))
        for client in ("kcat", None, "x" * 100)
    ]


def response_headers() -> list[bytes]:
    return [encode_response_header(0, version, 5) for version in (7, 9)]


def _body(message: Message, version: int, rng: random.Random) -> bytes:
    return b"".join(
        module_of(message).encode(version, to_ours(message, draw(message, version, rng)))
    )
