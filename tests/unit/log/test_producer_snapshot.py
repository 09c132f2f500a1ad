"""The bytes of ``.snapshot``."""

import pytest
from crc32c import crc32c

from brokers.log.producer_snapshot import BadSnapshot, decode_snapshot, encode_snapshot
from brokers.log.producers import ProducerEntry, ProducerWindow, RememberedBatch


def window() -> ProducerWindow:
    return ProducerWindow.of(
        [
            ProducerEntry(5, 1, RememberedBatch(9, 109, 4, 1000), 1000, 3, 105),
            ProducerEntry(6, 0, RememberedBatch(0, 110, 0, 1001), 1001, -1, -1),
            ProducerEntry(8, 4, None, 1001, 2, -1),
            ProducerEntry(5, 1, RememberedBatch(10, 111, 0, 1002), 1002, 3, 105),
        ]
    )


def test_bytes_are_those_of_kafkas_version_1() -> None:
    data = encode_snapshot(
        ProducerWindow.of(
            [
                ProducerEntry(5, 1, RememberedBatch(9, 109, 4, 1000), 1000, -1, -1),
                ProducerEntry(6, 2, None, 1001, 7, -1),
                ProducerEntry(7, 3, RememberedBatch(0, 110, 0, 1002), 1002, 8, 110),
            ]
        )
    )
    body = bytes.fromhex(
        "00000003"  # three entries
        "0000000000000005" "0001" "00000009" "000000000000006d" "00000004"
        "00000000000003e8" "ffffffff" "ffffffffffffffff"
        "0000000000000006" "0002" "ffffffff" "ffffffffffffffff" "00000000"  # a marker and no batch
        "00000000000003e9" "00000007" "ffffffffffffffff"
        "0000000000000007" "0003" "00000000" "000000000000006e" "00000000"
        "00000000000003ea" "00000008" "000000000000006e"  # an open transaction
    )  # fmt: skip
    assert data == b"\x00\x01" + crc32c(body).to_bytes(4, "big") + body


def test_every_remembered_batch_comes_back() -> None:
    again = decode_snapshot(encode_snapshot(window()))
    assert list(again.entries()) == list(window().entries())
    assert again.transactions.first_unstable(1000) == 105
    assert encode_snapshot(again) == encode_snapshot(window())


def test_the_last_entry_of_a_producer_is_its_newest() -> None:
    """Kafka's reader keeps the last one of an id."""
    batches = [entry.batch for entry in window().entries() if entry.producer_id == 5]
    assert [batch and batch.last_sequence for batch in batches] == [9, 10]


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
