"""Honest input for every target, for the fuzzers to start from and to damage."""

import random

from brokers.wire.batch import NewRecord, build_batch
from brokers.wire.compression import Compression, compress
from brokers.wire.generator.schema import load_messages
from brokers.wire.headers import RequestHeader, encode_request_header, encode_response_header
from brokers.wire.registry import REQUESTS, RESPONSES
from tests.fuzz.wire_targets import byte_of
from tests.unit.wire.samples import draw, module_of, to_ours

CODECS = {"request": REQUESTS, "response": RESPONSES}

_RECORDS = [NewRecord(b"N14228", b"v" * 50, [("carrier", b"UA")]), NewRecord(None, None)]


def honest_messages() -> list[tuple[str, bytes]]:
    """(target, input) of one message per API, version and direction."""
    rng = random.Random(2)
    return [
        (
            message.direction,
            bytes((byte_of(CODECS[message.direction], message.api_key), version))
            + b"".join(
                module_of(message).encode(version, to_ours(message, draw(message, version, rng)))
            ),
        )
        for message in load_messages()
        for version in message.range()
    ]


def honest_inputs() -> list[tuple[str, bytes]]:
    """(target, input) of everything that has a target."""
    found = honest_messages()
    for codec in Compression:
        batch = build_batch(_RECORDS, base_timestamp=1_000, compression=codec)
        found += [(name, batch) for name in ("produced", "batches", "records")]
        found.append(("decompression", bytes((codec,)) + compress(codec, b"flights " * 40)))
    for version in (7, 9):
        found.append(("header", encode_request_header(RequestHeader(0, version, 5, "kcat"))))
        found.append(("response_header", encode_response_header(0, version, 5)))
    return found
