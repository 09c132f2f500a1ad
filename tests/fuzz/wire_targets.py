"""The wire's decoders, given any bytes: messages, headers, batches, records, coordinators' records.

A find is kept as a file in ``cases``, named ``<target>-<what it was>``, and runs with the tests
ever after.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from crc32c import crc32c

from brokers.groups.consumer.embedded_protocol import read_assignment, read_subscription
from brokers.kernel.limits import BATCH_OVERHEAD_BYTES, MIB
from brokers.wire.batch import CRC_COVERS_FROM, iterate_batches, parse_batch_header
from brokers.wire.compression import decompress
from brokers.wire.control import read_marker
from brokers.wire.coordinator.state_record import (
    GROUP_STATE,
    TRANSACTION_STATE,
    StateTopic,
    UnknownKey,
)
from brokers.wire.generator.schema import load_coordinator_messages
from brokers.wire.headers import decode_request_header, decode_response_header
from brokers.wire.keyed import check_keys
from brokers.wire.produced import verify_produced
from brokers.wire.records import first_record_at_or_after, iterate_records
from brokers.wire.registry import REQUESTS, RESPONSES, Codecs
from tests.fuzz import wire_seeds
from tests.fuzz.target import Check, Target
from tests.unit.wire.samples import module_of

DECOMPRESSED_BYTES = 4 * MIB
ROOM = 2 * DECOMPRESSED_BYTES
"""A copy of what is decompressed is made while it grows."""

_Decode = Callable[[int, memoryview, int], Any]
_Encode = Callable[[int, Any], list[Any]]


class Messages:
    """Codecs by the first byte, versions by the second; bytes beyond what there is stand for some
    of it. ``codecs`` has (decode, encode, first version, last version)."""

    def __init__(self, codecs: Mapping[int, tuple[_Decode, _Encode, int, int]]) -> None:
        keys = list(codecs)
        self._codecs = [
            codecs[byte if byte in codecs else keys[byte % len(keys)]] for byte in range(256)
        ]

    def decode(self, data: bytes) -> Check | None:
        if len(data) < 2:
            return None
        decode, encode, first, last = self._codecs[data[0]]
        version = data[1]
        if not first <= version <= last:
            version = first + version % (last - first + 1)
        message = decode(version, memoryview(data), 2)
        return partial(_means_the_same, decode, encode, version, message)


def _means_the_same(decode: _Decode, encode: _Encode, version: int, message: Any) -> None:
    """Whatever was accepted can be said again, and then means the same."""
    again = memoryview(b"".join(encode(version, message)))
    assert decode(version, again, 0) == message or "nan" in repr(message)


def _of_registry(codecs: Codecs) -> Messages:
    return Messages(
        {
            key: (each.decode, each.encode, each.min_version, each.max_version)
            for key, each in codecs.items()
        }
    )


def _of_coordinators() -> Messages:
    modules = [module_of(message) for message in load_coordinator_messages()]
    return Messages(
        dict(enumerate((m.decode, m.encode, m.MIN_VERSION, m.MAX_VERSION) for m in modules))
    )


def header(data: bytes) -> None:
    _, position = decode_request_header(memoryview(data))
    assert position <= len(data)


def response_header(data: bytes) -> None:
    _, position = decode_response_header(0, 9, memoryview(data))
    assert position <= len(data)


def produced(data: bytes) -> None:
    """What a broker does with a batch for a compacted topic: all it looks at."""
    view = memoryview(data)
    verified = verify_produced(view, max_bytes=MIB)
    assert verified.total_bytes == len(data)
    check_keys(view, verified)


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


def control(data: bytes) -> None:
    read_marker(memoryview(data))


def decompression(data: bytes) -> None:
    if data:
        plain = decompress(data[0] % 8, memoryview(data)[1:], max_bytes=DECOMPRESSED_BYTES)
        assert len(plain) <= DECOMPRESSED_BYTES


def state_record(topic: StateTopic, data: bytes) -> None:
    """A key of as many bytes as the first one says, and the value."""
    if data:
        end = 1 + data[0]
        key = topic.decode_key(data[1:end])
        if not isinstance(key, UnknownKey):
            topic.decode_value(key, data[end:])


def sealed(batch: bytes) -> bytes:
    """With the length and the checksum that a batch of these bytes has."""
    if len(batch) < BATCH_OVERHEAD_BYTES:
        return batch
    out = bytearray(batch)
    out[8:12] = (len(out) - 12).to_bytes(4)
    out[17:21] = crc32c(memoryview(out)[CRC_COVERS_FROM:]).to_bytes(4)
    assert parse_batch_header(bytes(out)).total_bytes == len(out)
    return bytes(out)


def subscription(data: bytes) -> None:
    read_subscription(data)


def assignment(data: bytes) -> None:
    read_assignment(data)


def wire_targets() -> dict[str, Target]:
    batches_seen = [*wire_seeds.batches(), *wire_seeds.plain_batches(), *wire_seeds.markers()]
    produced_batches = [*wire_seeds.batches(), *wire_seeds.plain_batches()]
    return {
        "request": Target(
            _of_registry(REQUESTS).decode, wire_seeds.messages("request"), chosen_by=2
        ),
        "response": Target(
            _of_registry(RESPONSES).decode, wire_seeds.messages("response"), chosen_by=2
        ),
        "coordinator": Target(
            _of_coordinators().decode, wire_seeds.coordinator_messages(), chosen_by=2
        ),
        "group_record": Target(partial(state_record, GROUP_STATE), wire_seeds.state_records("")),
        "transaction_record": Target(
            partial(state_record, TRANSACTION_STATE), wire_seeds.state_records("Transaction")
        ),
        "subscription": Target(subscription, wire_seeds.consumer_protocol("Subscription")),
        "assignment": Target(assignment, wire_seeds.consumer_protocol("Assignment")),
        "header": Target(header, wire_seeds.headers()),
        "response_header": Target(response_header, wire_seeds.response_headers()),
        "produced": Target(produced, produced_batches, room=ROOM, seal=sealed),
        "batches": Target(batches, batches_seen),
        "records": Target(records, batches_seen, room=ROOM, seal=sealed),
        "control": Target(control, wire_seeds.markers(), room=ROOM, seal=sealed),
        "decompression": Target(decompression, wire_seeds.compressed(), room=ROOM, chosen_by=1),
    }
