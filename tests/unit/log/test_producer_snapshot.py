"""The bytes of ``.snapshot``."""

import pytest
from crc32c import crc32c

from brokers.log.producer_snapshot import BadSnapshot, decode_snapshot, encode_snapshot
from brokers.log.producers import ProducerWindow, RememberedBatch


def window() -> ProducerWindow:
    return ProducerWindow.of(
        [
            (5, 1, RememberedBatch(9, 109, 4, 1000)),
            (6, 0, RememberedBatch(0, 110, 0, 1001)),
            (5, 1, RememberedBatch(10, 111, 0, 1002)),
        ]
    )


def test_bytes_are_those_of_kafkas_version_1() -> None:
    data = encode_snapshot(ProducerWindow.of([(5, 1, RememberedBatch(9, 109, 4, 1000))]))
    body = bytes.fromhex(
        "00000001"  # one entry
        "0000000000000005" "0001" "00000009" "000000000000006d" "00000004"
        "00000000000003e8" "ffffffff" "ffffffffffffffff"
    )  # fmt: skip
    assert data == b"\x00\x01" + crc32c(body).to_bytes(4, "big") + body


def test_every_remembered_batch_comes_back() -> None:
    again = decode_snapshot(encode_snapshot(window()))
    assert sorted(again.entries()) == sorted(window().entries())
    assert encode_snapshot(again) == encode_snapshot(window())


def test_the_last_entry_of_a_producer_is_its_newest() -> None:
    """Kafka's reader keeps the last one of an id."""
    entries = [batch.last_sequence for producer, _, batch in window().entries() if producer == 5]
    assert entries == [9, 10]


def test_any_damage_is_noticed() -> None:
    good = encode_snapshot(window())
    for length in range(len(good)):
        with pytest.raises(BadSnapshot):
            decode_snapshot(good[:length])
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 0x40
        with pytest.raises(BadSnapshot):
            decode_snapshot(bytes(bad))
